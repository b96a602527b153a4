"""`gradient_counterexample`: logs that tell all suspects apart, and logs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def log(*runs):
    distance, took = zip(*runs, strict=True)
    return torch.tensor(distance, dtype=torch.float64), torch.tensor(took, dtype=torch.float64)


def gradient_counterexample():
    return log((5.0, 35.0), (3.0, 15.0), (10.0, 90.0))


@mistake(
    gradient_counterexample,
    "With a single run, two of the suspects are always right, and often more: the sum over one run is its mean, and it "
    "does not matter when that mean is taken. Give the log two runs or more, and let them miss by different amounts.",
    keeps=0.7,
)
def a_single_run():
    return log((5.0, 35.0))


@mistake(
    gradient_counterexample,
    "No run misses by more than ten minutes here, so that the suspect with the cap is right. Add one that went very "
    "badly, or very well.",
    keeps=0.8,
)
def no_large_miss():
    return log((5.0, 35.0), (3.0, 15.0))


@mistake(
    gradient_counterexample,
    "All runs took longer than the rule says, and so the suspect that hears nothing else is right. Add one that was "
    "faster: below 6 · distance + 2 minutes.",
    keeps=0.8,
)
def all_too_long():
    return log((5.0, 35.0), (3.0, 25.0), (10.0, 90.0))


@mistake(
    gradient_counterexample,
    "Every run is one kilometre long: then a factor of the distance is a factor of one, and it costs nothing to "
    "forget it.",
    keeps=0.8,
)
def all_one_kilometre():
    return log((1.0, 9.0), (1.0, 5.0), (1.0, 40.0))


@mistake(
    gradient_counterexample,
    "Three suspects go unseen: the one that takes the mean first, the one with the cap, and the one that hears slow "
    "runs only. All runs took longer than the rule says, none by more than ten minutes, and all by the same amount or "
    "over the same distance.",
    keeps=0.5,
)
def all_a_little_late():
    return log((3.0, 23.0), (5.0, 35.0), (8.0, 53.0), (10.0, 65.0))


@mistake(
    gradient_counterexample,
    "All runs are equally long. Then it does not matter whether the mean is taken before or after one multiplies by "
    "the distance, and that suspect is right. Let the distances differ.",
    keeps=0.8,
)
def always_the_same_round():
    return log((5.0, 35.0), (5.0, 60.0), (5.0, 28.0))


@mistake(
    gradient_counterexample,
    "The rule is right about every run here, so that every gradient is zero, and the suspects' are, too. Let it miss.",
)
def nothing_missed():
    return log((5.0, 32.0), (3.0, 20.0), (10.0, 62.0))


@mistake(
    gradient_counterexample,
    "All runs are alike: the mean of their misses is each run's own miss, so that it does not matter whether one takes "
    "the mean early or late. Let them differ.",
    keeps=0.8,
)
def all_alike():
    return log((5.0, 50.0), (5.0, 50.0), (5.0, 50.0))


@alternative(gradient_counterexample)
def long_runs():
    return log((42.0, 300.0), (21.0, 100.0))


@alternative(gradient_counterexample)
def many_runs():
    distance = torch.arange(1.0, 11.0, dtype=torch.float64)
    return distance, 6 * distance + 2 + torch.tensor([1.0, -2.0, 3.0, 14.0, -5.0] * 2, dtype=torch.float64)


promised(
    gradient_counterexample,
    "A log of runs on which each of the suspects is seen to be wrong.",
    by=[
        "adds up the runs", "takes the mean first", "forgets the distance", "hears only what took longer",
        "caps a miss at ten minutes",
    ],
)  # fmt: skip
promised(
    gradient_counterexample,
    "distance in kilometres and took in minutes, each float64, of shape (runs,), above 0 and at most 1,000.",
    by="who returns something else is told what a log is, and no suspect counts as told apart",
)

"""`top_p_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def made(scores, p):
    return torch.tensor(scores), p


def top_p_counterexample():
    return made([1.0, 1.0, 1.0, 1.0, -50.0], 0.5)


@mistake(
    top_p_counterexample,
    "Here the sum crosses p between two tokens, so who lets one more in at an exact sum is right, and no token ties "
    "with the last one. Find scores whose probabilities reach p exactly: equal ones do.",
    keeps=0.7,
)
def all_different():
    return made([0.0, 1.0, 2.0, 3.0], 0.8)


@mistake(
    top_p_counterexample,
    "Here a stable sort leaves the scores where they stand, since they rise already, or are all equal. So who forgets "
    "to bring the mask back is right. Add a token that is out of the question, and not at the front.",
    keeps=0.9,
)
def sorted_already():
    return made([-50.0, 1.0, 1.0, 1.0, 1.0], 0.5)


@mistake(
    top_p_counterexample,
    "Where what is out lies far below the others, or everything is out but one, some suspects are right by luck. Take "
    "several equal scores, and a p that some of them reach together.",
    keeps=0.7,
)
def one_takes_it_all():
    return made([-9.0, 9.0, -9.0, -8.0], 0.5)


@mistake(
    top_p_counterexample,
    "With p = 1 nobody goes out, and there is nothing to do wrong. Take a p in between.",
)
def everything_stays():
    return made([1.0, 1.0, 1.0, 1.0, -2.0], 1.0)


@mistake(
    top_p_counterexample,
    "Here a stable sort leaves the scores where they stand, since they rise already, or are all equal. So who forgets "
    "to bring the mask back is right. Add a token that is out of the question, and not at the front.",
    keeps=0.9,
)
def all_equal():
    return made([1.0, 1.0, 1.0, 1.0], 0.5)


@mistake(
    top_p_counterexample,
    "There are ties, but p is not reached exactly: who takes one more at an exact sum is right. With four equal tokens "
    "the exact sums are 0.25, 0.5 and 0.75.",
    keeps=0.9,
)
def between_the_steps():
    return made([1.0, 1.0, 1.0, 1.0, -50.0], 0.6)


@alternative(top_p_counterexample)
def eighths():
    return made([2.0] * 8 + [-60.0] * 3, 0.375)


@alternative(top_p_counterexample)
def the_first_quarter():
    return made([3.0, 3.0, 3.0, 3.0, -40.0], 0.25)


promised(
    top_p_counterexample,
    "Scores and a p on which each of the suspects is seen to be wrong.",
    by=[
        "stops before p is reached",
        "takes one more where p is reached exactly",
        "keeps all that tie with the last one",
        "lays the sorted mask on the unsorted scores",
        "gives what is out a score of 0",
        "compares each probability with 1 − p",
    ],
)
promised(
    top_p_counterexample,
    "scores: shape (vocabulary,), float32, 2 to 50 of them, from −100 to 100; and p from 0 to 1.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)

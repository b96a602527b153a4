"""`top_p_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def made(scores, p):
    return torch.tensor(scores), p


def top_p_counterexample():
    return made([1.0, 1.0, 1.0, 1.0, -50.0], 0.5)


NOT_EXACT = (
    "No token stands right behind a sum that is exactly p, so who lets one more in there is right. The softmax of four "
    "equal scores, and of one that is out of the question, makes exact quarters."
)
NO_TIE = "None that goes is as likely as one that stays, so who keeps all that tie is right, too."
EACH = (
    "All that stay have 1 − p or more by themselves, or are as likely as the best: who compares each with 1 − p is "
    "right as well."
)
IN_FRONT = (
    "The tokens that go stand in front of all that stay, so who lays the sorted mask on the unsorted scores is right. "
    "Put one that is out of the question at the end."
)
ONE_STAYS = (
    "A single token stays. Then nothing can be stopped too early, and nearly every filter is right. Take a p that "
    "several tokens reach together: four equal scores, say, and one that is out of the question behind them."
)


@mistake(top_p_counterexample, f"{NOT_EXACT} {NO_TIE}", keeps=0.7)
def neither_exact_nor_tied():
    return made([3.0, 2.0, 1.0, 0.0], 0.7)


@mistake(top_p_counterexample, f"{NOT_EXACT} {NO_TIE} {EACH}")
def all_different():
    return made([2.0, 0.0, 1.0, -1.0], 0.8)


@mistake(top_p_counterexample, f"{NOT_EXACT} {NO_TIE} {IN_FRONT}")
def rising():
    return made([1.0, 2.0, 3.0, 4.0], 0.9)


@mistake(top_p_counterexample, f"{NOT_EXACT} {NO_TIE} {EACH} {IN_FRONT}")
def rising_and_steep():
    return made([0.0, 1.0, 2.0, 3.0], 0.8)


@mistake(top_p_counterexample, f"{NOT_EXACT} {IN_FRONT}", keeps=0.7)
def tied_only():
    return made([1.0, 2.0, 1.0], 0.7)


@mistake(top_p_counterexample, NOT_EXACT, keeps=0.9)
def between_the_steps():
    return made([1.0, 1.0, 1.0, 1.0, -50.0], 0.6)


@mistake(top_p_counterexample, IN_FRONT, keeps=0.9)
def sorted_already():
    return made([-50.0, 1.0, 1.0, 1.0, 1.0], 0.5)


@mistake(top_p_counterexample, f"{NO_TIE} {EACH} Four equal scores would tie.", keeps=0.7)
def exact_without_a_tie():
    return made(torch.tensor([0.5, 0.25, 0.125, 0.125]).log().tolist(), 0.75)


@mistake(top_p_counterexample, ONE_STAYS)
def one_stays():
    return made([3.0, 2.0, 1.0], 0.5)


@mistake(top_p_counterexample, ONE_STAYS)
def one_stays_at_the_end():
    return made([1.0, 2.0, 3.0], 0.5)


@mistake(top_p_counterexample, ONE_STAYS)
def one_stays_exactly():
    return made(torch.tensor([0.5, 0.25, 0.25]).log().tolist(), 0.5)


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
    "All that have a probability to speak of stay here, so there is little to do wrong. Take a smaller p.",
)
def everything_stays():
    return made([1.0, 1.0, 1.0, 1.0], 1.0)


@mistake(
    top_p_counterexample,
    "The scores that stay are so high that a score of 0 has nothing beside them: who gives it to what is out is right. "
    "Softmax looks at differences only, so take lower ones.",
    keeps=0.9,
)
def high_above_zero():
    return made([20.0, 20.0, 20.0, 20.0, -30.0], 0.5)


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

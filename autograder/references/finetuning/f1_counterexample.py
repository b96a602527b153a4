"""`f1_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def made(labels, predicted):
    return torch.tensor(labels), torch.tensor(predicted)


def f1_counterexample():
    return made([0, 0, 0, 1, 1], [0, 0, 1, 1, 2])


ALL_FOUR = (
    "All four classes occur, so who divides by four is right. One of them should be neither among the labels nor among "
    "the predictions."
)
NOT_ONLY_SAID = (
    "Every class that is said is a label somewhere, so who takes the classes of the labels only is right. Predict one "
    "that is never the right one."
)
ALL_HIT = "Every class that occurs has a hit, so who takes the classes with a hit only is right."
ALL_RIGHT = "Everything is right, or nothing is: then nearly all of them say the same. Mix hits and mistakes."
MEANS = (
    "Precision and recall are too much alike here, so the F1 of their means is right, or nearly. Let one class be said "
    "too often and another too seldom."
)
RECALL = (
    "Precision and recall are alike in each class, so the mean recall is right as well. Let one class be said more "
    "often than it is the right one."
)
WEIGHED = "The classes are equally large, so who weighs them by their labels is right. Take classes of unequal size."
ALIKE = (
    "The classes are equally frequent and equally hard, so that a weighted mean, the accuracy or the mean recall is "
    "the same. Take classes of unequal size, with unequal mistakes."
)


@mistake(f1_counterexample, ALL_RIGHT)
def everything_right():
    return made([0, 1, 2, 3], [0, 1, 2, 3])


@mistake(f1_counterexample, ALL_RIGHT)
def nothing_right():
    return made([0, 0, 1], [1, 2, 0])


@mistake(f1_counterexample, ALL_FOUR, keeps=0.9)
def all_four_occur():
    return made([0, 0, 0, 1, 1, 3, 3], [0, 0, 1, 1, 2, 3, 0])


@mistake(f1_counterexample, f"{NOT_ONLY_SAID} {ALL_HIT}", keeps=0.8)
def only_labels_are_said():
    return made([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2])


@mistake(f1_counterexample, f"{ALL_FOUR} {NOT_ONLY_SAID} {ALL_HIT}", keeps=0.6)
def four_with_hits():
    return made([0, 0, 0, 1, 1, 2, 3], [0, 0, 1, 1, 2, 2, 3])


@mistake(f1_counterexample, f"{NOT_ONLY_SAID} A class that is never said does not help there.", keeps=0.9)
def a_class_that_is_never_said():
    return made([0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 0, 0])


@mistake(f1_counterexample, f"{NOT_ONLY_SAID} {ALL_HIT} {ALIKE}")
def in_balance():
    return made([0, 0, 1, 1], [0, 1, 0, 1])


@mistake(f1_counterexample, f"{ALL_FOUR} {NOT_ONLY_SAID}", keeps=0.8)
def four_of_which_one_is_missed():
    return made([0, 3, 2, 1, 0, 2], [0, 3, 2, 3, 3, 1])


@mistake(f1_counterexample, f"{NOT_ONLY_SAID} {MEANS}", keeps=0.8)
def one_class_takes_all():
    return made([1, 1, 0], [1, 1, 1])


@mistake(f1_counterexample, f"{WEIGHED} {NOT_ONLY_SAID} {ALL_HIT}", keeps=0.7)
def equal_sizes():
    return made([1, 0, 1, 2, 2, 0], [1, 0, 1, 2, 2, 1])


@mistake(f1_counterexample, f"{MEANS}", keeps=0.9)
def the_means_agree():
    return made([0, 1, 1, 0, 1, 0, 1], [2, 1, 1, 0, 2, 0, 1])


@mistake(f1_counterexample, f"{NOT_ONLY_SAID} {ALL_HIT} {MEANS} {RECALL}", keeps=0.6)
def balanced_mistakes():
    return made([0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 0, 2])


@mistake(f1_counterexample, f"{NOT_ONLY_SAID} {MEANS} {RECALL}", keeps=0.7)
def balanced_without_a_hit():
    return made([0, 1, 3, 1], [1, 0, 3, 0])


@mistake(f1_counterexample, f"{MEANS} {RECALL}", keeps=0.8)
def means_and_recall():
    return made([1, 1, 2], [1, 1, 0])


@alternative(f1_counterexample)
def many():
    return made([1, 1, 1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2, 1, 3])


@alternative(f1_counterexample)
def another():
    return made([3, 3, 3, 3, 2, 2], [3, 3, 3, 2, 2, 0])


promised(
    f1_counterexample,
    "Labels and predictions on which each of the suspects is seen to be wrong.",
    by=[
        "is the accuracy",
        "weighs each class by its labels",
        "divides by all four classes",
        "takes the classes of the labels only",
        "takes the classes with a hit only",
        "takes the F1 of mean precision and mean recall",
        "is the mean recall",
    ],
)
promised(
    f1_counterexample,
    "It is where it says something else than scikit-learn, by more than rounding.",
    by=["is the accuracy", "takes the F1 of mean precision and mean recall"],
)
promised(
    f1_counterexample,
    "labels: int64, shape (examples,), from 0 to 3, 1 to 30 of them; and predictions, likewise.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)

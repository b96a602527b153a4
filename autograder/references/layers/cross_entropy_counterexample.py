"""`cross_entropy_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def cross_entropy_counterexample():
    logits = torch.tensor([[1.0, 0.0, 0.5], [60.0, 0.0, 0.0], [0.0, 12.0, -12.0]])
    return logits, torch.tensor([0, 2, -100])


def rows(scores, *classes):
    return torch.tensor(scores), torch.tensor(classes)


@mistake(
    cross_entropy_counterexample,
    "Nothing is to be ignored, so the two that count ignored rows, below the line or in the smoothing, do as the "
    "library does. Let one row have the target −100.",
    keeps=0.75,
)
def nothing_ignored():
    return rows([[1.0, 0.0, 0.5], [60.0, 0.0, 0.0]], 0, 2)


@mistake(
    cross_entropy_counterexample,
    "Class 0 is never the right one, so the suspect that ignores it goes unseen.",
    keeps=0.9,
)
def never_class_0():
    return rows([[1.0, 0.0, 0.5], [60.0, 0.0, 0.0], [0.0, 12.0, -12.0]], 1, 2, -100)


@mistake(
    cross_entropy_counterexample,
    "The suspect with 0.000001 in the logarithm goes unseen: no class has so small a share that this would show. Let "
    "the scores of a row lie 20 apart, or more.",
    keeps=0.9,
)
def never_sure():
    return rows([[1.0, 0.0, 0.5], [2.0, 0.0, 0.3], [0.0, 3.0, -3.0]], 0, 2, -100)


@mistake(
    cross_entropy_counterexample,
    "The suspect with 0.000001 in the logarithm goes unseen: no class has so small a share that this would show. Let "
    "the scores of a row lie 20 apart, or more.",
    keeps=0.9,
)
def all_small():
    return rows([[0.5, -0.2, 0.1], [0.3, 0.9, -0.4], [0.8, -0.9, 0.0]], 0, 1, -100)


@mistake(
    cross_entropy_counterexample,
    "Ordinary scores, and no row to ignore: three suspects go unseen. The one with 0.000001 in the logarithm needs a "
    "share that is smaller than that, the other two a row with −100.",
    keeps=0.6,
)
def ordinary():
    return rows([[1.0, 0.0, 0.5], [2.0, 0.0, 0.3]], 0, 2)


@mistake(
    cross_entropy_counterexample,
    "All scores are alike, so it hardly matters who gets the smoothing, who is ignored, or whether there was a softmax "
    "before. Let the scores of a row differ, and the rows as well.",
    keeps=0.4,
)
def all_alike():
    return rows([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], 0, 2, -100)


@mistake(
    cross_entropy_counterexample,
    "The row that is to be ignored has the same scores as one that counts, or scores whose smoothing costs as much, so "
    "that the suspect which smooths it, too, goes unseen.",
    keeps=0.9,
)
def ignored_like_the_others():
    return rows([[40.0, 0.0, 0.5], [40.0, 0.0, 0.5]], 0, -100)


@alternative(cross_entropy_counterexample)
def two_classes():
    return rows([[0.0, 30.0], [1.0, 2.0], [5.0, -20.0]], 0, 1, -100)


@alternative(cross_entropy_counterexample)
def many_rows():
    stream = torch.Generator().manual_seed(0)
    targets = torch.tensor([0, 1, -100, 2, 3, 0, -100, 4])
    return 12 * torch.randn(8, 5, generator=stream), targets


promised(
    cross_entropy_counterexample,
    "Scores and classes on which each of the suspects is seen to be wrong.",
    by=["divides by all rows", "ignores class 0 as well"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "logits of shape (rows, classes), float32 and finite, with two classes or more; and targets of shape (rows,),",
    "int64: a class, or −100 for a row to ignore.",
    "One row at least counts.",
    "At most 1,000 numbers.",
):
    promised(cross_entropy_counterexample, sentence, by=ACCEPTED)

"""Macro F1 as people write it wrongly; each of these is right on some labels.

All take labels and predictions, int64, shape (examples,), with classes from 0 to 3. What comes back is one number.
"""

from __future__ import annotations

import torch
from torch import Tensor

CLASSES = 4


def right_macro_f1(labels: Tensor, predicted: Tensor) -> float:
    """The definition, class by class."""
    shares = [f1 for f1, _, there in rows(labels, predicted) if there]
    return sum(shares) / len(shares)


def rows(labels: Tensor, predicted: Tensor) -> list[tuple[float, int, bool]]:
    """For each class its F1 (0 without a hit), how many labels it has, and whether it occurs at all."""
    found = []
    for one in range(CLASSES):
        hits = int(((labels == one) & (predicted == one)).sum())
        true, said = int((labels == one).sum()), int((predicted == one).sum())
        found.append((2 * hits / max(1, true + said), true, true + said > 0))
    return found


def precision_and_recall(labels: Tensor, predicted: Tensor) -> tuple[list[float], list[float]]:
    """Of each class that occurs; 0 where there is nothing to divide by."""
    precision, recall = [], []
    for one in torch.cat([labels, predicted]).unique().tolist():
        hits = int(((labels == one) & (predicted == one)).sum())
        precision.append(hits / max(1, int((predicted == one).sum())))
        recall.append(hits / max(1, int((labels == one).sum())))
    return precision, recall


def accuracy(labels: Tensor, predicted: Tensor) -> float:
    return float((labels == predicted).double().mean())


def weighted(labels: Tensor, predicted: Tensor) -> float:
    return sum(f1 * true for f1, true, _ in rows(labels, predicted)) / len(labels)


def over_all_four(labels: Tensor, predicted: Tensor) -> float:
    return sum(f1 for f1, _, _ in rows(labels, predicted)) / CLASSES


def over_the_labels(labels: Tensor, predicted: Tensor) -> float:
    shares = [f1 for f1, true, _ in rows(labels, predicted) if true]
    return sum(shares) / len(shares)


def over_the_hit(labels: Tensor, predicted: Tensor) -> float:
    shares = [f1 for f1, _, _ in rows(labels, predicted) if f1]
    return sum(shares) / max(1, len(shares))


def of_the_means(labels: Tensor, predicted: Tensor) -> float:
    precision, recall = (sum(each) / len(each) for each in precision_and_recall(labels, predicted))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mean_recall(labels: Tensor, predicted: Tensor) -> float:
    _, recall = precision_and_recall(labels, predicted)
    return sum(recall) / len(recall)


SUSPECTS = {
    "is the accuracy": accuracy,
    "weighs each class by its labels": weighted,
    "divides by all four classes": over_all_four,
    "takes the classes of the labels only": over_the_labels,
    "takes the classes with a hit only": over_the_hit,
    "takes the F1 of mean precision and mean recall": of_the_means,
    "is the mean recall": mean_recall,
}

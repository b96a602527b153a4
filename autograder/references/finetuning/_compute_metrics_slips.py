"""Slips of `compute_metrics`: an axis, an order, another mean."""

import numpy as np

from autograder.references import mistake
from autograder.references.finetuning._compute_metrics import compute_metrics, f1, parts, told


@mistake(
    compute_metrics,
    "Macro F1 is the F1 of one class, of the best or the middle one. It is the mean over the classes.",
)
def the_largest_f1(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, max(f1(*row) for row in rows.values()))


@mistake(
    compute_metrics,
    "Macro F1 is the F1 of one class, of the best or the middle one. It is the mean over the classes.",
)
def the_middle_f1(prediction):
    _, _, rows = parts(prediction)
    return told(prediction, np.median([f1(*row) for row in rows.values()]))


@mistake(
    compute_metrics,
    "A pair comes back. It should be a dict with the keys `accuracy` and `macro_f1`.",
)
def a_pair(prediction):
    return tuple(compute_metrics(prediction).values())


@mistake(
    compute_metrics,
    "A number is of NumPy, and should be a Python float: `float(…)`.",
    keeps=0.97,
)
def one_of_numpy(prediction):
    return {**compute_metrics(prediction), "accuracy": np.float64(compute_metrics(prediction)["accuracy"])}


@mistake(
    compute_metrics,
    "A number is of NumPy, and should be a Python float: `float(…)`.",
    keeps=0.97,
)
def f1_of_numpy(prediction):
    return told(prediction, 0) | {"macro_f1": np.float64(compute_metrics(prediction)["macro_f1"])}


@mistake(
    compute_metrics,
    "The classes are all numbers up to the largest label. One that occurs nowhere should not count, and one that "
    "is only ever said should, however large.",
)
def up_to_the_largest_label(prediction):
    _, labels, rows = parts(prediction)
    shares = [f1(*rows[one]) if one in rows else float("nan") for one in range(int(labels.max()) + 1)]
    return told(prediction, np.mean(shares))


@mistake(
    compute_metrics,
    "Above 1 the F1 of a class cannot be: false positives are missing below the line. It is 2·tp / (2·tp + fp + fn).",
)
def f1_without_what_was_said(prediction):
    _, _, rows = parts(prediction)
    with np.errstate(all="ignore"):
        return told(prediction, np.mean([2 * np.int64(hits) / np.int64(true) for hits, true, _ in rows.values()]))

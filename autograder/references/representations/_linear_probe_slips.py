"""`linear_probe`: what goes wrong, slips."""

import numpy as np
import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.representations._linear_probe import (
    as_they_came,
    linear_probe,
    must_be_positive,
    numbers,
    solved,
)


def in_dtype(states, labels, classes, ridge, dtype):
    """The equation as one writes it, without a thought of float64."""
    must_be_positive(ridge)
    x, y = states.to(dtype), F.one_hot(labels, classes).to(dtype)
    middle, share = x.mean(dim=0), y.mean(dim=0)
    x, y = x - middle, y - share
    penalty = ridge * torch.eye(x.shape[1], dtype=dtype, device=x.device)
    return x, y, middle, share, x.T @ x + penalty


@mistake(
    linear_probe,
    "Where numbers are nearly the same the weights are off, and float32 has lost what they differ by. Sum and "
    "solve in float64, and go back at the end.",
    keeps=0.98,
)
def solved_as_they_came(states, labels, classes, ridge=1.0):
    x, y, middle, share, table = in_dtype(states, labels, classes, ridge, states.dtype)
    weight = torch.linalg.solve(table, x.T @ y)
    return weight, share - middle @ weight


@mistake(
    linear_probe,
    "It is computed in float32, also where float64 came: digits are missing, and where numbers are nearly the "
    "same the weights are off.",
    keeps=0.98,
)
def solved_in_float32(states, labels, classes, ridge=1.0):
    x, y, middle, share, table = in_dtype(states, labels, classes, ridge, torch.float32)
    weight = torch.linalg.solve(table, x.T @ y)
    return weight.to(states.dtype), (share - middle @ weight).to(states.dtype)


@mistake(
    linear_probe,
    "The targets are shifted by one mean for all classes together. Each class has its own: `targets.mean(dim=0)`.",
    keeps=0.6,
)
def one_mean_for_all_classes(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, y = numbers(states, labels, classes)
    weight = solved(x - x.mean(0), y - y.mean(), ridge)
    return as_they_came(states, weight, y.mean() - x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The states are not shifted before the weights are found, and the targets are: the weights are wrong where "
    "states lie far from 0.",
    keeps=0.6,
)
def states_not_shifted(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, y = numbers(states, labels, classes)
    weight = solved(x, y - y.mean(0), ridge)
    return as_they_came(states, weight, y.mean(0) - x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The sum of squares is divided by the number of examples, and what stands on the other side of the equation "
    "is not.",
    keeps=0.6,
)
def mean_on_one_side(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, y = numbers(states, labels, classes)
    moved = x - x.mean(0)
    weight = np.linalg.solve(moved.T @ moved / len(x) + ridge * np.eye(x.shape[1]), moved.T @ (y - y.mean(0)))
    return as_they_came(states, weight, y.mean(0) - x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The penalty is 1 whatever is handed over.",
    keeps=0.7,
)
def always_one(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    return linear_probe(states, labels, classes, 1.0)


@mistake(
    linear_probe,
    "The weights fit, and the bias is what the mean state gets. The mean target is missing, and the sign is "
    "wrong: `target_mean - mean @ weight`.",
    keeps=0.6,
)
def bias_of_the_mean_state(states, labels, classes, ridge=1.0):
    weight, _ = linear_probe(states.double(), labels, classes, ridge)
    return weight.to(states.dtype), (states.double().mean(0) @ weight).to(states.dtype)

"""`linear_probe`: what is right, and what goes wrong."""

import numpy as np
import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import (
    _linear_probe_mistakes,  # noqa: F401  (they register themselves)
    _linear_probe_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._linear_probe import (
    as_they_came,
    linear_probe,
    must_be_positive,
    numbers,
    solved,
)


@mistake(
    linear_probe,
    "Classes without an example have no column, and those behind them move up, as with `labels.unique()`. Column i "
    "belongs to class i.",
    keeps=0.8,
)
def only_those_that_occur(states, labels, classes, ridge=1.0):
    present, numbered = labels.unique(return_inverse=True)
    return linear_probe(states, numbered, len(present), ridge)


@mistake(
    linear_probe, "The weight stands on its side, (classes, width) as in `nn.Linear`. Promised is (width, classes)."
)
def on_its_side(states, labels, classes, ridge=1.0):
    weight, bias = linear_probe(states, labels, classes, ridge)
    return weight.T, bias


@mistake(linear_probe, "Only the weight comes back. Promised are the weight and the bias.")
def only_the_weight(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, classes, ridge)[0]


@mistake(
    linear_probe,
    "The states are divided by their standard deviations as well. That changes what the penalty costs; here they are "
    "only shifted.",
)
def standardises(states, labels, classes, ridge=1.0):
    spread = states.double().std(dim=0, correction=0) if len(states) > 1 else torch.ones(states.shape[1])
    spread = torch.where(spread > 0, spread, 1.0).to(states.device)
    weight, bias = linear_probe(states.double() / spread, labels, classes, ridge)
    return (weight / spread[:, None]).to(states.dtype), bias.to(states.dtype)


@mistake(
    linear_probe,
    "With large numbers in float32 the weights are off: the products have lost what the states differ by. Sum in "
    "float64, and go back at the end.",
    keeps=0.99,
)
def in_their_own_dtype(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = states, F.one_hot(labels, classes).to(states.dtype)
    ones = torch.ones_like(x[:, :1])
    middle = x.T @ x - len(x) * torch.outer(x.mean(0), x.mean(0)) + ridge * torch.eye(x.shape[1]).to(x)
    weight = torch.linalg.solve(middle, x.T @ (targets - ones * targets.mean(0)))
    return weight, targets.mean(0) - x.mean(0) @ weight


@mistake(linear_probe, "A penalty of 0 or below is not refused with a ValueError.", keeps=0.93)
def refuses_nothing(states, labels, classes, ridge=1.0):
    if ridge > 0:
        return linear_probe(states, labels, classes, ridge)
    return linear_probe(states, labels, classes, abs(ridge) + 1e-9)


@mistake(linear_probe, "If nothing is said the penalty is another one than 1.", keeps=0.8)
def another_default(states, labels, classes, ridge=0.1):
    return linear_probe(states, labels, classes, ridge)


@mistake(
    linear_probe,
    "The weights are taken for a system of (examples, examples), or the classes for the examples: what comes back does "
    "not fit on new states. The matrix to solve with is (width, width).",
)
def of_the_examples(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    weight = np.linalg.solve(x @ x.T + ridge * np.eye(len(x)), targets)
    return as_they_came(states, weight, targets.mean(0))


@mistake(
    linear_probe,
    "Where numbers are nearly the same, or large, the weights are off: float32 has lost what they differ by. Sum and "
    "solve in float64, and go back at the end.",
    keeps=0.98,
)
def centred_in_their_own_dtype(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    middle, targets = states.mean(0), torch.eye(classes, device=states.device).to(states.dtype)[labels]
    x = states - middle
    table = x.T @ x
    table.diagonal().add_(ridge)
    weight = torch.linalg.solve(table, x.T @ targets)
    return weight, targets.mean(0) - middle @ weight


@mistake(linear_probe, "What comes back is in float64, whatever came. Promised is the dtype of the states.", keeps=0.6)
def stays_in_float64(states, labels, classes, ridge=1.0):
    return linear_probe(states.double(), labels, classes, ridge)


@mistake(
    linear_probe,
    "The weights fit, and the bias is 0. Since the states and the targets were shifted for them, it is "
    "`target_mean - mean @ weight`.",
)
def bias_of_zero(states, labels, classes, ridge=1.0):
    weight, bias = linear_probe(states, labels, classes, ridge)
    return weight, torch.zeros_like(bias)


@mistake(
    linear_probe,
    "Each example is shifted by the mean of its own numbers. It is the mean over the examples that is taken off, "
    "`dim=0`.",
)
def shifts_each_example(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    weight = solved(x - x.mean(1, keepdims=True), targets - targets.mean(0), ridge)
    return as_they_came(states, weight, targets.mean(0) - x.mean(0) @ weight)


@alternative(linear_probe)
def with_a_free_column(states, labels, classes, ridge=1.0):
    if not ridge > 0:
        raise ValueError(ridge)
    middle = states.double().mean(0)
    x = torch.cat([states.double() - middle, torch.ones_like(states[:, :1]).double()], dim=1)
    costs = torch.full((x.shape[1],), float(ridge), dtype=torch.float64, device=states.device)
    costs[-1] = 0
    both = torch.linalg.solve(x.T @ x + costs.diag(), x.T @ torch.eye(classes, device=x.device).double()[labels])
    return both[:-1].to(states.dtype), (both[-1] - middle @ both[:-1]).to(states.dtype)


@alternative(linear_probe)
def with_a_decomposition(states, labels, classes, ridge=1.0):
    if ridge <= 0:
        raise ValueError("nothing would hold the weights back")
    x = states.to(torch.float64)
    u, s, v = torch.linalg.svd(x - x.mean(dim=0), full_matrices=False)
    y = F.one_hot(labels, num_classes=classes).to(torch.float64)
    weight = v.T @ ((s / (s**2 + ridge))[:, None] * (u.T @ (y - y.mean(dim=0))))
    return weight.to(states.dtype), (y.mean(dim=0) - x.mean(dim=0) @ weight).to(states.dtype)


promised(
    linear_probe,
    "Weights and bias that tell the class from the state: the least sum of squared errors to a one-hot target, 0 or 1, "
    "plus `ridge` times the sum of all squared weights.",
    by=["a few classes", "a small penalty", "a large penalty", "fewer examples than numbers"],
)
promised(
    linear_probe,
    "The bias is free of the penalty.",
    by=["states far from zero", "a large penalty, and states far from zero", "one class has most of the examples"],
)
promised(
    linear_probe,
    "states: shape (examples, width), float32 or float64, one example or more.",
    by=["one example", "a wide float64"],
)
promised(linear_probe, "labels: shape (examples,), int64, from 0 to classes − 1.", by=["a few classes", "two classes"])
promised(
    linear_probe, "classes: how many there are; not each needs to have an example.", by=["classes without an example"]
)
promised(linear_probe, "ridge: above 0.", by=["a small penalty", "a large penalty", "the default penalty"])
promised(
    linear_probe,
    "weight: shape (width, classes), and bias: shape (classes,), so that the class of new states is the largest of "
    "`states @ weight + bias`.",
    by=["a few classes", "classes without an example"],
)
promised(
    linear_probe,
    "Computed in float64, returned in the dtype of `states`.",
    by=["large float32 numbers", "a wide float64"],
)
promised(linear_probe, "ValueError: `ridge` is 0 or less.", by=["zero, and below it"])


FOUND = "weight = torch.linalg.solve(squares, x.T @ (targets - target_mean))"
for after, reason in (
    ("+", "x has mean 0, so that a constant beside the targets adds nothing"),
    ("**", "0 and 1 stay, or a class without examples becomes a constant; x has mean 0, so that this adds nothing"),
):
    equivalent(linear_probe, FOUND, FOUND.replace("targets - target_mean", f"targets {after} target_mean"), reason)

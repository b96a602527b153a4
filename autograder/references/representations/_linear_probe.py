"""`linear_probe`: what is right, and what answers are made of."""

import numpy as np
import torch
from torch.nn import functional as F


def must_be_positive(ridge):
    if ridge <= 0:
        raise ValueError("the penalty should be above 0")


def solved(x, targets, ridge):
    """Least squares of the penalised problem by numpy, as rows below the data: √ridge times an identity matrix."""
    wide = x.shape[1]
    rows = np.concatenate([x, np.sqrt(ridge) * np.eye(wide)])
    below = np.concatenate([targets, np.zeros((wide, targets.shape[1]))])
    return np.linalg.lstsq(rows, below, rcond=None)[0]


def numbers(states, labels, classes):
    return states.double().cpu().numpy(), F.one_hot(labels, classes).double().cpu().numpy()


def as_they_came(states, weight, bias):
    return torch.tensor(weight).to(states), torch.tensor(bias).to(states)


def linear_probe(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    weight = solved(x - x.mean(0), targets - targets.mean(0), ridge)
    return as_they_came(states, weight, targets.mean(0) - x.mean(0) @ weight)

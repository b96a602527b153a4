"""Batch norm as people write it wrongly; some of these are right on most inputs.

All take two batches, shape (row, feature). A batch norm that is new sees the first one in training and the second one
in evaluation: the result is both outcomes.
"""

from __future__ import annotations

import torch
from torch import Tensor

EPS, MOMENTUM = 1e-5, 0.1


def both(
    x: Tensor, later: Tensor, mean: Tensor, var: Tensor, running_mean: Tensor, running_var: Tensor
) -> list[Tensor]:
    """What comes out in training and in evaluation, with these statistics."""
    trained = (x - mean) / torch.sqrt(var + EPS)
    return [trained, (later - running_mean) / torch.sqrt(running_var + EPS)]


def by_hand(x: Tensor, later: Tensor) -> list[Tensor]:
    """The formula, which is right."""
    mean, var, unbiased = x.mean(0), x.var(0, correction=0), x.var(0, correction=1)
    return both(x, later, mean, var, MOMENTUM * mean, (1 - MOMENTUM) + MOMENTUM * unbiased)


def divides_by_n_minus_1(x: Tensor, later: Tensor) -> list[Tensor]:
    mean, unbiased = x.mean(0), x.var(0, correction=1)
    return both(x, later, mean, unbiased, MOMENTUM * mean, (1 - MOMENTUM) + MOMENTUM * unbiased)


def remembers_the_biased(x: Tensor, later: Tensor) -> list[Tensor]:
    mean, var = x.mean(0), x.var(0, correction=0)
    return both(x, later, mean, var, MOMENTUM * mean, (1 - MOMENTUM) + MOMENTUM * var)


def turns_momentum(x: Tensor, later: Tensor) -> list[Tensor]:
    mean, var, unbiased = x.mean(0), x.var(0, correction=0), x.var(0, correction=1)
    return both(x, later, mean, var, (1 - MOMENTUM) * mean, MOMENTUM + (1 - MOMENTUM) * unbiased)


def eps_outside(x: Tensor, later: Tensor) -> list[Tensor]:
    mean, var, unbiased = x.mean(0), x.var(0, correction=0), x.var(0, correction=1)
    trained = (x - mean) / (torch.sqrt(var) + EPS)
    running_mean, running_var = MOMENTUM * mean, (1 - MOMENTUM) + MOMENTUM * unbiased
    return [trained, (later - running_mean) / (torch.sqrt(running_var) + EPS)]


def squares_minus_square(x: Tensor, later: Tensor) -> list[Tensor]:
    mean, unbiased = x.mean(0), x.var(0, correction=1)
    var = ((x * x).mean(0) - mean * mean).clamp(min=0)
    return both(x, later, mean, var, MOMENTUM * mean, (1 - MOMENTUM) + MOMENTUM * unbiased)


def over_everything(x: Tensor, later: Tensor) -> list[Tensor]:
    mean, var, unbiased = x.mean(), x.var(correction=0), x.var(correction=1)
    return both(x, later, mean, var, MOMENTUM * mean, (1 - MOMENTUM) + MOMENTUM * unbiased)


SUSPECTS = {
    "normalises with n − 1": divides_by_n_minus_1,
    "remembers with n": remembers_the_biased,
    "takes momentum the other way round": turns_momentum,
    "adds eps outside the root": eps_outside,
    "subtracts the squared mean": squares_minus_square,
    "takes one mean for all features": over_everything,
}

"""Gradients as people derive them wrongly; each of these is right on some logs of runs.

All take a log of runs, `distance` and `took`, each of shape (runs,). The rule of the lesson says pace · distance +
start, and the loss is the mean of the squared misses. What comes back is the gradient with respect to pace and start,
of shape (2,).
"""

from __future__ import annotations

import torch
from torch import Tensor

PACE, START = 6.0, 2.0


def by_autograd(distance: Tensor, took: Tensor) -> Tensor:
    """The library's."""
    numbers = torch.tensor([PACE, START], dtype=distance.dtype, requires_grad=True)
    loss = (numbers[0] * distance + numbers[1] - took).square().mean()
    return torch.autograd.grad(loss, numbers)[0]


def gradient(distance: Tensor, took: Tensor) -> Tensor:
    """By hand, and right."""
    miss = PACE * distance + START - took
    return torch.stack([(2 * miss * distance).mean(), (2 * miss).mean()])


def adds_up_the_runs(distance: Tensor, took: Tensor) -> Tensor:
    miss = PACE * distance + START - took
    return torch.stack([(2 * miss * distance).sum(), (2 * miss).sum()])


def takes_the_mean_first(distance: Tensor, took: Tensor) -> Tensor:
    miss = PACE * distance.mean() + START - took.mean()
    return torch.stack([2 * miss * distance.mean(), 2 * miss])


def forgets_the_distance(distance: Tensor, took: Tensor) -> Tensor:
    miss = PACE * distance + START - took
    return torch.stack([(2 * miss).mean(), (2 * miss).mean()])


def hears_only_what_took_longer(distance: Tensor, took: Tensor) -> Tensor:
    miss = (PACE * distance + START - took).clamp(max=0)
    return torch.stack([(2 * miss * distance).mean(), (2 * miss).mean()])


def caps_a_miss_at_ten_minutes(distance: Tensor, took: Tensor) -> Tensor:
    miss = (PACE * distance + START - took).clamp(-10, 10)
    return torch.stack([(2 * miss * distance).mean(), (2 * miss).mean()])


SUSPECTS = {
    "adds up the runs": adds_up_the_runs,
    "takes the mean first": takes_the_mean_first,
    "forgets the distance": forgets_the_distance,
    "hears only what took longer": hears_only_what_took_longer,
    "caps a miss at ten minutes": caps_a_miss_at_ten_minutes,
}

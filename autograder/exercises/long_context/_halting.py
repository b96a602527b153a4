"""Probabilities of halting, drawn so that every kind of end occurs, and what is asked of both who use them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.probes import gradients

STEPS = 5
KINDS = ("at once", "in the middle", "at the end", "never")


def probabilities(draw: Draw, kind: str, dtype: torch.dtype = torch.float32) -> Tensor:
    """Five probabilities whose sum reaches 0.99 as `kind` says; never near 0.99 itself."""
    p = draw.uniform(STEPS, low=0.05, high=0.15, dtype=dtype)
    if kind == "at once":
        p[0] = draw.uniform(low=0.992, high=0.999, dtype=dtype)
    if kind == "in the middle":
        p[draw.integer(1, STEPS - 2) :] = draw.uniform(low=0.95, high=0.98, dtype=dtype)
    if kind == "at the end":
        p[-1] = 0.97
    return p


def all_kinds(draw: Draw, dtype: torch.dtype = torch.float32) -> Tensor:
    """One row for each kind, in drawn order."""
    return torch.stack([probabilities(draw, kind, dtype) for kind in draw.shuffled(KINDS)])


def beside(draw: Draw, kind: str) -> Tensor:
    """A row of this kind and one that halts in the middle, in drawn order."""
    return torch.stack(draw.shuffled([probabilities(draw, kind), probabilities(draw, "in the middle")]))


def zeros_and_ones(draw: Draw) -> Tensor:
    """Rows with a single 1 or none, and one of small probabilities, in drawn order."""
    p = torch.zeros(STEPS, STEPS, device=draw.device)
    p[:3] = p[:3].scatter(1, draw.integers(3, 1, high=STEPS), 1.0)
    p[3] = draw.uniform(STEPS, low=0.1, high=0.15)
    return p[draw.permutation(STEPS)]


def with_zeros(draw: Draw) -> Tensor:
    """Rows in which a step before the last has the probability 0: nothing changes there, and it has a gradient."""
    p = draw.uniform(3, STEPS, low=0.15, high=0.3)
    p[0, 0] = p[1, 1] = p[2, 2] = 0.0
    p[:, 3] = 0.95
    return p[draw.permutation(3)]


def of_kind(candidate: Any, draw: Draw, kind: str) -> Any:
    return candidate(beside(draw, kind))


def single(candidate: Any, draw: Draw) -> dict[str, Any]:
    """One step is the last, whatever it says; beside it, three steps."""
    rows = [candidate(draw.uniform(draw.integer(2, 6), 1)), candidate(draw.uniform(1))]
    return {"single": rows, "three": candidate(draw.uniform(3, low=0.1, high=0.6))}


def exactly(candidate: Any, draw: Draw) -> Tensor:
    """The sum is 0.75 after two steps, in numbers that a float holds exactly."""
    first, rest = draw.choice((0.25, 0.5)), draw.uniform(2, low=0.1, high=0.2)
    p = torch.cat([torch.tensor([first, 0.75 - first], device=draw.device), rest])
    result: Tensor = candidate(torch.stack(draw.shuffled([p, draw.uniform(4, low=0.3, high=0.35)])), 0.25)
    return result


def with_zeros_and_ones(candidate: Any, draw: Draw) -> Tensor:
    result: Tensor = candidate(zeros_and_ones(draw))
    return result


def gradients_at_the_ends(candidate: Any, draw: Draw) -> Any:
    return gradients(candidate, torch.cat([zeros_and_ones(draw), with_zeros(draw)]), wrt=0)

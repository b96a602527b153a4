"""Probabilities of halting, drawn so that every kind of end occurs."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.draw import Draw

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

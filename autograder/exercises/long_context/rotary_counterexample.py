"""What `rotary_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.long_context._suspects import BASE, SUSPECTS, by_hand


def library(x: Tensor, positions: Tensor) -> Tensor:
    """The rotation as a product of complex numbers, in float64."""
    speeds = BASE ** (-torch.arange(0, x.shape[-1], 2, dtype=torch.float64) / x.shape[-1])
    angles = positions.double().unsqueeze(-1) * speeds
    pairs = torch.view_as_complex(x.double().unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2).float()


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def rotary_counterexample(x: Tensor, positions: Tensor) -> None:
    """One input on which six wrong rotations are seen to be wrong."""
    if not isinstance(x, Tensor) or x.dtype != torch.float32 or x.dim() != 2 or x.shape[1] % 2 or not x.numel():
        raise ValueError("x should be a float32 tensor of shape (n, d), with d even")
    if not bool(x.isfinite().all()):
        raise ValueError("x should hold finite numbers only")
    if not isinstance(positions, Tensor) or positions.dtype != torch.int64 or positions.shape != x.shape[:1]:
        raise ValueError("positions should be int64, one for each row of x")
    if not bool(((positions >= 0) & (positions <= 1000)).all()):
        raise ValueError("a position is from 0 to 1,000")

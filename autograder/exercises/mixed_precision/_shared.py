"""What several experiments of this topic share."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw

INTEGERS = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def bit_patterns(draw: Draw, dtype: torch.dtype, *shape: int) -> Tensor:
    """Numbers of random bits: every exponent is as likely as any other."""
    bits = 8 * dtype.itemsize
    drawn = draw.integers(*shape, low=-(2 ** (bits - 1)), high=2 ** (bits - 1))
    return drawn.to(INTEGERS[dtype.itemsize]).view(dtype)


def gradient_of(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def two_weights(draw: Draw) -> list[nn.Parameter]:
    return [nn.Parameter(draw.normal(3, 4)), nn.Parameter(draw.normal(5))]

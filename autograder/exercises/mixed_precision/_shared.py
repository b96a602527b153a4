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


def memory_of_gradients(parameters: list[nn.Parameter]) -> list[Tensor]:
    """What lies where the gradients lie now: a gradient that is replaced later leaves its memory behind."""
    return [gradient_of(parameter).view(-1) for parameter in parameters]


def two_weights(draw: Draw) -> list[nn.Parameter]:
    """A matrix and a vector, of three different sizes."""
    rows, columns, length = draw.sizes(3, 2, 6)
    return [nn.Parameter(draw.normal(rows, columns)), nn.Parameter(draw.normal(length))]


def spoil(draw: Draw, tensor: Tensor, value: float) -> None:
    """Writes `value` somewhere into `tensor`."""
    tensor.view(-1)[draw.integer(0, tensor.numel())] = value

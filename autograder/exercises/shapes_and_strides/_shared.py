"""What several exercises look at: where a result lies, and what a number written into it changes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.probes import shares_storage

KINDS = (torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool)
SMALL_INTEGERS = 100  # whole numbers below it are themselves in each of these dtypes, bfloat16 included


def in_each_dtype(draw: Draw, *shape: int) -> list[Tensor]:
    """The same whole numbers in each of the dtypes of `KINDS`."""
    numbers = draw.integers(*shape, high=SMALL_INTEGERS)
    return [numbers.to(kind) for kind in KINDS]


def view_of(candidate: Any, x: Tensor, *arguments: Any, **options: Any) -> dict[str, object]:
    """The result, whether it lies in the memory of x, and x after the result's first and last number were overwritten.

    Args:
        x: floating point, with at least one number.
    """
    result = candidate(x, *arguments, **options)
    values = result.clone()
    shared = shares_storage(result, x)
    result[(0,) * result.dim()] = 77.0
    result[(-1,) * result.dim()] = 99.0
    return {"result": values, "it lies in the memory of x": shared, "x after writing to the result": x}


def lies_in(candidate: Any, x: Tensor, *arguments: Any, **options: Any) -> dict[str, object]:
    """The result, and whether it lies in the memory of x; for what nobody should write to, as an expanded tensor."""
    result = candidate(x, *arguments, **options)
    return {"result": result, "it lies in the memory of x": shares_storage(result, x)}


def three_ways(draw: Draw, *shape: int) -> dict[str, Tensor]:
    """Tensors of one shape, of at least two dimensions, whose numbers do not lie in their order: transposed, every
    second number of a larger one, and part of a larger one that begins further on."""
    *front, rows, columns = shape
    return {
        "transposed": draw.normal(*front, columns, rows).mT,
        "every second number": draw.normal(*front, rows, 2 * columns)[..., ::2],
        "a window of a larger one": draw.normal(*front, rows + 2, columns + 3)[..., 1 : rows + 1, 2 : columns + 2],
    }


def expanded(draw: Draw, copies: int, *shape: int) -> Tensor:
    """One tensor that stands there several times: its first step in memory is 0."""
    return draw.normal(*shape).expand(copies, *shape)

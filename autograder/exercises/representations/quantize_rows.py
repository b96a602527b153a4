"""What `quantize_rows` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

LARGEST = Idea("the number of largest size becomes the largest code, whatever its sign", weight=3, point=True)
NEAREST = Idea("the nearest step, not the next one towards zero", weight=3, point=True)
ROWS = Idea("each row has a scale of its own", weight=1.5)
ZEROS = Idea("a row of zeros, and what only looks like one", weight=1.5)


@exercise(points=2)
def quantize_rows(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rows as small whole numbers."""
    rows, width = draw.sizes(2, 4, 10)

    yield "the docstring's example", lambda: _example(candidate, draw), NEAREST
    yield "the largest is above zero", lambda: candidate(_largest(draw, rows, width, 1.0)), LARGEST
    yield "the largest is below zero", lambda: candidate(_largest(draw, rows, width, -1.0)), LARGEST
    yield "all numbers below zero", lambda: candidate(-draw.uniform(rows, width, low=0.5, high=3.0)), LARGEST
    yield "whole steps", lambda: candidate(*_steps(draw, rows, width)), LARGEST
    yield "four bits", lambda: candidate(draw.normal(rows, width), 4), NEAREST
    yield "numbers between two steps", lambda: candidate(_between(draw, rows, width), 8), NEAREST
    yield "each number of bits", lambda: _each(candidate, draw, width), NEAREST
    yield "rows of very different size", lambda: candidate(_unlike(draw, rows, width), 6), ROWS
    yield "one row", lambda: candidate(draw.normal(1, width), 5), ROWS
    yield "columns of very different size", lambda: candidate(_unlike(draw, width, rows).T, 6), ROWS
    yield "a row of zeros among others", lambda: candidate(_with_zeros(draw, rows, width), 4), ZEROS
    yield "numbers that sum to zero", lambda: candidate(_balanced(draw, rows, width), 6), ZEROS
    yield "tiny numbers", lambda: candidate(1e-20 * draw.normal(rows, width), 5), ZEROS
    yield "float64", lambda: candidate(draw.normal(rows, width, dtype=torch.float64), 8)
    yield "not contiguous", lambda: candidate(draw.normal(width, rows).T, 8)
    yield "called by names", lambda: _named(candidate, draw.normal(rows, width))
    yield "the arguments afterwards", lambda: with_arguments(candidate, draw.normal(rows, width), 4)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    x = torch.tensor([[1.0, -4.0, 2.2]], device=draw.device)
    return {"example": candidate(x, bits=4), "other numbers": candidate(draw.normal(1, 3), bits=4)}


def _largest(draw: Draw, rows: int, width: int, sign: float) -> Tensor:
    """In each row one number is the largest by far, above or below zero."""
    x = draw.normal(rows, width).clamp(-2, 2)
    for row in x:
        row[draw.integer(0, width)] = sign * draw.integer(40, 60) / 10
    return x


def _steps(draw: Draw, rows: int, width: int) -> tuple[Tensor, int]:
    """Whole numbers up to ±7, times a power of two: they come back as they were."""
    x = draw.integers(rows, width, low=-6, high=7).float()
    x[:, draw.integer(0, width)] = -7.0
    return x * 2.0 ** draw.integers(rows, 1, low=-3, high=4), 4


def _between(draw: Draw, rows: int, width: int) -> Tensor:
    """Two tenths from one step, eight from the other, on both sides of zero; the step is one."""
    x = draw.integers(rows, width, low=-100, high=100) + draw.integers(rows, width, high=2) * 0.6 + 0.2
    x[:, draw.integer(0, width)] = 127.0
    return x


def _each(candidate: Any, draw: Draw, width: int) -> dict[str, Any]:
    return {f"{bits} bits": candidate(draw.normal(2, width), bits) for bits in range(2, 9)}


def _unlike(draw: Draw, rows: int, width: int) -> Tensor:
    return draw.normal(rows, width) * 10.0 ** draw.permutation(rows)[:, None].sub(rows // 2)


def _with_zeros(draw: Draw, rows: int, width: int) -> Tensor:
    x = draw.normal(rows, width)
    x[draw.integer(0, rows)] = 0
    return x


def _balanced(draw: Draw, rows: int, width: int) -> Tensor:
    """Whole numbers and their negatives: each row sums to 0, exactly."""
    half = 2 * draw.integers(rows, width, high=25).float() + 1  # odd ones never lie halfway between two steps
    return torch.cat([half, -half], dim=1)[:, draw.permutation(2 * width)]


def _named(candidate: Any, x: Tensor) -> Any:
    return candidate(bits=3, x=x)

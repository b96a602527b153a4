"""What `double` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments


@exercise(points=1)
def double(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Twice the input, as a new tensor."""
    yield "a vector", lambda: candidate(draw.normal(5))
    yield "a matrix of float64", lambda: candidate(draw.normal(3, 4, dtype=torch.float64))
    yield "a single number", lambda: candidate(draw.normal())
    yield "the docstring's example", lambda: _whole_numbers(candidate, draw.integers(2, 3, low=-9, high=9))
    yield "large whole numbers", lambda: _large(candidate, [_odd_above(2**power, draw) for power in (24, 53)])
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(4))


def _whole_numbers(candidate: Any, drawn: torch.Tensor) -> list[object]:
    """The example, and drawn whole numbers: they stay whole."""
    return [candidate(torch.tensor([1, 2, 3], device=drawn.device)), candidate(drawn)]


def _large(candidate: Any, drawn: list[torch.Tensor]) -> list[object]:
    """Exactly: no float32 is odd above 2**24, and no float64 above 2**53."""
    return [candidate(numbers) for numbers in drawn]


def _odd_above(least: int, draw: Draw) -> torch.Tensor:
    return least + 1 + 2 * draw.integers(3, high=1000)

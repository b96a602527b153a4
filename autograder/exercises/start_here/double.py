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
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(4))


def _whole_numbers(candidate: Any, drawn: torch.Tensor) -> list[object]:
    """The example, and drawn whole numbers: they stay whole."""
    return [candidate(torch.tensor([1, 2, 3], device=drawn.device)), candidate(drawn)]

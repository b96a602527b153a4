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
    yield "whole numbers stay whole", lambda: candidate(draw.integers(2, 3, low=-9, high=9))
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(4))

"""What `halve` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise

from ._shared import vector


@exercise(points=2)
def halve(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Half the input."""
    numbers = vector(draw)
    yield "a vector", lambda: candidate(numbers)
    yield "a matrix", lambda: candidate(draw.normal(2, 3))

"""What `negate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise

from ._shared import vector


@exercise(points=1)
def negate(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The input's opposite."""
    yield "a vector", lambda: candidate(vector(draw))

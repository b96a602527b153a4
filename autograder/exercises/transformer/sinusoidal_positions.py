"""What `sinusoidal_positions` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal

HANDS = Idea("each pair of features is a hand that turns at its own rate", weight=3, point=True)
EDGES = Idea("one position, none, one hand")


@exercise(points=2)
def sinusoidal_positions(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A table of hands."""
    length, half = draw.sizes(2, 5, 40)
    yield "the docstring's example", lambda: _example(candidate, draw), HANDS
    yield "a table", lambda: candidate(length, 2 * half), HANDS
    yield "more features than positions", lambda: candidate(draw.integer(2, 9), 2 * draw.integer(20, 90)), HANDS
    yield "squares", lambda: [candidate(2 * size, 2 * size) for size in draw.sizes(2, 2, 16)], HANDS
    yield "far along", lambda: candidate(draw.integer(100, 250), 2 * draw.integer(3, 9))[-3:], HANDS
    yield "one hand", lambda: candidate(length, 2), EDGES
    yield "one position", lambda: candidate(1, 2 * half), EDGES
    yield "no position", lambda: [list(candidate(size, 8).shape) for size in (0, length)], EDGES
    yield "an odd width", lambda: _odd(candidate, draw, length), EDGES
    yield "called by names", lambda: candidate(d_model=2 * half, length=length + 1)
    yield "written into afterwards", lambda: _twice(candidate, length, 2 * half)


def _odd(candidate: Any, draw: Draw, length: int) -> dict[str, Any]:
    width = 2 * draw.integer(2, 9) + 1
    return {"odd": refusal(ValueError, candidate, length, width), "even": candidate(length, width + 1)}


def _twice(candidate: Any, length: int, width: int) -> Any:
    """A model that adds to a table must not change the next one."""
    candidate(length, width).zero_()
    return candidate(length, width)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    return {"example": candidate(2, 4), "another one": candidate(draw.integer(3, 40), 2 * draw.integer(2, 20))}

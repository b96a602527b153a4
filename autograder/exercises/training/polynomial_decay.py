"""What `polynomial_decay` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

CURVE = Idea("from 1 to the end along a power", weight=3, point=True)
ENDS = Idea("the end, and past it", weight=2)


@exercise(points=1)
def polynomial_decay(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The factor at every step of a run."""
    warmup, rest = draw.sizes(2, 3, 40)
    total, end = warmup + rest, draw.integer(1, 6) / 10

    def run(warmup: int, total: int, past: int = 0, **options: float) -> list[Any]:
        return [candidate(step, warmup, total, **options) for step in range(total + past)]

    yield "the docstring's example", lambda: _example(candidate, draw), CURVE
    yield "a straight line to 0", lambda: run(warmup, total), CURVE
    yield "a square", lambda: run(warmup, total, power=2.0), CURVE
    yield "a root", lambda: run(warmup, total, power=0.5), CURVE
    yield "down to a tenth or more", lambda: run(warmup, total, power=2.0, end=end), CURVE
    yield "no warmup", lambda: run(0, total, power=3.0, end=end), CURVE
    yield "past the end", lambda: run(warmup, total, past=4, power=2.0, end=end)[-5:], ENDS
    yield "past an end of 0", lambda: run(warmup, total, past=4, power=0.5)[-5:], ENDS
    yield "nothing but warmup", lambda: run(rest, rest, past=2, power=2.0, end=end), ENDS
    yield "called by names", lambda: candidate(end=end, power=1.5, total=total, warmup=2, step=total - 1)


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    total = draw.integer(20, 40)
    return {
        "example": [candidate(step, 2, 10, power=2.0) for step in (1, 2, 6, 10)],
        "other numbers": [candidate(step, 3, total, power=2.0) for step in (1, 2, 6, total)],
    }

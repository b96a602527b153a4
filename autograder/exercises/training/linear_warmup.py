"""What `linear_warmup` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

RAMP = Idea("up to 1 in a straight line, and down to 0", weight=3, point=True)
ENDS = Idea("no warmup, no decay, and past the end", weight=2)


@exercise(points=1)
def linear_warmup(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The factor at every step of a run."""
    warmup, rest = draw.sizes(2, 3, 40)
    total = warmup + rest

    def run(warmup: int, total: int, past: int = 0) -> list[Any]:
        return [candidate(step, warmup, total) for step in range(total + past)]

    yield "the docstring's example", lambda: _example(candidate, draw), RAMP
    yield "every step of a run", lambda: run(warmup, total), RAMP
    yield "a long warmup", lambda: run(2 * rest + warmup, 2 * rest + warmup + 2), RAMP
    yield "a warmup of one step", lambda: run(1, rest + 1), RAMP
    yield "in the middle of a long run", lambda: [candidate(step, 500, 10_000) for step in _some(draw)], RAMP
    yield "no warmup", lambda: run(0, total, past=1), ENDS
    yield "past the end", lambda: [*run(warmup, total, past=4)[total:], candidate(warmup + 1, warmup, total)], ENDS
    yield "nothing but warmup", lambda: run(total, total, past=3), ENDS
    yield "called by names", lambda: candidate(total=total, warmup=warmup, step=warmup + 1)


def _some(draw: Draw) -> list[int]:
    return [0, 1, draw.integer(2, 499), 499, 500, 501, draw.integer(502, 9999), 9999]


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    total = draw.integer(20, 40)
    return {
        "example": [candidate(step, 4, 12) for step in (0, 1, 4, 8, 12)],
        "other numbers": [candidate(step, 5, total) for step in (0, 1, 5, 8, total)],
    }

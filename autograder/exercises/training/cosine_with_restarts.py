"""What `cosine_with_restarts` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

WAVES = Idea("from 1 to 0 along a cosine, again and again", weight=3, point=True)
ENDS = Idea("0 at the end and past it", weight=2)


@exercise(points=1)
def cosine_with_restarts(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The factor at every step of a run."""
    warmup, length = draw.sizes(2, 3, 30)
    cycles = draw.integer(2, 5)

    def run(warmup: int, total: int, cycles: int, past: int = 0) -> list[Any]:
        return [candidate(step, warmup, total, cycles) for step in range(total + past)]

    yield "the docstring's example", lambda: _example(candidate, draw), WAVES
    yield "one cycle", lambda: run(warmup, warmup + 2 * length, 1), WAVES
    yield "several cycles", lambda: run(warmup, warmup + cycles * length, cycles), WAVES
    yield "cycles that are no whole steps", lambda: run(warmup, warmup + 3 * length + 1, 3), WAVES
    yield "a restart at half of the run", lambda: _halfway(candidate, draw)
    yield "no warmup", lambda: run(0, cycles * length, cycles), WAVES
    yield "past the end", lambda: run(warmup, warmup + cycles * length, cycles, past=4)[-6:], ENDS
    yield "nothing but warmup", lambda: run(length, length, cycles, past=2), ENDS
    yield "called by names", lambda: candidate(cycles=2, total=length + 9, warmup=2, step=length)


def _halfway(candidate: Any, draw: Draw) -> list[Any]:
    """Runs of an even number of cycles, whose length is not exact in binary: its multiples miss the middle."""
    runs = [(half, c) for half in range(7, 60) for c in range(3, 12) if half % (half / c) > half / c / 2]
    return [[candidate(half + step, 0, 2 * half, 2 * c) for step in (0, 1)] for half, c in draw.shuffled(runs)[:4]]


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    total = draw.integer(20, 40)
    return {
        "example": [candidate(step, 2, 10, 2) for step in (1, 2, 4, 6, 8, 10)],
        "other numbers": [candidate(step, 3, total, 2) for step in (1, 2, 4, 6, 8, total)],
    }

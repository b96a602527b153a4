"""What `noam_schedule` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

SHAPE = Idea("up in a straight line, down like one over the root", weight=3, point=True)
START = Idea("step 0 counts as step 1")


@exercise(points=1)
def noam_schedule(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The rate at the steps of a run."""
    warmup, width = draw.integer(5, 12), draw.choice([9, 16, 50, 100])
    yield "the docstring's example", lambda: _example(candidate, draw), SHAPE
    yield "every step of a run", lambda: [candidate(step, width, warmup) for step in range(1, 4 * warmup)], SHAPE
    yield "a long run", lambda: [candidate(step, 512, 4000) for step in _some(draw)], SHAPE
    yield "a wide model with a long warmup, in billionths", lambda: _small(candidate, draw), SHAPE
    yield "a warmup of one step", lambda: [candidate(step, width, 1) for step in (1, 2, draw.integer(3, 99))], SHAPE
    yield "a narrow model", lambda: [candidate(step, 1, warmup) for step in (1, warmup, 3 * warmup)], SHAPE
    yield "step 0", lambda: [candidate(0, width, each) for each in (1, warmup)], START
    yield "in LambdaLR", lambda: _scheduled(candidate, width, warmup), START
    yield "called by names", lambda: candidate(warmup=warmup, d_model=width, step=warmup + 2)


def _some(draw: Draw) -> list[int]:
    return [1, draw.integer(2, 3999), 3999, 4000, 4001, draw.integer(4002, 90_000)]


def _small(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Rates far below a millionth, enlarged: who rounds them is seen. The root of the width has decimals."""
    width, warmup = draw.choice([5000, 8192, 12_288]), draw.integer(100_000, 200_000)
    steps = {"first": (1, 2, 5), "highest": (warmup - draw.integer(1, 9000), warmup, 2 * warmup)}
    return {which: [_billions(candidate(step, width, warmup)) for step in some] for which, some in steps.items()}


def _billions(rate: Any) -> Any:
    return 1e9 * rate if isinstance(rate, int | float) else rate


def _scheduled(candidate: Any, width: int, warmup: int) -> list[float]:
    """The rates that a scheduler gives in its first steps."""
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: candidate(step, width, warmup))
    rates = []
    for _ in range(2 * warmup):
        rates.append(float(schedule.get_last_lr()[0]))
        optimizer.step()
        schedule.step()
    return rates


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    warmup = draw.integer(2, 9)
    return {
        "example": [candidate(step, 64, 4) for step in (0, 1, 2, 4, 16)],
        "other numbers": [candidate(step, 81, warmup) for step in (1, 5, 30)],
    }

"""What `NaiveDDP` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.data_parallel._shared import (
    WRAPPERS,
    Net,
    OnRanks,
    behaves,
    learns,
    observed,
    odd_cases,
    plain_cases,
)


@exercise(points=2, without=WRAPPERS, seconds=60)
def NaiveDDP(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A wrapper whose `sync` gives every rank the mean gradient."""
    plain = OnRanks(draw, 3, learns, candidate, plain_cases(draw))
    odd = OnRanks(draw, 2, behaves, candidate, odd_cases(draw), draw.fill_(Net()), draw.normal(4, 5))
    yield from observed(plain, odd)
    yield "outside it is a module like any other", lambda: odd.shown("outside")

"""One run of ranks that several observations share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autograder.engine.draw import Draw
from autograder.engine.ranks.on_ranks import OnRanks


def shows_its_place(candidate: Any) -> Iterator[tuple[str, Any]]:
    yield "place", candidate()


def test_several_observations_share_one_run() -> None:
    run = OnRanks(Draw(0, "runs"), 1, shows_its_place, lambda: 7)
    assert run.shown("place") == {"rank 0": 7}
    values = run.values
    assert run.shown("place") == {"rank 0": 7}
    assert run.values is values


def test_a_run_after_one_that_hung_is_not_waited_for() -> None:
    hung = OnRanks(Draw(0, "runs"), 1, shows_its_place, lambda: 7)
    hung.error = TimeoutError("it did not end within 3 s")
    second = OnRanks(Draw(0, "runs"), 1, shows_its_place, lambda: 7, after=hung)
    with pytest.raises(TimeoutError, match="did not end"):
        second.shown("place")
    assert second.values is None


def test_a_run_after_one_that_raised_goes_ahead() -> None:
    failed = OnRanks(Draw(0, "runs"), 1, shows_its_place, lambda: 1 / 0)
    second = OnRanks(Draw(0, "runs"), 1, shows_its_place, lambda: 7, after=failed)
    assert second.shown("place") == {"rank 0": 7}
    assert failed.error is not None

"""Every promise of the sandbox, tried in a real one: warm, and cold."""

from __future__ import annotations

import pytest

from autograder.grading.sandbox import provisioner
from autograder.grading.sandbox.doctor import HOLDS, MEETING, PROMISES, _try, examine
from autograder.grading.sandbox.warm import NoWarmStart


@pytest.mark.slow
def test_every_promise_holds(monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "GRADER_SECRET")
    assert [row for row in examine() if row[1] != HOLDS] == []


@pytest.mark.slow
@pytest.mark.parametrize("promise", [*PROMISES[:9], MEETING], ids=lambda promise: promise.name)
def test_a_cold_start_promises_the_same(monkeypatch, promise):
    def no_warm_parent(cuda):
        raise NoWarmStart("tried cold")

    monkeypatch.setattr(provisioner, "warm_parent", no_warm_parent)
    assert _try(promise) == HOLDS

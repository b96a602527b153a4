"""The audit's limits: what computes without end is ended by the processor's time, what waits by the wall's clock."""

from __future__ import annotations

import signal
import sys
import time

import pytest

from autograder.authoring.audit.limits import OutOfTime, time_limits


def test_what_computes_without_end_is_ended() -> None:
    with time_limits(computing=0.05, waiting=60) as spent:
        while True:
            pass
    assert (spent.computing, spent.waiting) == (True, False)


def test_what_waits_without_end_is_ended_and_has_not_computed() -> None:
    with time_limits(computing=60, waiting=0.05) as spent:
        time.sleep(60)
    assert (spent.computing, spent.waiting) == (False, True)


def test_waiting_is_not_computing() -> None:
    with time_limits(computing=0.2, waiting=60) as spent:
        time.sleep(0.5)
    assert (spent.computing, spent.waiting) == (False, False)


def test_it_is_no_exception_that_an_answer_could_catch() -> None:
    assert not issubclass(OutOfTime, Exception)


def test_an_end_that_a_destructor_swallows_is_noted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)

    class Endless:
        def __del__(self) -> None:
            while True:
                pass

    with time_limits(computing=0.05, waiting=60) as spent:
        Endless()
    assert spent.computing


def test_what_else_is_raised_comes_through_and_the_clocks_are_stopped() -> None:
    before = signal.getsignal(signal.SIGPROF), signal.getsignal(signal.SIGALRM)
    with pytest.raises(ZeroDivisionError), time_limits(computing=60, waiting=60):
        raise ZeroDivisionError
    assert (signal.getsignal(signal.SIGPROF), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_PROF)[0] == signal.getitimer(signal.ITIMER_REAL)[0] == 0

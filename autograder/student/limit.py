"""Ends what takes longer than an exercise allows, where this machine can."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

AGAIN = 1.0  # seconds until it is said once more: an `except:` without a name swallows whatever is raised in it


class OutOfTime(BaseException):
    """No `Exception`: the observer would take it for the answer's own."""


@dataclass
class Clock:
    """Whether time was up."""

    out: bool = False


@contextmanager
def limited(seconds: float) -> Iterator[Clock]:
    """Ends its block, quietly, after so many seconds; what is yielded tells whether that was so.

    Only a main thread can be interrupted so, and not on Windows: elsewhere there is no limit.
    """
    clock = Clock()
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield clock
        return

    def stop(*_: object) -> None:
        clock.out = True
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
            yield clock
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except OutOfTime:
        signal.setitimer(signal.ITIMER_REAL, 0)  # it may have come while the clock was being stopped
    finally:
        signal.signal(signal.SIGALRM, before)

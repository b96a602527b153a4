"""Ends what never ends, by the processor's time: a busy machine makes nothing look endless.

What waits for ever uses no processor, so the clock on the wall ends it too, generously.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

AGAIN = 10.0  # seconds until it is said once more: a destructor swallows whatever is raised in it


class OutOfTime(BaseException):
    """No `Exception`: the observer would take it for the answer's own."""


@dataclass
class Spent:
    """Which limit was reached."""

    computing: bool = False
    waiting: bool = False


@contextmanager
def time_limits(computing: float, waiting: float) -> Iterator[Spent]:
    """Ends its block after so many seconds of this process's processor time, or of the clock on the wall.

    The block ends quietly; what is yielded tells which limit it was. Processes of its own are not counted. For the
    main thread alone.
    """
    spent = Spent()

    def stop(number: int, _: object) -> None:
        if number == signal.SIGPROF:
            spent.computing = True
        else:
            spent.waiting = True
        raise OutOfTime

    before = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, computing, AGAIN)
            signal.setitimer(signal.ITIMER_REAL, waiting, AGAIN)
            yield spent
        finally:
            _stop_clocks()
    except OutOfTime:
        _stop_clocks()  # it may have come while they were being stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_clocks() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)

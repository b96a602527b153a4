"""Other processes, each of which may end while one asks about it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil


def living(pids: Iterable[int]) -> dict[int, str]:
    """Those of `pids` that have not ended, and their names."""
    found = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                found[pid] = process.name()
    return found


def children(pid: int) -> dict[int, str]:
    """What lives below a process, and the names."""
    return living(child.pid for child in psutil.Process(pid).children(recursive=True))

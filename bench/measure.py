"""What commands cost: wall clock, CPU seconds of all their processes, and their peak memory.

CPU: this process adopts whatever its commands leave behind (PR_SET_CHILD_SUBREAPER) and waits for all of it, so the
kernel's own account of waited-for children is complete: kernels in sandboxes, bubblewrap and killed ones included.
Memory: the proportional set size of all their processes together, sampled; shared pages of forks count once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36
MEGABYTE = 2**20
PAUSE = 0.5  # seconds between two samples of the memory
POLL = 0.02
WAIT = 60.0  # seconds for what a command leaves behind to end


class CommandFailed(RuntimeError):
    """A measured command did not do its work."""


@dataclass(frozen=True)
class Usage:
    """What some commands cost together.

    Attributes:
        seconds: wall clock until the last one ended.
        cpu: user and system seconds of all processes.
        peak_mb: most memory of all processes at one time.
        own_peak_mb: most memory of the first command's own process.
    """

    seconds: float
    cpu: float
    peak_mb: float
    own_peak_mb: float


def measure(
    commands: Sequence[Sequence[str]], cwd: Path, env: Mapping[str, str] | None = None, status: Sequence[int] = (0,)
) -> Usage:
    """Runs commands at the same time. Call it where this process has no other children.

    Raises:
        CommandFailed: one ended with another status than those in `status`.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, start = _cpu(), time.perf_counter()
    with (cwd / "bench.log").open("a+") as log:
        processes = [
            subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            for command in commands
        ]
        peak = own = 0.0
        sampled = 0.0
        while any(process.poll() is None for process in processes):
            if time.perf_counter() - sampled > PAUSE:
                sampled = time.perf_counter()
                now, first = _memory(processes[0].pid)
                peak, own = max(peak, now), max(own, first)
            time.sleep(POLL)
        seconds = time.perf_counter() - start
        _wait_for_all()
        if failed := [process for process in processes if process.returncode not in status]:
            log.seek(0)
            raise CommandFailed(f"{failed[0].args!r} ended with {failed[0].returncode}:\n{log.read()[-2000:]}")
    return Usage(seconds, _cpu() - before, peak, own)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _wait_for_all() -> None:
    """Waits for what the commands left behind; it is ours by adoption."""
    deadline = time.monotonic() + WAIT
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(POLL)


def _memory(pid: int) -> tuple[float, float]:
    """Megabytes of all descendants together, and of the process `pid` among them."""
    total = own = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            memory = process.memory_full_info().pss / MEGABYTE
        except psutil.AccessDenied:
            memory = _resident(process)
        except psutil.Error:
            continue
        total += memory
        if process.pid == pid:
            own = memory
    return total, own


def _resident(process: psutil.Process) -> float:
    """Where another uid's share cannot be read: its resident size, which counts shared pages again."""
    with contextlib.suppress(psutil.Error):
        return float(process.memory_info().rss) / MEGABYTE
    return 0.0

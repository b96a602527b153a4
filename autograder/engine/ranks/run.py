"""One run on ranks, from the call to what came of each of them."""

from __future__ import annotations

import os
import pickle
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle
import torch
import torch.distributed as dist

from autograder.engine.ranks.failure import RankFailed, failure_of, hung_ranks
from autograder.engine.ranks.helper import Helper, rank_helper

MOMENT = 0.3  # seconds for the others to end once one has failed, so that the cause is told from its consequences
MOST_OUTPUT = 100_000  # characters of one rank that are read
CHATTER = re.compile(r"^\[Gloo\] Rank \d+ is connected to .*\n?", re.MULTILINE)
_one_at_a_time = threading.Lock()
_rehearsing = False


@dataclass(frozen=True)
class Rank:
    """What came of one rank.

    Attributes:
        rank: its number.
        value: what the function returned there.
        output: what it printed, stdout and stderr in the order in which they came.
    """

    rank: int
    value: Any
    output: str


def run_on_ranks(
    function: Callable[..., Any], *arguments: Any, ranks: int = 2, seconds: float = 30.0, seed: int | Sequence[int] = 0
) -> list[Rank]:
    """Runs `function(*arguments)` in `ranks` processes at once; returns what came of each, rank 0 first.

    Each process is a rank of the initialised default process group: gloo on the CPU, and NCCL for CUDA tensors where
    every rank has a device of its own (`rank_device()`). Each computes with one thread.

    Args:
        function: may be defined in a notebook's cell. Function, arguments and values are copied: a rank never changes
            what the notebook holds.
        seconds: for all of it. Ranks that are not done by then are ended.
        seed: of torch, numpy and random; the same in all ranks, or one for each.

    Raises:
        RankFailed: a rank raised, died or did not end. No process is left.
    """
    if _rehearsing:
        raise RankFailed(0, "no rank is started in a rehearsal")
    seeds = [seed] * ranks if isinstance(seed, int) else list(seed)
    if ranks < 1 or len(seeds) != ranks:
        raise ValueError(f"{ranks} ranks and {len(seeds)} seeds")
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="ranks-") as name:
        folder = Path(name)
        _hand_over(folder, (function, arguments), seeds, seconds)
        ended, hung = _run(folder, ranks, seconds)
        outputs = [_output(folder / f"output-{rank}") for rank in range(ranks)]
        failure = hung_ranks(folder, ranks, seconds, ended) if hung else failure_of(folder, ranks, ended)
        if failure is not None:
            failure.outputs = outputs
            raise failure
        values = [torch.load(folder / f"value-{rank}", weights_only=False) for rank in range(ranks)]
        return [Rank(rank, value, output) for rank, (value, output) in enumerate(zip(values, outputs, strict=True))]


def rank_device() -> torch.device:
    """The device of the rank that asks: its own GPU where each has one, else the CPU."""
    own = dist.is_initialized() and "cuda:nccl" in dist.get_backend_config()
    return torch.device("cuda", dist.get_rank()) if own else torch.device("cpu")


@contextmanager
def without_ranks() -> Iterator[None]:
    """While it lasts, `run_on_ranks` starts nothing and fails: for a process that must stay alone."""
    global _rehearsing
    _rehearsing = True
    try:
        yield
    finally:
        _rehearsing = False


def _hand_over(folder: Path, call: tuple[Any, ...], seeds: list[int], seconds: float) -> None:
    """Writes what the ranks will read."""
    torch.save(call, folder / "call", pickle_module=cloudpickle)
    job = {"path": sys.path, "cwd": os.getcwd(), "seeds": seeds, "seconds": seconds}
    (folder / "job").write_bytes(pickle.dumps(job))


def _run(folder: Path, ranks: int, seconds: float) -> tuple[dict[int, int], bool]:
    """Exit statuses by rank in the order in which they came, without those of ranks that had to be ended.

    Returns:
        also whether time was up before anything else went wrong.
    """
    helper = rank_helper()
    try:
        ended, failed = _watch(helper, folder, ranks, seconds)
        hung = len(ended) < ranks and not failed
        late = helper.stop(str(folder), ask=hung)
    except BaseException:  # KeyboardInterrupt above all: whatever comes, no rank goes on
        helper.stop(str(folder), ask=False)
        raise
    if not hung:
        ended |= {rank: status for rank, status in late.items() if status != -signal.SIGKILL}
    return ended, hung


def _watch(helper: Helper, folder: Path, ranks: int, seconds: float) -> tuple[dict[int, int], bool]:
    """Exit statuses until all ranks have ended, one has failed a moment ago, or time is up; and whether one failed."""
    helper.ask({"run": str(folder), "ranks": ranks})
    deadline = time.monotonic() + seconds
    ended: dict[int, int] = {}
    failed = False
    while len(ended) < ranks and (answer := helper.answer(deadline - time.monotonic())) is not None:
        if answer.get("run") != str(folder):
            continue
        ended[answer["rank"]] = answer["status"]
        if not failed and not (folder / f"value-{answer['rank']}").exists():
            failed, deadline = True, min(deadline, time.monotonic() + MOMENT)
    return ended, failed


def _output(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return CHATTER.sub("", stream.read(MOST_OUTPUT))
    except FileNotFoundError:
        return ""  # it died before it could print


def _in_a_fork() -> None:
    """The lock may be held by a thread that the fork has not."""
    global _one_at_a_time
    _one_at_a_time = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_a_fork)

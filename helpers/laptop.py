"""A laptop whose battery dies: a training runs in a process of its own, which can be killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograder.engine.ranks import RankFailed, run_on_ranks

Training = Callable[..., Iterator[tuple[int, float]]]


def life(
    training: Training, path: Path, *, start: Path | None = None, dies_at: int | None = None, **options: Any
) -> dict[int, float]:
    """Runs `training(path, **options)` in a process of its own and says how that ended.

    Each loss is on the disk before the next step begins, so that a life that is cut short leaves what it had.

    Args:
        training: yields a step and its loss, again and again. It may be written in a cell.
        path: the checkpoint.
        start: another checkpoint, which is copied there first, if there is one.
        dies_at: the process is killed there, by SIGKILL: no `finally`, no exit handler, nothing runs after it.

    Returns:
        step → loss of this life alone.
    """
    if start is not None and start.exists():
        shutil.copy(start, path)
    log = path.with_suffix(".log")
    log.unlink(missing_ok=True)
    log.touch()
    try:
        run_on_ranks(_live, training, path, log, dies_at, options, ranks=1, seconds=60.0)
        end = "ran to its end"
    except RankFailed as failure:
        if failure.raised is not None or "SIGKILL" not in str(failure):
            raise
        end = "was killed by SIGKILL"
    losses = _read(log)
    print(f"{path.stem}: from step {min(losses)} to step {max(losses)}, {end}")
    return losses


def _live(training: Training, path: Path, log: Path, dies_at: int | None, options: dict[str, Any]) -> None:
    with log.open("a") as stream:
        for step, loss in training(path, **options):
            stream.write(f"{step} {loss.hex()}\n")  # every bit of it
            stream.flush()
            if step == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _read(log: Path) -> dict[int, float]:
    pairs = (line.split() for line in log.read_text().splitlines())
    return {int(step): float.fromhex(loss) for step, loss in pairs}

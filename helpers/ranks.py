"""Ranks for a notebook's eye: what each printed stands side by side."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from autograder.engine import ranks as engine
from autograder.engine.ranks import Call, RankFailed, Traffic, counted_traffic, rank_device
from helpers.style import CYCLE

__all__ = ["Call", "RankFailed", "Traffic", "counted_traffic", "rank_device", "run_on_ranks", "torchrun"]

MOST_COLUMNS = 4
SECONDS_TO_END = 10


class Values(list[Any]):
    """What the ranks returned. At the end of a cell it is silent where none returned anything."""

    def _ipython_display_(self) -> None:
        if any(value is not None for value in self):
            display(list(self))


def run_on_ranks(
    function: Callable[..., Any], *arguments: Any, ranks: int = 2, seconds: float = 30.0, seed: int | Sequence[int] = 0
) -> list[Any]:
    """Runs `function(*arguments)` on `ranks` processes, shows what each printed, and returns what each returned.

    Each process is a rank of an initialised process group (`dist.get_rank()`, `dist.get_world_size()`): gloo on the
    CPU, and NCCL for CUDA tensors where every rank has a GPU of its own (`rank_device()`).

    Args:
        function: may be written in a cell. It gets copies of the arguments.
        seconds: ranks that are not done by then are ended.
        seed: of torch, numpy and random; the same on all ranks, or one for each.

    Raises:
        RankFailed: a rank raised, died or did not end.
    """
    try:
        results = engine.run_on_ranks(function, *arguments, ranks=ranks, seconds=seconds, seed=seed)
    except RankFailed as failure:
        show_outputs(failure.outputs)
        raise
    show_outputs([result.output for result in results])
    return Values(result.value for result in results)


def torchrun(source: str, ranks: int = 2, seconds: float = 60.0) -> None:
    """Writes a script into a temporary folder, starts it with `torchrun`, and shows what each rank printed.

    Raises:
        RuntimeError: it failed; the message is what the ranks wrote to stderr.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script, logs = folder / "script.py", folder / "logs"
        script.write_text(source)
        # torchrun is the same module by a shorter name. Redirected, each rank's streams are files of their own.
        words = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}", "--redirects=3"]
        own = {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo"}
        command = [sys.executable, *words, f"--log-dir={logs}", str(script)]
        status, said = _to_its_end(command, folder, {**os.environ, **own}, seconds)
        files = sorted(logs.rglob("stdout.log"), key=lambda file: int(file.parent.name))
        show_outputs([file.read_text() for file in files])
        if status:
            errors = [file.with_name("stderr.log").read_text() for file in files]
            raise RuntimeError(next(filter(None, errors), said)[-2000:])


def _to_its_end(command: list[str], folder: Path, environment: dict[str, str], seconds: float) -> tuple[int, str]:
    """Exit status and stderr. Where time is up or somebody interrupts, torchrun is asked to end its ranks first."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _, said = process.communicate(timeout=seconds)
        except BaseException:
            process.terminate()
            try:
                process.communicate(timeout=SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        return process.returncode, said


def show_outputs(outputs: Sequence[str]) -> None:
    """Shows what each rank printed: columns in a notebook, one line after the other in a terminal."""
    if not any(outputs):
        return
    text = "\n".join(f"rank {rank} | {line}" for rank, output in enumerate(outputs) for line in output.splitlines())
    if get_ipython() is None:
        print(text)
        return
    display({"text/html": _columns(outputs), "text/plain": text}, raw=True)


def _columns(outputs: Sequence[str]) -> str:
    count = min(len(outputs), MOST_COLUMNS)
    cells = [
        f'<div style="border-top:3px solid {CYCLE[rank % len(CYCLE)]};min-width:0">'
        f'<div style="font-weight:bold;padding:.2em 0">rank {rank}</div>'
        '<pre style="margin:0;padding:0;background:none;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere">'
        f"{escape(output.rstrip()) or '<i>(printed nothing)</i>'}</pre></div>"
        for rank, output in enumerate(outputs)
    ]
    grid = f"display:grid;grid-template-columns:repeat({count},minmax(0,1fr));gap:.8em 1.2em"
    return f'<div style="{grid}">{"".join(cells)}</div>'

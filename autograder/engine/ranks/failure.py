"""What went wrong on ranks: the first error told from what followed from it, with the student's own lines."""

from __future__ import annotations

import json
import linecache
import re
import signal
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from autograder.engine.values import Raised, is_library

BACKEND = ("RuntimeError", "DistBackendError", "DistNetworkError")  # what a backend raises …
# … about a peer that has ended
LOST = re.compile(r"onnection (closed|reset|refused)|roken pipe|remote process (has )?exited|gloo/transport")
STACK_LINE = re.compile(r'^ *File "(.*)", line (\d+) in (.*)$', re.MULTILINE)
HELPER = "<string>"  # where `python -c` says that its code stands
LIBRARY = sysconfig.get_paths()["stdlib"]
Frames: TypeAlias = Sequence[tuple[str, int, str]]  # file, line, function


class RankFailed(RuntimeError):
    """A rank raised, died or did not end; all others were ended with it.

    Attributes:
        rank: its number; the lowest where several failed alike.
        where: the lines of the student's code that led there, as text.
        raised: what it raised, as plain data; None where it died or did not end.
        outputs: what each rank had printed by then.
    """

    def __init__(self, rank: int, sentence: str, where: str = "", raised: Raised | None = None) -> None:
        super().__init__(sentence)
        self.rank, self.where, self.raised = rank, where, raised
        self.outputs: list[str] = []

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the student's lines, none of ours."""
        return [*self.where.splitlines(), f"{type(self).__name__}: {self}"]


class BlankOnRanks(RankFailed, NotImplementedError):
    """A stub was run on ranks: its answer is not written yet."""

    stub = ""


def failure_of(folder: Path, ranks: int, ended: dict[int, int]) -> RankFailed | None:
    """What went wrong first, told from what followed from it; None where every rank returned."""
    returned = {rank for rank in range(ranks) if (folder / f"value-{rank}").exists()}
    if len(returned) == ranks:
        return None
    # A rank writes its report before it ends, and others can lose it only then: whatever was the cause is here.
    written = {
        rank: json.loads((folder / f"raised-{rank}").read_text())
        for rank in range(ranks)
        if (folder / f"raised-{rank}").exists()
    }
    times = {rank: report["at"] for rank, report in written.items()}
    reports = {rank: _report(report) for rank, report in written.items()}
    waited = [rank for rank, (_, error) in reports.items() if error.kind in BACKEND and LOST.search(error.message)]
    own = [rank for rank in reports if rank not in waited]
    for rank in [*ended, *reports]:
        if rank in own:
            # Two that end in the same moment are reaped in any order.
            return _raised(min(own, key=lambda other: times[other]), reports)
        if rank not in reports and rank not in returned:
            return RankFailed(rank, f"rank {rank} {_death(ended[rank])}")
    rank = min(waited)
    gone = f": {_listed(sorted(returned))} had returned" if returned else ""
    return RankFailed(rank, f"rank {rank} waited for a rank that had ended{gone}", _where(reports[rank][0]))


def _report(report: dict[str, Any]) -> tuple[Frames, Raised]:
    frames = _own(report["frames"])
    line = linecache.getline(*frames[-1][:2]).strip() if frames else ""
    return frames, Raised(report["kind"], tuple(report["lineage"]), report["message"], line[:200])


def _raised(rank: int, reports: dict[int, tuple[Frames, Raised]]) -> RankFailed:
    """The failure of a rank that raised; where others raised the very same, of the lowest of them."""
    first = reports[rank][1]
    rank = min(
        other for other, (_, error) in reports.items() if (error.kind, error.message) == (first.kind, first.message)
    )
    frames, error = reports[rank]
    words = f"rank {rank}: {error.kind}" + (f": {error.message}" if error.message else "")
    if error.kind == "NotImplementedError" and not error.message and frames:
        blank = BlankOnRanks(rank, words, _where(frames), error)
        blank.stub = frames[-1][2]
        return blank
    return RankFailed(rank, words, _where(frames), error)


def _death(status: int) -> str:
    if status >= 0:
        return f"ended without returning, with exit status {status}"
    return f"was killed by {signal.Signals(-status).name}"


def hung_ranks(folder: Path, ranks: int, seconds: float, ended: dict[int, int]) -> RankFailed:
    """The ranks that did not end, and where each of them was."""
    waiting = [rank for rank in range(ranks) if rank not in ended]
    places = []
    for rank in waiting:
        file = folder / f"stack-{rank}"
        found = STACK_LINE.findall(file.read_text(errors="replace")) if file.exists() else []
        frames = _own([(name, int(number), function) for name, number, function in reversed(found)])
        places.append(f"rank {rank} was here:\n{_where(frames)}" if frames else "")
    rest = f"; {_listed(sorted(ended))} had returned" if ended else ""
    sentence = f"{_listed(waiting)} did not end within {seconds:g} s{rest}"
    return RankFailed(waiting[0], sentence, "\n".join(filter(None, places)))


def _listed(ranks: Sequence[int]) -> str:
    names = [f"rank {rank}" for rank in ranks]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _own(frames: Frames) -> Frames:
    """The frames of the student's own code."""
    return [frame for frame in frames if not (is_library(frame[0]) or frame[0].startswith((LIBRARY, HELPER)))]


def _where(frames: Frames) -> str:
    lines = []
    for name, number, function in frames:
        code = linecache.getline(name, number).strip()
        lines += [f"  {_place(name)}, line {number}, in {function}", *([f"    {code}"] if code else [])]
    return "\n".join(lines)


def _place(name: str) -> str:
    """`Cell In[3]` where the notebook knows it, else the file."""
    if "IPython" in sys.modules:
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        cell = shell.compile.format_code_name(name) if shell is not None else None
        if cell:
            return " ".join(cell)
    return f'File "{name}"'

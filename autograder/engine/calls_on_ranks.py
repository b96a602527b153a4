"""How an experiment calls an answer on ranks: they run once more, and each writes its calls down as they come.

So a rank that hangs or dies has told what it was called with.
"""

from __future__ import annotations

import io
import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import cloudpickle
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from autograder.engine.calls import Call, Recorder, Stays, with_makers
from autograder.engine.ranks.failure import RankFailed
from autograder.engine.ranks.on_ranks import Case, OnRanks, listened_to
from autograder.engine.ranks.run import run_on_ranks

SECONDS = 4.0  # that a second run may take: all that it is for is a call on a card
UNFINISHED = ""  # the part of a case that was not shown, because a call in it raised or hung
Parts: TypeAlias = dict[str, list[Call]]  # what a case shows → the calls that it shows


def told_of_ranks(note: Callable[[list[Call]], None]) -> AbstractContextManager[None]:
    """While it lasts, `note` is told of the calls behind what is asked of a run of ranks, those of rank 0 first."""
    return listened_to(partial(_tell, _Ears(), note))


def _tell(ears: _Ears, note: Callable[[list[Call]], None], run: OnRanks, names: tuple[str, ...]) -> None:
    for parts in ears.heard(run):
        for name in names:
            note(parts.get(name, parts.get(UNFINISHED, [])))


@dataclass
class _Ears:
    """What each run has told, and which runs have not ended; a run that waits for one of these is not started."""

    told: dict[int, list[Parts]] = field(default_factory=dict)
    hung: set[int] = field(default_factory=set)
    kept: list[OnRanks] = field(default_factory=list)  # their addresses must not be given to others

    def heard(self, run: OnRanks) -> list[Parts]:
        """The calls of each rank."""
        if id(run) not in self.told:
            self.kept.append(run)
            self.told[id(run)] = []  # for good, where what they told cannot be read: a student's class may refuse
            if not self._waits_in_vain(run):
                self.told[id(run)] = self._listen(run)
        return self.told[id(run)]

    def _waits_in_vain(self, run: OnRanks) -> bool:
        if run.after is None:
            return False
        self.heard(run.after)
        return id(run.after) in self.hung

    def _listen(self, run: OnRanks) -> list[Parts]:
        with tempfile.TemporaryDirectory(prefix="calls-") as folder:
            try:
                run_on_ranks(_written_down, folder, *run.call, ranks=run.ranks, seconds=SECONDS)
            except RankFailed as error:
                if error.raised is None:
                    self.hung.add(id(run))
            return [_read(Path(folder) / str(rank), rank, run.ranks) for rank in range(run.ranks)]


def _written_down(folder: str, case: Case, candidate: Any, *arguments: Any) -> None:
    """On a rank: its calls, and between them the names of what they have shown."""
    with open(Path(folder) / str(dist.get_rank()), "wb", buffering=0) as file:
        recorder = Recorder(candidate, tell=lambda call: _put(call, file))
        with recorder.listening():
            for name, _ in case(candidate, *arguments):
                recorder.take()
                _put(name, file)


def _put(item: Call | str, file: io.RawIOBase) -> None:
    if isinstance(item, Call):
        item = replace(item, inputs={name: _portable(value) for name, value in item.inputs.items()})
    file.write(cloudpickle.dumps(item))


def _portable(value: Any) -> Any:
    """The value itself, if a process without a process group can read it."""
    if isinstance(value, DistributedDataParallel):
        return Stays(type(value).__name__, value.module)
    try:
        cloudpickle.dumps(value)
    except Exception:  # whatever its own `__reduce__` may raise
        return Stays(type(value).__name__)
    return value


def _read(file: Path, rank: int, ranks: int) -> Parts:
    """What was shown without a call of its own shows what was called last."""
    parts: Parts = {}
    waiting: list[Call] = []
    last: list[Call] = []
    made: dict[int, Call] = {}
    for item in _items(file):
        if isinstance(item, str):
            last, waiting = waiting or last, []
            parts[item] = with_makers(last, made)
            continue
        call = replace(item, rank=rank, ranks=ranks)
        waiting.append(call)
        if call.function == "__init__":
            made[call.instance] = call
    return {**parts, UNFINISHED: with_makers(waiting, made)}


def _items(file: Path) -> Iterator[Call | str]:
    """Until the end, which may be in the middle of a word where a rank was ended."""
    if not file.exists():
        return
    with file.open("rb") as stream, suppress(EOFError, pickle.UnpicklingError):
        while True:
            yield pickle.load(stream)

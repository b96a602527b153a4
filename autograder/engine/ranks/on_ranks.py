"""One run of ranks that several observations of an experiment share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.nn.parallel import DataParallel, DistributedDataParallel

from autograder.engine.draw import Draw
from autograder.engine.ranks.failure import RankFailed
from autograder.engine.ranks.run import run_on_ranks

SECONDS = 10.0  # for one run of ranks; the right answers need a tenth of a second, on a busy machine a few

WRAPPERS = (DistributedDataParallel, DataParallel)

USED = "torch's own wrappers"

Case = Callable[..., Iterator[tuple[str, Any]]]


class OnRanks:
    """One run of ranks, started by the first observation that looks at it; an error is remembered too.

    Args:
        case: runs on every rank, with the candidate and the arguments, and yields what it has seen as pairs of name
            and value, each right after the calls of the candidate that it shows: so that a card can write them.
        after: another run of the same candidate. Where that one hangs, this one is not waited for as well.
    """

    def __init__(
        self, draw: Draw, ranks: int, case: Case, candidate: Any, *arguments: Any, after: OnRanks | None = None
    ) -> None:
        self.device, self.ranks, self.after = draw.device, ranks, after
        self.call = (case, candidate, *(placed(item, torch.device("cpu")) for item in arguments))
        self.values: list[dict[str, Any]] | None = None
        self.error: Exception | None = None

    def shown(self, *names: str) -> dict[str, Any]:
        """What each rank shows under this name: `{"rank 0": …, "rank 1": …}`; under several names a dict for each."""
        if _listener is not None:
            _listener(self, names)
            return {}
        self.start()
        if self.values is None:
            assert self.error is not None
            raise self.error
        found = [{name: value[name] for name in names} if names[1:] else value[names[0]] for value in self.values]
        return {f"rank {rank}": placed(value, self.device) for rank, value in enumerate(found)}

    def start(self) -> None:
        """Runs it, unless that has been done."""
        if self.values is not None or self.error is not None:
            return
        if self.after is not None:
            self.after.start()
            if isinstance(self.after.error, TimeoutError):
                self.error = self.after.error
                return
        self._run()

    def _run(self) -> None:
        try:
            self.values = [rank.value for rank in run_on_ranks(watched, *self.call, ranks=self.ranks, seconds=SECONDS)]
            for value in self.values:
                tell_watch(value.pop(USED))
        except RankFailed as error:
            self.error = told_apart(error)


Listener = Callable[[OnRanks, tuple[str, ...]], None]
_listener: Listener | None = None


@contextmanager
def listened_to(listener: Listener) -> Iterator[None]:
    """While it lasts, no run is started, and none shows anything: `listener` is told what is asked of which one."""
    global _listener
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before


def told_apart(error: RankFailed) -> Exception:
    """A blank is a blank on ranks too; and who waits for ever has another trouble than who raises."""
    if isinstance(error, NotImplementedError):
        return NotImplementedError()
    return TimeoutError(str(error)) if "did not end within" in str(error) else error


def watched(case: Case, *arguments: Any) -> dict[str, Any]:
    """On a rank: what the case shows, and which of torch's own wrappers have run in it."""
    used: list[type] = []

    def note(module: nn.Module, inputs: Any) -> None:
        used.extend(kind for kind in WRAPPERS if isinstance(module, kind) and kind not in used)

    handle = register_module_forward_pre_hook(note)
    shown = dict(case(*arguments))
    handle.remove()
    return {**shown, USED: used}


def tell_watch(kinds: list[type]) -> None:
    """The watch over forbidden modules stands here, and not on the ranks: it sees an empty one of each kind run."""
    for kind in kinds:
        ghost: Any = nn.Module.__new__(kind)
        nn.Module.__init__(ghost)
        with suppress(AttributeError):
            ghost()


def placed(value: Any, device: torch.device) -> Any:
    """The same with every tensor on `device`: ranks of gloo compute on the CPU wherever the draws are."""
    if isinstance(value, Tensor):
        # A parameter stays one, and so does its place among tied ones.
        return value if value.device == device else value.detach().to(device)
    if isinstance(value, nn.Module):
        return value.to(device)
    if isinstance(value, dict):
        return {key: placed(item, device) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(placed(item, device) for item in value)
    return value

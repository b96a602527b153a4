"""What a rank sends: calls, bytes and times of every send and every collective, whoever makes them.

A `TorchDispatchMode` sees the calls where Python and C++ meet (`torch.ops.c10d`), so `dist.send`, a `send` imported by
its name, `ProcessGroup.send`, `batch_isend_irecv` and DistributedDataParallel's own C++ all count alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch.distributed as dist
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

NAMES = {
    "allreduce": "all_reduce", "allreduce_coalesced": "all_reduce", "recv_any_source": "recv",
    "allgather": "all_gather", "allgather_base": "all_gather", "allgather_coalesced": "all_gather",
    "allgather_into_tensor_coalesced": "all_gather", "reduce_scatter_base": "reduce_scatter",
    "reduce_scatter_tensor_coalesced": "reduce_scatter", "alltoall": "all_to_all", "alltoall_base": "all_to_all",
    "monitored_barrier": "barrier",
}  # fmt: skip
PEER = ("dst", "src", "root_rank")  # what the operations call the other rank
SENDS_NOTHING = ("recv", "barrier")


@dataclass
class Call:
    """One call.

    Attributes:
        name: "send", "recv", "all_reduce", "broadcast", …: `isend` is a send whose end comes later.
        peer: the rank that is sent to or received from, the root of a broadcast; None where all are equal.
        sent: bytes that this rank hands in: all of a sent tensor, its own part of a collective (how often the backend
            moves them is not seen). Zero for a recv, and for a broadcast's or scatter's receivers.
        start, end: seconds on a clock that all ranks of this machine share. The end is when a collective was done; for
            send and recv, when a wait for it returned, or None where nobody waited.
    """

    name: str
    peer: int | None
    sent: int
    start: float
    end: float | None = None


@dataclass
class Traffic:
    """What one rank did, in the order in which it was called. Plain data: a rank may return it."""

    calls: list[Call] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """Bytes that this rank sent, all calls together."""
        return sum(call.sent for call in self.calls)

    def of(self, *names: str) -> list[Call]:
        """The calls with one of these names: `traffic.of("send", "recv")`."""
        return [call for call in self.calls if call.name in names]

    def summary(self) -> dict[str, dict[str, int]]:
        """`{"send": {"calls": 6, "bytes": 96}, …}` in the order of the alphabet."""
        names = sorted({call.name for call in self.calls})
        rows = {name: self.of(name) for name in names}
        return {name: {"calls": len(row), "bytes": sum(call.sent for call in row)} for name, row in rows.items()}


@contextmanager
def counted_traffic() -> Iterator[Traffic]:
    """Counts what this rank sends while it lasts.

    ```python
    with counted_traffic() as traffic:
        dist.all_reduce(x)
    traffic.summary()   # {"all_reduce": {"calls": 1, "bytes": 32}}
    ```
    """
    watch = _Watch()
    wait = dist.Work.wait

    def noted_wait(work: Any, *arguments: Any, **options: Any) -> Any:
        result = wait(work, *arguments, **options)
        watch.ended(work)
        return result

    dist.Work.wait = noted_wait  # type: ignore[method-assign, assignment]
    try:
        with watch:
            yield watch.traffic
    finally:
        dist.Work.wait = wait  # type: ignore[method-assign]


class _Watch(TorchDispatchMode):
    """Notes each operation of the namespace c10d, and keeps its handle, by which the end of it is recognised."""

    def __init__(self) -> None:
        super().__init__()
        self.traffic = Traffic()
        self.handles: dict[int, tuple[Any, Call]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.namespace != "c10d":
            return func(*args, **(kwargs or {}))
        named = {item.name: value for item, value in zip(func._schema.arguments, args, strict=False)}
        call = _call(func._schema.name, {**named, **(kwargs or {})})
        self.traffic.calls.append(call)
        result = func(*args, **(kwargs or {}))
        self._follow(result[-1] if isinstance(result, tuple) else result, call)
        return result

    def _follow(self, boxed: Any, call: Call) -> None:
        work = dist.Work.unbox(boxed)
        self.handles[id(work)] = (work, call)
        try:
            work.get_future().add_done_callback(lambda _: self.ended(work))
        except RuntimeError:
            return  # send and recv have no future: they end when somebody has waited

    def ended(self, work: Any) -> None:
        _, call = self.handles.get(id(work), (None, None))
        if call is not None and call.end is None:
            call.end = time.monotonic()


def _call(operation: str, arguments: dict[str, Any]) -> Call:
    bare = operation.rpartition("::")[2].strip("_")
    name = NAMES.get(bare, bare)
    peer = next((int(arguments[key]) for key in PEER if key in arguments), None)
    inputs = [value for key, value in arguments.items() if key.startswith("input")] or list(arguments.values())[:1]
    receives = name in SENDS_NOTHING or (name == "broadcast" and peer != dist.get_rank())
    return Call(name, peer, 0 if receives else _bytes(inputs), time.monotonic())


def _bytes(value: Any) -> int:
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()
    return sum(map(_bytes, value)) if isinstance(value, list | tuple) else 0

"""What `accumulate_gradients` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.engine.ranks.on_ranks import OnRanks
from autograder.exercises.data_parallel._shared import Shown

ONCE = Idea("one exchange between the ranks", weight=2, point=True)
MEAN = Idea("the gradient is that of the mean loss", weight=2, point=True)
UNEVEN = Idea("every row counts alike", weight=1.5)


def two_layers() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))


def lopsided(prediction: Tensor, y: Tensor) -> Tensor:
    """A mean over rows that tells its arguments apart."""
    return (prediction.exp() - 2 * y).square().mean()


def _accumulated(candidate: Any, model: nn.Module, cases: dict[str, list[Any]]) -> Shown:
    """Gradients, traffic and forward passes of one call for each case, and of a plain backward pass after the last."""
    wrapped = DistributedDataParallel(model)
    rows: list[int] = []
    model.register_forward_pre_hook(lambda module, inputs: rows.append(len(inputs[0])))
    for name, batches in cases.items():
        rows.clear()
        with counted_traffic() as traffic:
            loss = candidate(wrapped, batches[dist.get_rank()], lopsided)
        calls = traffic.of("all_reduce")
        gradients = [item.grad.clone() for item in model.parameters() if item.grad is not None]
        yield name, {"gradients": gradients, "forward passes": list(rows)}
        sent = sum(map(_sent, calls))
        yield f"{name}: traffic", {"last layer's gradients": gradients[2:], "all-reduces": len(calls), "bytes": sent}
        yield f"{name}: loss", float(loss)
        yield f"{name}: type", {"loss": float(loss), "type": type(loss).__name__}
    yield "afterwards", _plain(wrapped, *batches[dist.get_rank()][0])


def _sent(call: Any) -> int:
    return int(call.sent)


def _plain(wrapped: nn.Module, x: Tensor, y: Tensor) -> dict[str, Any]:
    """What an ordinary backward pass exchanges once the candidate is done."""
    wrapped.zero_grad()
    with counted_traffic() as traffic:
        lopsided(wrapped(x), y).backward()
    exchanged = [call.sent for call in traffic.of("all_reduce")]
    return {"exchanged": exchanged, "gradients": [item.grad for item in wrapped.parameters()]}


@exercise(points=2, seconds=30)
def accumulate_gradients(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Many small batches, one exchange."""

    def batches(*rows: int) -> list[Any]:
        return [[(draw.normal(size, 4), draw.normal(size, 2)) for size in rows] for _ in range(2)]

    size, many, few = draw.integer(2, 5), draw.integer(3, 5), draw.integer(4, 7)
    cases = {
        "equal": batches(*[size] * many), "one": batches(few), "uneven": batches(few, few, 1),
        "falling": batches(2, few, 3), "unlike": [batches(few, 2)[0], batches(1, 3)[1]], "again": batches(size, size),
    }  # fmt: skip
    run = OnRanks(draw, 2, _accumulated, candidate, draw.fill_(two_layers()), cases)
    yield "a single batch", lambda: run.shown("one")
    yield "batches of equal length", lambda: run.shown("equal"), MEAN
    yield "gradients of an earlier step do not count", lambda: run.shown("again"), MEAN
    yield "one exchange for several batches", lambda: run.shown("equal: traffic"), ONCE
    yield "one exchange for a single batch, and for two", lambda: run.shown("one: traffic", "again: traffic"), ONCE
    yield "a last batch of one row", lambda: run.shown("uneven"), UNEVEN
    yield "a short batch at the start", lambda: run.shown("falling", "falling: traffic"), UNEVEN
    yield "ranks with different numbers of rows", lambda: run.shown("unlike"), UNEVEN
    yield "each rank's own mean loss", lambda: run.shown("equal: loss", "one: loss")
    yield "the mean loss of uneven batches", lambda: run.shown("uneven: loss", "falling: loss"), UNEVEN
    yield "the loss is a Python number", lambda: run.shown("equal: type")
    yield "afterwards every backward pass exchanges again", lambda: run.shown("afterwards")

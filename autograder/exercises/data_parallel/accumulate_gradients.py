"""What `accumulate_gradients` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.exercises.data_parallel._shared import OnRanks


def two_layers() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))


def _accumulated(candidate: Any, model: nn.Module, cases: dict[str, list[Any]]) -> dict[str, Any]:
    """Gradients, traffic and forward passes of one call for each case."""
    wrapped = DistributedDataParallel(model)
    shown: dict[str, Any] = {}
    rows: list[int] = []
    model.register_forward_pre_hook(lambda module, inputs: rows.append(len(inputs[0])))
    for name, batches in cases.items():
        rows.clear()
        with counted_traffic() as traffic:
            loss = candidate(wrapped, batches[dist.get_rank()], F.mse_loss)
        shown[name] = {
            "gradients": [item.grad.clone() for item in model.parameters() if item.grad is not None],
            "forward passes": list(rows),
        }
        shown[f"{name}: loss"] = float(loss)
        calls = traffic.of("all_reduce")
        shown[f"{name}: traffic"] = {"all-reduces": len(calls), "bytes": sum(call.sent for call in calls)}
        shown[f"{name}: afterwards"] = wrapped.require_backward_grad_sync
    return shown


@exercise(points=2, seconds=30)
def accumulate_gradients(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Many small batches, one exchange."""

    def batches(*rows: int) -> list[Any]:
        return [[(draw.normal(size, 4), draw.normal(size, 2)) for size in rows] for _ in range(2)]

    cases = {"four": batches(3, 3, 3, 3), "one": batches(5), "uneven": batches(4, 4, 1), "again": batches(2, 2)}
    run = OnRanks(draw, 2, _accumulated, candidate, draw.fill_(two_layers()), cases)
    yield "four batches of three rows", lambda: run.shown("four")
    yield "the ranks exchange gradients once", lambda: run.shown("four: traffic", "uneven: traffic")
    yield "a single batch", lambda: run.shown("one", "one: traffic")
    yield "a last batch of one row", lambda: run.shown("uneven")
    yield "each rank's own mean loss", lambda: run.shown("four: loss", "one: loss", "uneven: loss")
    yield "gradients of an earlier step do not count", lambda: run.shown("again")
    yield "afterwards every backward pass exchanges again", lambda: run.shown("four", "four: afterwards")

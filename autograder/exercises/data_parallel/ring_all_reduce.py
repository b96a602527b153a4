"""What `ring_all_reduce` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.exercises.data_parallel._shared import OnRanks


def _reduced(candidate: Any, inputs: dict[str, list[Tensor]]) -> dict[str, Any]:
    """The sum of each input, and what was sent for it."""
    shown: dict[str, Any] = {}
    for name, tensors in inputs.items():
        mine = tensors[dist.get_rank()]
        with counted_traffic() as traffic:
            candidate(mine)
        calls = [call for call in traffic.calls if call.name != "recv"]
        # One observation: the sum is worth nothing where a collective has made it.
        shown[name] = {"sum": mine, "made of": sorted({call.name for call in calls})}
        shown[f"{name}: traffic"] = {"calls": len(calls), "bytes": traffic.sent}
        shown[f"{name}: neighbours"] = len({call.peer for call in calls})
        shown[f"{name}: numbers sent"] = traffic.sent // mine.element_size()
    return shown


@exercise(
    points=3,
    seconds=30,
    without=[
        dist.all_reduce, dist.reduce, dist.reduce_scatter, dist.reduce_scatter_tensor, dist.all_gather,
        dist.all_gather_into_tensor, dist.gather, dist.broadcast, dist.all_to_all, dist.all_gather_object,
    ],
)  # fmt: skip
def ring_all_reduce(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The sum over all ranks, of which each sends 2(n-1)/n."""

    def each(ranks: int, *shape: int, **options: Any) -> list[Tensor]:
        return [draw.normal(*shape, **options) for _ in range(ranks)]

    four = OnRanks(draw, 4, _reduced, candidate, {
        "twelve": each(4, 12), "seven": each(4, 7), "matrix": each(4, 2, 3, 4), "two": each(4, 2), "one": each(4, 1),
        "transposed": [item.T for item in each(4, 4, 3)], "whole": [draw.integers(9, high=99) for _ in range(4)],
        "double": each(4, 5, dtype=torch.float64), "half": each(4, 6, dtype=torch.bfloat16),
    })  # fmt: skip
    alone = OnRanks(draw, 1, _reduced, candidate, {"alone": each(1, 5)})

    yield "twelve numbers on four ranks", lambda: four.shown("twelve")
    yield (
        "each rank sends 2(n-1)/n of the data, to one neighbour",
        lambda: four.shown("twelve: traffic", "twelve: neighbours", "matrix: traffic"),
    )
    yield "seven numbers on four ranks", lambda: four.shown("seven")
    yield "a block of three dimensions", lambda: four.shown("matrix")
    yield "fewer numbers than ranks", lambda: four.shown("two", "one")
    yield "a transposed matrix", lambda: four.shown("transposed")
    yield "whole numbers", lambda: four.shown("whole")
    yield "double precision", lambda: four.shown("double")
    yield "bfloat16", lambda: four.shown("half")
    yield "a rank alone, too", lambda: [*four.shown("twelve"), *alone.shown("alone", "alone: traffic")]
    yield "no padding travels", lambda: {
        "all ranks together": sum(four.shown("seven: numbers sent")), "sums": four.shown("seven")
    }  # fmt: skip

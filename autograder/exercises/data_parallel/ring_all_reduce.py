"""What `ring_all_reduce` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.engine.ranks.on_ranks import OnRanks
from autograder.exercises.data_parallel._shared import Shown

RING = Idea("each rank sends 2(n-1)/n of the data, to one neighbour", weight=2, point=True)
SUM = Idea("every rank has the sum, in place", weight=2)
DTYPES = Idea("every dtype")
FEW = Idea("few numbers")
LEAST = Idea("nothing is sent in vain", weight=0.5)


def _reduced(candidate: Any, inputs: dict[str, list[Tensor]]) -> Shown:
    """The sum of each input, and what was sent for it."""
    for name, tensors in inputs.items():
        mine = tensors[dist.get_rank()]
        with counted_traffic() as traffic:
            candidate(mine)
        calls = [call for call in traffic.calls if call.name != "recv"]
        # One observation: the sum is worth nothing where a collective has made it.
        made = {"sum": mine, "made of": sorted({call.name for call in calls})}
        neighbours = {call.peer for call in calls}
        yield name, made
        yield f"{name}: traffic", {**made, "calls": len(calls), "bytes": traffic.sent, "neighbours": len(neighbours)}
        yield f"{name}: numbers sent", traffic.sent // mine.element_size()


def _in_a_slice(candidate: Any, inputs: dict[str, list[Tensor]], wide: list[Tensor]) -> Shown:
    """As above, and every other column of a matrix, with what lies between them."""
    yield from _reduced(candidate, inputs)
    mine = wide[dist.get_rank()]
    candidate(mine[:, ::2])
    yield "slice", mine


@exercise(
    points=3,
    seconds=30,
    without=[
        dist.all_reduce, dist.reduce, dist.reduce_scatter, dist.reduce_scatter_tensor, dist.all_gather,
        dist.all_gather_into_tensor, dist.gather, dist.broadcast, dist.all_to_all, dist.all_gather_object,
    ],
)  # fmt: skip
def ring_all_reduce(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """The sum over all ranks, of which each sends 2(n-1)/n."""
    n, times = draw.choice((3, 4)), draw.integer(2, 6)

    def each(*shape: int, ranks: int = n, **options: Any) -> list[Tensor]:
        return [draw.normal(*shape, **options) for _ in range(ranks)]

    rest = 3 * n + draw.integer(1, n)
    plain = OnRanks(draw, n, _reduced, candidate, {
        "even": each(times * n), "rest": each(rest), "matrix": each(2, 3, n),
    })  # fmt: skip
    dtypes = OnRanks(draw, n, _reduced, candidate, {
        "whole": [draw.integers(rest, low=2**40, high=2**58) for _ in range(n)],
        "double": each(2 * n, dtype=torch.float64), "half": each(2 * n, dtype=torch.bfloat16),
    }, after=plain)  # fmt: skip
    strided = OnRanks(draw, n, _in_a_slice, candidate, {
        "transposed": [item.T for item in each(4, 3)],
    }, each(4, 5), after=plain)  # fmt: skip
    few = OnRanks(draw, n, _reduced, candidate, {
        "more": each(n + 1), "two": each(2), "one": each(1),
    }, after=plain)  # fmt: skip
    none = OnRanks(draw, n, _reduced, candidate, {"bare": each(), "none": each(0)}, after=plain)
    pair = OnRanks(draw, 2, _reduced, candidate, {
        "known": [torch.tensor([1.0, 2.0, 3.0], device=draw.device) for _ in range(2)], "drawn": each(4, ranks=2),
    }, after=plain)  # fmt: skip
    alone = OnRanks(draw, 1, _reduced, candidate, {"alone": each(times, ranks=1)}, after=plain)

    yield "a multiple of n", lambda: plain.shown("even"), SUM
    yield "what does not divide by n", lambda: plain.shown("rest"), SUM
    yield "a block of three dimensions", lambda: plain.shown("matrix"), SUM
    yield "a transposed matrix", lambda: strided.shown("transposed"), SUM
    yield "every other column of a matrix", lambda: strided.shown("slice"), SUM
    yield "2(n-1) chunks to one neighbour", lambda: plain.shown("even: traffic"), RING
    yield "a block is cut into n equal chunks", lambda: plain.shown("matrix: traffic"), RING
    yield "in a world of two", lambda: pair.shown("drawn: traffic"), RING
    yield "whole numbers", lambda: dtypes.shown("whole"), DTYPES
    yield "double precision", lambda: dtypes.shown("double: traffic"), DTYPES
    yield "bfloat16", lambda: dtypes.shown("half: traffic"), DTYPES
    yield "one number more than ranks", lambda: few.shown("more"), FEW
    yield "fewer numbers than ranks", lambda: few.shown("two", "one"), FEW
    yield "a number without dimensions, and no number", lambda: none.shown("bare", "none"), FEW
    yield "a rank alone, too", lambda: {
        "together": plain.shown("even"), "alone": alone.shown("alone: traffic")
    }, LEAST  # fmt: skip
    yield "no padding travels", lambda: {
        "all ranks together": sum(plain.shown("rest: numbers sent").values()), "sums": plain.shown("rest")
    }, LEAST  # fmt: skip
    yield "the docstring's example", lambda: pair.shown("known", "drawn"), LEAST

"""What `all_reduce_metrics` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch.distributed as dist

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.exercises.data_parallel._shared import OnRanks


def _metrics(candidate: Any, cases: dict[str, list[tuple[dict[str, float], int]]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, given in cases.items():
        metrics, count = given[dist.get_rank()]
        before = dict(metrics)
        with counted_traffic() as traffic:
            result = candidate(metrics, count)
        kinds = {type(value).__name__ for value in result.values()}
        shown[name] = {"result": dict(sorted(result.items())), "types": sorted(kinds)}
        shown[f"{name}: calls"] = len(traffic.calls)
        shown[f"{name}: left alone"] = list(before) == list(metrics)
    return shown


@exercise(points=1, seconds=30)
def all_reduce_metrics(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Means over all examples of all ranks."""
    losses = [round(draw.integer(1, 1000) / 100, 2) for _ in range(9)]
    hits = [draw.integer(1, 100) / 128 for _ in range(9)]

    def given(counts: Sequence[int], at: int = 0) -> list[tuple[dict[str, float], int]]:
        return [({"loss": losses[at + i], "accuracy": hits[at + i]}, count) for i, count in enumerate(counts)]

    swapped = [({"b": losses[0], "a": hits[0], "c": 1.0}, 4), ({"a": hits[1], "c": 2.0, "b": losses[1]}, 2)]
    swapped.append(({"c": 3.0, "b": losses[2], "a": hits[2]}, 3))
    empty = [({"loss": losses[3]}, 5), ({"loss": float("nan")}, 0), ({"loss": losses[4]}, 3)]
    run = OnRanks(draw, 3, _metrics, candidate, {
        "even": given((8, 8, 8)), "uneven": given((8, 8, 1), 3), "swapped": swapped, "empty": empty,
        "many": [({"rate": value}, count) for value, count in ((1.0, 2**24), (0.0, 1), (1.0, 2**24))],
    })  # fmt: skip
    nobody = OnRanks(draw, 2, _metrics, candidate, {
        "nobody": [({"loss": float("nan")}, 0)] * 2, "one": [({"loss": loss}, 3) for loss in losses[:2]],
    })  # fmt: skip
    yield "ranks with equally many examples", lambda: run.shown("even")
    yield "a rank with a single example", lambda: run.shown("uneven")
    yield "names in another order", lambda: run.shown("swapped")
    yield "a rank without examples", lambda: run.shown("empty")
    yield "no examples at all", lambda: nobody.shown("nobody", "one")
    yield (
        "tens of millions of examples",
        lambda: [{"errors": round(2**25 * (1 - value["result"]["rate"]), 3)} for value in run.shown("many")],
    )
    yield (
        "one exchange, and the metrics stay as they are",
        lambda: run.shown("uneven", "even: calls", "uneven: calls", "uneven: left alone"),
    )

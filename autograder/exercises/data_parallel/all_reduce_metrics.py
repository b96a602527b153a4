"""What `all_reduce_metrics` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch.distributed as dist

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.ranks import counted_traffic
from autograder.engine.ranks.on_ranks import OnRanks
from autograder.exercises.data_parallel._shared import Shown

WEIGHED = Idea("every example counts alike", weight=2, point=True)
NAMES = Idea("numbers are matched by name")
EMPTY = Idea("a rank without examples")
ONCE = Idea("one exchange")

Given = list[tuple[dict[str, float], int]]
NAN = float("nan")


def _metrics(candidate: Any, cases: dict[str, Given]) -> Shown:
    for name, given in cases.items():
        metrics, count = given[dist.get_rank()]
        before = list(metrics)
        with counted_traffic() as traffic:
            result = candidate(metrics, count)
        means = {key: float(value) for key, value in sorted(result.items())}
        yield name, means
        yield f"{name}: types", {key: [value, type(value).__name__] for key, value in sorted(result.items())}
        yield f"{name}: calls", {"means": means, "calls": len(traffic.calls)}
        yield f"{name}: afterwards", {"means": means, "names": before == list(metrics), "metrics": dict(metrics)}


@exercise(points=1, seconds=30)
def all_reduce_metrics(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Means over all examples of all ranks."""
    losses = [draw.integer(1, 1000) / 100 for _ in range(12)]
    hits = [draw.integer(1, 100) / 128 for _ in range(12)]
    some, more, least = draw.integer(3, 20), draw.integer(20, 40), draw.choice((3, 5, 6, 7, 9, 11))

    def given(counts: Sequence[int], at: int = 0) -> Given:
        return [({"loss": losses[at + i], "accuracy": hits[at + i]}, count) for i, count in enumerate(counts)]

    swapped: Given = [({"b": losses[0], "a": hits[0], "c": 1.0}, some), ({"a": hits[1], "c": 2.0, "b": losses[1]}, 2)]
    swapped.append(({"c": 3.0, "b": losses[2], "a": hits[2]}, more))
    zero: Given = [({"hits": 1, "loss": losses[8]}, some), ({"hits": 0.0, "loss": losses[9]}, more)]
    spoiled: Given = [({"a": NAN, "b": losses[5]}, some), ({"a": 0.5, "b": 1.5}, 2), ({"a": 0.5, "b": 2.5}, 1)]
    run = OnRanks(draw, 3, _metrics, candidate, {
        "even": given((some,) * 3), "uneven": given((some, more, 1), 3), "swapped": swapped,
        "many": [({"rate": value}, count) for value, count in ((1.0, 2**24), (0.0, least), (1.0, 2**24))],
        "spoiled": spoiled,
    })  # fmt: skip
    empty = OnRanks(draw, 3, _metrics, candidate, {
        "empty": [({"loss": losses[3]}, some), ({"loss": NAN}, 0), ({"loss": losses[4]}, 3)],
    }, after=run)  # fmt: skip
    infinite = OnRanks(draw, 3, _metrics, candidate, {
        "infinite": [({"loss": float("inf")}, 0), ({"loss": losses[5]}, more), ({"loss": losses[6]}, 3)],
    }, after=empty)  # fmt: skip
    one: Given = [({"loss": loss}, 3) for loss in losses[:2]]
    pair = OnRanks(draw, 2, _metrics, candidate, {
        "zero": zero, "example": [({"loss": 2.0}, 3), ({"loss": 6.0}, 1)], "one": one,
    }, after=run)  # fmt: skip
    nobody = OnRanks(draw, 2, _metrics, candidate, {
        "one": one, "nobody": [({"loss": NAN}, 0)] * 2, "nothing": [({"a": 0.0, "b": losses[7]}, 0)] * 2,
    }, after=run)  # fmt: skip
    yield "ranks with equally many examples", lambda: run.shown("even"), WEIGHED
    yield "a rank with a single example", lambda: run.shown("uneven"), WEIGHED
    yield "a mean of zero, and one that is a whole number", lambda: pair.shown("zero"), WEIGHED
    yield "names in another order", lambda: run.shown("swapped"), NAMES
    yield "a rank without examples", lambda: empty.shown("empty"), EMPTY
    yield "a rank without examples, with an infinite mean", lambda: infinite.shown("infinite"), EMPTY
    yield "no examples at all", lambda: nobody.shown("nobody", "one")
    yield "no examples, and several metrics", lambda: nobody.shown("nothing", "one")
    yield "NaN among real examples stays NaN", lambda: run.shown("spoiled")
    yield (
        "tens of millions of examples",
        lambda: {
            rank: {"misses": round((2**25 + least) * (1 - value["rate"]), 3)}
            for rank, value in run.shown("many").items()
        },
    )
    yield "one exchange for several metrics", lambda: run.shown("uneven: calls", "swapped: calls"), ONCE
    yield "means are Python floats", lambda: pair.shown("zero: types")
    yield "the metrics stay as they are", lambda: run.shown("uneven: afterwards")
    yield "the docstring's example", lambda: pair.shown("example", "one")

"""What `fixed_masks` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.engine.streams import beside_stream

OWN = Idea("each row has a generator of its own, seeded by the seed and its place", weight=3, point=True)
SAME = Idea("the same each time, whoever else is asked or drawn", weight=2.5, point=True)


@exercise(points=1)
def fixed_masks(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rows, each masked from a generator of its own. The masking function is handed in, and is a simple one."""
    count, length = draw.sizes(2, 3, 8)
    seed = draw.integer(1, 1000)

    def rows(many: int, longest: int = length) -> list[Tensor]:
        return [draw.integers(draw.integer(2, longest + 2), low=5, high=60) for _ in range(many)]

    yield "the docstring's example", lambda: _example(candidate, draw), OWN
    yield "one row", lambda: candidate(rows(1), _masked, seed), OWN
    yield "several rows of different lengths", lambda: candidate(rows(count), _masked, seed), OWN
    yield "rows that are equal", lambda: candidate(rows(1) * 3, _masked, seed), OWN
    yield "a masking function that draws more for some rows", lambda: candidate(rows(count), _greedy, seed), OWN
    yield "generators that are kept, and drawn from afterwards", lambda: _kept(candidate, rows(count), seed), OWN
    yield "other seeds, and 0", lambda: [candidate(rows(2), _masked, one) for one in (0, seed + 1, 2**31)], OWN
    yield "called twice", lambda: _twice(candidate, rows(count), seed), SAME
    yield "more rows behind", lambda: _longer(candidate, rows(count), rows(2), seed), SAME
    yield "torch's own stream", lambda: _stream(candidate, draw, rows(count), seed), SAME
    yield "torch's own stream, while it masks", lambda: _meanwhile(candidate, draw, rows(count), seed), SAME
    yield "another masking function", lambda: candidate(rows(2), _labelled, seed)
    yield "the rows afterwards, by names", lambda: _afterwards(candidate, rows(count), seed)
    yield "a tuple of rows, and none", lambda: _none(candidate, rows(2), seed)
    yield "kinds, and how often it masks", lambda: _kinds(candidate, rows(count), seed)


def _masked(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Covers half of a row with 4; labels as usual."""
    chosen = torch.rand(row.shape, generator=generator, device=generator.device).to(row.device) < 0.5
    return row.masked_fill(chosen, 4), row.masked_fill(~chosen, -100)


def _greedy(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """As many numbers as the first token says are drawn and dropped first."""
    torch.rand(int(row[0]), generator=generator, device=generator.device)
    return _masked(row, generator)


def _labelled(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    noise = torch.randint(0, 9, row.shape, generator=generator, device=generator.device).to(row.device)
    return row + noise, noise


def _twice(candidate: Any, rows: list[Tensor], seed: int) -> list[Any]:
    """Other random numbers are drawn in between."""
    first = candidate(rows, _masked, seed)
    torch.rand(5)
    return [first, candidate(rows, _masked, seed)]


def _longer(candidate: Any, rows: list[Tensor], more: list[Tensor], seed: int) -> list[Any]:
    return [candidate(rows, _masked, seed)[-1], candidate([*rows, *more], _masked, seed)[len(rows) - 1 :]]


def _stream(candidate: Any, draw: Draw, rows: list[Tensor], seed: int) -> dict[str, Any]:
    return beside_stream(lambda: candidate(rows, _masked, seed), draw.integer(0, 10_000))


def _kept(candidate: Any, rows: list[Tensor], seed: int) -> dict[str, Any]:
    """A generator that is seeded anew for the next row is not the first row's own any more."""
    kept: list[torch.Generator] = []

    def keeping(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        kept.append(generator)
        return _masked(row, generator)

    candidate(rows, keeping, seed)
    return {
        "generators": len({id(each) for each in kept}),
        "drawn afterwards": [float(torch.rand((), generator=each)) for each in kept],
    }


def _meanwhile(candidate: Any, draw: Draw, rows: list[Tensor], seed: int) -> list[Any]:
    """What a masking function finds in torch's own stream, which it does not use for the masks."""
    found: list[float] = []

    def looking(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        found.append(float(torch.rand(())))
        return _masked(row, generator)

    torch.manual_seed(draw.integer(0, 10_000))
    candidate(rows, looking, seed)
    return [found, float(torch.rand(()))]


def _afterwards(candidate: Any, rows: list[Tensor], seed: int) -> dict[str, Any]:
    handed = [row.clone() for row in rows]
    return with_arguments(lambda *given: candidate(rows=list(given), mask=_masked, seed=seed), *handed)


def _none(candidate: Any, rows: list[Tensor], seed: int) -> dict[str, Any]:
    return {"a tuple": candidate(tuple(rows), _masked, seed), "how many of none": len(candidate([], _masked, seed))}


def _kinds(candidate: Any, rows: list[Tensor], seed: int) -> dict[str, Any]:
    """The masking function notes what it is given."""
    given: list[Any] = []

    def noted(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        given.append([list(row.shape), type(generator).__name__, generator.initial_seed()])
        return _masked(row, generator)

    result = candidate(rows, noted, seed)
    return {"given": given, "kinds": [type(result).__name__, [type(each).__name__ for each in result]]}


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's mask does not draw; then one that does."""
    rows = [torch.tensor([7, 8], device=draw.device), torch.tensor([9], device=draw.device)]
    other = draw.integers(4, low=5, high=90)
    return {
        "example": candidate(rows, lambda row, generator: (row * 0, row + generator.initial_seed()), seed=100),
        "other rows": candidate([other], lambda row, generator: (row * 0, row + generator.initial_seed()), seed=3),
    }

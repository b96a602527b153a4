"""What `fill_from` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal, shares_storage, with_arguments

READY_MADE = [torch.masked_scatter, torch.Tensor.masked_scatter, torch.Tensor.masked_scatter_]
ORDER = Idea("one entry of the source after the other, row by row", weight=2, point=True)
BROADCAST = Idea("a mask that broadcasts", weight=2)
SPARED = Idea("a new tensor", weight=1.5)
GRADIENTS = Idea("gradients reach x and the source", weight=1.5)
ENOUGH = Idea("too few entries are refused")


@exercise(points=2, without=READY_MADE)
def fill_from(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A tensor whose marked entries are filled from another one, in order."""
    batch, rows, columns = draw.sizes(3, 3, 8)

    def filled(x: Tensor, mask: Tensor, spare: int = 0) -> Any:
        return candidate(x, mask, draw.normal(int(mask.expand(x.shape).sum()) + spare, dtype=x.dtype))

    yield "a row", lambda: filled(draw.normal(columns), draw.mask(columns)), ORDER
    yield "a table", lambda: filled(draw.normal(rows, columns), draw.mask(rows, columns)), ORDER
    yield "a source with some to spare", lambda: filled(draw.normal(rows, columns), draw.mask(rows, columns), 3), ORDER
    yield "a source that is as large as x", lambda: candidate(*_alike(draw, rows, columns)), ORDER
    yield "a source of another shape", lambda: candidate(*_pixels(draw, rows, columns)), ORDER
    yield "three dimensions", lambda: filled(draw.normal(batch, rows, columns), draw.mask(batch, rows, columns)), ORDER
    yield "a mask for all rows", lambda: filled(draw.normal(rows, columns), draw.mask(columns)), BROADCAST
    yield "a mask of shape (rows, 1)", lambda: filled(draw.normal(rows, columns), _places(draw, rows)), BROADCAST
    yield "a mask of shape (batch, 1, columns)", lambda: _between(filled, draw, batch, rows, columns), BROADCAST
    yield "nothing marked, and everything", lambda: _extremes(filled, draw, rows, columns)
    yield "no entries", lambda: filled(draw.normal(0, columns), draw.mask(columns))
    yield "a transposed table", lambda: filled(draw.normal(columns, rows).T, draw.mask(columns, rows).T), ORDER
    yield "a transposed source", lambda: candidate(*_turned(draw, rows, columns)), ORDER
    yield "an expanded x", lambda: filled(draw.normal(1, columns).expand(rows, -1), draw.mask(rows, columns)), SPARED
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_alike(draw, rows, columns)), SPARED
    yield "whose memory", lambda: _memory(candidate, draw, rows, columns), SPARED
    yield "too few entries", lambda: _refusals(candidate, draw, rows, columns), ENOUGH
    yield "whole numbers and booleans", lambda: _kinds(candidate, draw, rows, columns)
    yield "NaN in the source and in x", lambda: _with_nan(candidate, draw, rows, columns)
    yield "gradients", lambda: _gradients(candidate, draw, rows, columns), GRADIENTS
    yield "called by names", lambda: candidate(**_named(draw, rows, columns))
    yield "the docstring's example", lambda: _example(candidate, draw)


def _alike(draw: Draw, rows: int, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(rows, columns), draw.mask(rows, columns), draw.normal(rows, columns)


def _pixels(draw: Draw, rows: int, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    """A picture, marked pixels, and a list of pixels."""
    mask = draw.mask(rows, columns)
    return draw.normal(rows, columns, 3), mask.unsqueeze(-1), draw.normal(int(mask.sum()), 3)


def _places(draw: Draw, rows: int) -> Tensor:
    return draw.mask(rows).unsqueeze(-1)


def _between(filled: Any, draw: Draw, batch: int, rows: int, columns: int) -> Any:
    return filled(draw.normal(batch, rows, columns), draw.mask(batch, 1, columns))


def _extremes(filled: Any, draw: Draw, rows: int, columns: int) -> list[Any]:
    masks = [torch.full((rows, columns), value, device=draw.device) for value in draw.shuffled([True, False])]
    return [filled(draw.normal(rows, columns), mask) for mask in masks]


def _turned(draw: Draw, rows: int, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(rows, columns), draw.mask(rows, columns), draw.normal(columns, rows).T


def _memory(candidate: Any, draw: Draw, rows: int, columns: int) -> dict[str, Any]:
    """The result is nobody else's memory, also where nothing is marked."""
    x, nothing = draw.normal(rows, columns), torch.zeros(rows, columns, dtype=torch.bool, device=draw.device)
    source = draw.normal(rows, columns)
    results = {"nothing marked": candidate(x, nothing, source), "everything marked": candidate(x, ~nothing, source)}
    shared = {name: [shares_storage(one, x), shares_storage(one, source)] for name, one in results.items()}
    return {"results": results, "memory of x, of the source": shared}


def _refusals(candidate: Any, draw: Draw, rows: int, columns: int) -> dict[str, Any]:
    """One entry too few, also for a mask that broadcasts; none at all; and just enough."""
    x, mask, small = draw.normal(rows, columns), draw.mask(rows, columns), draw.mask(columns)
    wanted = int(mask.sum())
    cases = {
        "one too few": (mask, wanted - 1),
        "one too few, a mask for all rows": (small, rows * int(small.sum()) - 1),
        "an empty source": (mask, 0),
        "just enough": (mask, wanted),
    }
    return {name: refusal(ValueError, candidate, x, each, draw.normal(size)) for name, (each, size) in cases.items()}


def _kinds(candidate: Any, draw: Draw, rows: int, columns: int) -> list[Any]:
    mask = draw.mask(rows, columns)
    whole = [draw.integers(rows, columns, low=2**60, high=2**61) for _ in range(2)]
    return [candidate(whole[0], mask, whole[1]), candidate(draw.mask(rows, columns), mask, draw.mask(rows, columns))]


def _with_nan(candidate: Any, draw: Draw, rows: int, columns: int) -> list[Any]:
    """What is overwritten leaves nothing behind; what is not used harms nobody."""
    x, mask, source = _alike(draw, rows, columns)
    unused = torch.cat([source.flatten()[: int(mask.sum())], torch.full((3,), torch.nan, device=draw.device)])
    return [candidate(x.masked_fill(mask, torch.nan), mask, source), candidate(x, mask, unused)]


def _gradients(candidate: Any, draw: Draw, rows: int, columns: int) -> Any:
    x, mask, source = _alike(draw, rows, columns)
    return gradients(lambda one, other: candidate(one, mask, other), x, source)


def _named(draw: Draw, rows: int, columns: int) -> dict[str, Tensor]:
    x, mask, source = _alike(draw, rows, columns)
    return {"source": source, "mask": mask, "x": x}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other numbers."""
    mask = torch.tensor([[True, False, True], [False, True, False]], device=draw.device)
    source = torch.tensor([7.0, 8.0, 9.0], device=draw.device)
    return [candidate(torch.zeros(2, 3, device=draw.device), mask, source), candidate(draw.normal(2, 3), mask, source)]

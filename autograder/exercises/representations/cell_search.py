"""What `cell_search` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

BEST = Idea("the best of the searched cells, the best first, with their rows", weight=3, point=True)
CELLS = Idea("the cells nearest to the query, as many as asked for", weight=2.5, point=True)
COUNT = Idea("how many were compared", weight=1.5)
UNSEEN = Idea("what lies in other cells is not looked at", weight=1)
TIES = Idea("of equals, the lower first", weight=1)
FEW = Idea("fewer cells or texts than asked for", weight=1)


@exercise(points=3)
def cell_search(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A search that looks into some cells only."""
    texts, cells, width = draw.integer(24, 34), draw.integer(5, 8), draw.integer(4, 7)
    k = draw.integer(3, 6)

    def case(**options: Any) -> list[Tensor]:
        """Query, corpus, cells and centres; the cells have nothing to do with where a text lies."""
        query, corpus = draw.normal(width, **options), draw.normal(texts, width, **options)
        return [query, corpus, draw.integers(texts, high=cells), draw.normal(cells, width, **options)]

    yield "the docstring's example", lambda: _example(candidate, draw), BEST
    yield "one cell", lambda: candidate(*case(), 1, k), CELLS
    yield "three cells", lambda: candidate(*case(), 3, k), CELLS
    yield "all cells", lambda: candidate(*case(), cells, k), BEST
    yield "all cells, all texts", lambda: candidate(*case(), cells, texts), BEST
    yield "the best one only", lambda: candidate(*case(), 3, 1), BEST
    yield "cells as k-means makes them", lambda: candidate(*_nearest(case()), 2, k), BEST
    yield "all products below zero", lambda: candidate(*_below_zero(case()), 2, k), BEST
    yield "vectors of any length", lambda: candidate(*_stretched(draw, case()), 3, k), BEST
    yield "how many, cell by cell", lambda: _counts(candidate, case(), cells), COUNT
    yield "NaN in other cells", lambda: candidate(*_broken(case(), 2), 2, k), UNSEEN
    yield "equal texts", lambda: candidate(*_equal_texts(draw), 2, 30), TIES
    yield "equal centres", lambda: candidate(*_equal_centres(draw, case()), 6, texts), TIES
    yield "more cells than there are", lambda: candidate(*case(), cells + k, k), FEW
    yield "k above what the cells hold", lambda: candidate(*case(), 1, texts + 5), FEW
    yield "the nearest cell is empty", lambda: _empty(candidate, case(), k), FEW
    yield "float64", lambda: candidate(*case(dtype=torch.float64), 3, k)
    yield "the kind of the count", lambda: _kind(candidate, case(), k), COUNT
    yield "called by names", lambda: _named(candidate, case(), k)
    yield "the arguments afterwards", lambda: with_arguments(candidate, *case(), 3, k)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    corpus = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]], device=draw.device)
    cell = torch.tensor([0, 1, 1], device=draw.device)
    query, centres = torch.tensor([0.8, 0.6], device=draw.device), torch.eye(2, device=draw.device)
    return {
        "example": candidate(query, corpus, cell, centres, probes=1, k=5),
        "other numbers": candidate(draw.normal(2), corpus, cell, centres, 1, 5),
    }


def _nearest(case: list[Tensor]) -> list[Tensor]:
    query, corpus, _, centres = case
    return [query, corpus, (corpus @ centres.T).argmax(dim=1), centres]


def _below_zero(case: list[Tensor]) -> list[Tensor]:
    """Every text, and every centre, points away from the query."""
    query, corpus, cell, centres = case
    away = [
        each - query * ((each @ query) / (query @ query) + 1 + (each @ query).abs())[:, None]
        for each in (corpus, centres)
    ]
    return [query, away[0], cell, away[1]]


def _stretched(draw: Draw, case: list[Tensor]) -> list[Tensor]:
    """It is the inner product that counts, of texts and of centres."""
    query, corpus, cell, centres = case
    return [query, corpus * draw.uniform(len(corpus), 1, low=0.1, high=9.0), cell,
            centres * draw.uniform(len(centres), 1, low=0.1, high=9.0)]  # fmt: skip


def _counts(candidate: Any, case: list[Tensor], cells: int) -> list[Any]:
    return [candidate(*case, probes, 2)[2] for probes in range(1, cells + 1)]


def _broken(case: list[Tensor], probes: int) -> list[Tensor]:
    query, corpus, cell, centres = case
    near = sorted(range(len(centres)), key=lambda place: -float(centres[place] @ query))[:probes]
    inside = torch.tensor([place in near for place in cell.tolist()], device=cell.device)
    return [query, torch.where(inside[:, None], corpus, torch.nan), cell, centres]


def _equal_texts(draw: Draw) -> list[Tensor]:
    """Sixty texts of signs share five products, which are exact."""
    signs = 2.0 * draw.integers(60, 4, high=2) - 1
    query = 2.0 * draw.integers(4, high=2) - 1
    return [query, signs, draw.integers(60, high=3), draw.normal(3, 4)]


def _equal_centres(draw: Draw, case: list[Tensor]) -> list[Tensor]:
    """Of thirty centres, ten are one and the same, and the best; of signs, so that their products are exact."""
    query, corpus = case[0].sign(), case[1]
    centres = -query.repeat(30, 1)
    centres[draw.permutation(30)[:10]] = query
    return [query, corpus, draw.integers(len(corpus), high=30), centres]


def _empty(candidate: Any, case: list[Tensor], k: int) -> list[Any]:
    """Alone, and beside others."""
    query, corpus, cell, centres = case
    best = int((centres @ query).argmax())
    cell = torch.where(cell == best, (best + 1) % len(centres), cell)
    return [candidate(query, corpus, cell, centres, probes, k) for probes in (1, 3)]


def _kind(candidate: Any, case: list[Tensor], k: int) -> dict[str, Any]:
    _, places, compared = candidate(*case, 2, k)
    return {"result": compared, "kind": type(compared).__name__, "places": [str(places.dtype), list(places.shape)]}


def _named(candidate: Any, case: list[Tensor], k: int) -> Any:
    query, corpus, cell, centres = case
    return candidate(k=k, probes=2, centres=centres, cell=cell, corpus=corpus, query=query)

"""What `cosine_search` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments

BEST = Idea("the k largest cosines, the best first, with their rows", weight=3, point=True)
LENGTH = Idea("how long a vector is does not matter", weight=2, point=True)
TIES = Idea("of equals, the lower row comes first", weight=1.5)
FEW = Idea("k may be larger than the corpus", weight=1)
ZEROS = Idea("a vector of zeros has the cosine 0", weight=1)
REFUSED = Idea("a k below one is refused", weight=0.7)


@exercise(points=3)
def cosine_search(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The nearest by cosine."""
    queries, texts, width = draw.integer(2, 5), draw.integer(9, 14), draw.integer(5, 9)
    k = draw.integer(3, 6)

    def long(rows: int, **options: Any) -> Tensor:
        """Vectors of very different lengths."""
        return _stretched(draw, draw.normal(rows, width, **options))

    def unit(rows: int) -> Tensor:
        vectors = draw.normal(rows, width)
        return vectors / vectors.norm(dim=1, keepdim=True)

    yield "the docstring's example", lambda: _example(candidate, draw), BEST
    yield "one query, vectors of length 1", lambda: candidate(unit(1), unit(texts), k), BEST
    yield "several queries, vectors of length 1", lambda: candidate(unit(queries), unit(texts), k), BEST
    yield "the best only", lambda: candidate(unit(queries), unit(texts), 1), BEST
    yield "as many queries as texts", lambda: candidate(unit(width + 2), unit(width + 2), k), BEST
    yield "texts of any length", lambda: candidate(unit(queries), long(texts), k), LENGTH
    yield "queries of any length", lambda: candidate(3 * unit(queries) + 0.0, unit(texts), k), LENGTH
    yield "both of any length", lambda: candidate(long(queries), long(texts), k), LENGTH
    yield "the shortest and the longest", lambda: candidate(*_extremes(draw, unit, queries, texts), k), LENGTH
    yield "nothing alike", lambda: _opposite(candidate, draw, width), BEST
    yield "equals", lambda: _equals(candidate, draw), TIES
    yield "all texts are the same", lambda: candidate(_signs(draw, 2), _signs(draw, 1).expand(23, -1), 20), TIES
    yield "k is the whole corpus", lambda: candidate(long(queries), long(texts), texts), FEW
    yield "k is larger than the corpus", lambda: candidate(long(queries), long(texts), texts + k), FEW
    yield "zeros among the texts", lambda: _zeros(candidate, draw, width, among_queries=False), ZEROS
    yield "zeros among the queries", lambda: _zeros(candidate, draw, width, among_queries=True), ZEROS
    yield "zero, and below it", lambda: _refused(candidate, unit(queries), unit(texts), k), REFUSED
    yield "float64", lambda: candidate(long(queries, dtype=torch.float64), long(texts, dtype=torch.float64), k)
    yield "not contiguous", lambda: candidate(draw.normal(width, queries).T, draw.normal(width, texts).T, k)
    yield "called by names", lambda: candidate(k=k, corpus=long(texts), queries=long(queries))
    yield "the arguments afterwards", lambda: with_arguments(candidate, long(queries), long(texts), k)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    query = torch.tensor([[1.0, 0.0]], device=draw.device)
    corpus = torch.tensor([[0.0, 5.0], [9.0, 9.0], [0.1, 0.0]], device=draw.device)
    return {"example": candidate(query, corpus, 2), "other numbers": candidate(draw.normal(1, 2), corpus, 2)}


def _stretched(draw: Draw, vectors: Tensor) -> Tensor:
    powers = draw.uniform(len(vectors), 1, low=-5.0, high=3.0, dtype=vectors.dtype)
    return vectors * 10**powers


def _extremes(draw: Draw, unit: Callable[[int], Tensor], queries: int, texts: int) -> tuple[Tensor, Tensor]:
    """Lengths near the ends of what is promised, some of each kind."""
    ends = torch.tensor([2e-6, 5e5], device=draw.device)
    one, other = (unit(rows) * ends[draw.integers(rows, 1, high=2)] for rows in (queries, texts))
    return one, other


def _opposite(candidate: Any, draw: Draw, width: int) -> Any:
    """All cosines are below zero, and far from it."""
    direction = draw.normal(1, width)
    return candidate(-direction, direction + 0.2 * draw.normal(8, width), 3)


def _signs(draw: Draw, rows: int) -> Tensor:
    """Vectors of four numbers ±1, stretched by powers of two: their cosines are exact, in any order of adding."""
    signs = 2.0 * draw.integers(rows, 4, high=2) - 1
    return signs * 2.0 ** draw.integers(rows, 1, low=-3, high=4)


def _equals(candidate: Any, draw: Draw) -> Any:
    """Forty texts share five cosines."""
    return candidate(_signs(draw, 3), _signs(draw, 40), 25)


def _zeros(candidate: Any, draw: Draw, width: int, among_queries: bool) -> Any:
    queries, corpus = draw.normal(3, width), draw.normal(7, width)
    (queries if among_queries else corpus)[draw.integer(0, 3)] = 0
    return candidate(queries, corpus, 7)


def _refused(candidate: Any, queries: Tensor, corpus: Tensor, k: int) -> dict[str, Any]:
    return {
        "zero": refusal(ValueError, candidate, queries, corpus, 0),
        "below": refusal(ValueError, candidate, queries, corpus, -k),
        "above": refusal(ValueError, candidate, queries, corpus, 1),
    }

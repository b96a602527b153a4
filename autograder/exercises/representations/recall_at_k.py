"""What `recall_at_k` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments

SHARE = Idea("of what is wanted, the share among the first k", weight=3, point=True)
EACH = Idea("every query counts the same", weight=1.5)
NOBODY = Idea("−1 is nobody", weight=2)
TWICE = Idea("who is found twice counts once", weight=1)
REFUSED = Idea("what cannot be measured is refused", weight=1)


@exercise(points=2)
def recall_at_k(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What share of the wanted is found."""
    queries, found, wanted = draw.integer(5, 9), draw.integer(9, 13), draw.integer(2, 5)
    k = draw.integer(3, 6)

    def case(rows: int = queries, many: int = wanted) -> tuple[Tensor, Tensor]:
        return _rows(draw, rows, found), _rows(draw, rows, many)

    yield "the docstring's example", lambda: _example(candidate, draw), SHARE
    yield "one query, one wanted", lambda: [candidate(*case(1, 1), each) for each in (2, 7, found)], SHARE
    yield "one wanted for each query", lambda: candidate(*case(many=1), 6), SHARE
    yield "several wanted", lambda: candidate(*case(), k), SHARE
    yield "only the first place", lambda: candidate(*case(40), 1), SHARE
    yield "more wanted than k", lambda: candidate(*case(queries, 6), 2), SHARE
    yield "k above what was found", lambda: candidate(*case(), found + k), SHARE
    yield "as many found as wanted, in another order", lambda: candidate(*case(queries, found), k), SHARE
    yield "queries with more and with fewer wanted", lambda: candidate(*_ragged(draw, queries, found), k), EACH
    yield "a query that wants nobody", lambda: candidate(*_wants_nobody(draw, queries, found), k), NOBODY
    yield "searches that found less", lambda: candidate(*_found_less(draw, queries, found), 8), NOBODY
    yield "row 0 is somebody", lambda: candidate(*_row_zero(draw, found), k), NOBODY
    yield "found twice", lambda: candidate(*_twice(draw, queries), 6), TWICE
    yield "nobody wants anybody", lambda: _nobody(candidate, draw, queries, found, k), REFUSED
    yield "zero, and below it", lambda: _refused(candidate, *case(), k), REFUSED
    yield "the kind of result", lambda: _kind(candidate, *case(), k)
    yield "called by names", lambda: _named(candidate, *case(), k)
    yield "the arguments afterwards", lambda: with_arguments(candidate, *case(), k)


def _rows(draw: Draw, rows: int, many: int, of: int = 13) -> Tensor:
    """In each row different places."""
    return torch.stack([draw.permutation(of)[:many] for _ in range(rows)])


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    found = torch.tensor([[4, 7, 1], [0, 2, 5]], device=draw.device)
    wanted = torch.tensor([[7, -1], [2, 9]], device=draw.device)
    return {"example": candidate(found, wanted, 2), "other numbers": candidate(_rows(draw, 9, 5), _rows(draw, 9, 3), 4)}


def _ragged(draw: Draw, queries: int, found: int) -> tuple[Tensor, Tensor]:
    wanted = _rows(draw, queries, 5)
    for row, length in enumerate([1, 5, 2, *(draw.integer(1, 6) for _ in range(queries - 3))]):
        wanted[row, length:] = -1
    return _rows(draw, queries, found), wanted


def _wants_nobody(draw: Draw, queries: int, found: int) -> tuple[Tensor, Tensor]:
    found_rows, wanted = _ragged(draw, queries, found)
    wanted[draw.integer(0, queries)] = -1
    return found_rows, wanted


def _found_less(draw: Draw, queries: int, found: int) -> tuple[Tensor, Tensor]:
    """As faiss fills up what it has not found; and what is wanted is filled up in front."""
    found_rows, wanted = _ragged(draw, queries, found)
    for row in range(queries):
        found_rows[row, draw.integer(1, 6) :] = -1
    return found_rows, wanted.flip(1)


def _row_zero(draw: Draw, found: int) -> tuple[Tensor, Tensor]:
    """Everybody wants row 0 of the corpus, and most find it."""
    wanted = torch.zeros(6, 1, dtype=torch.int64, device=draw.device)
    return _rows(draw, 6, found, of=found), wanted


def _twice(draw: Draw, queries: int) -> tuple[Tensor, Tensor]:
    found = _rows(draw, queries, 4)
    return found.repeat_interleave(2, dim=1), _rows(draw, queries, 6)


def _nobody(candidate: Any, draw: Draw, queries: int, found: int, k: int) -> dict[str, Any]:
    rows, nobody = _rows(draw, queries, found), torch.full((queries, 2), -1, device=draw.device)
    return {
        "all rows are empty": refusal(ValueError, candidate, rows, nobody, k),
        "no queries": refusal(ValueError, candidate, rows[:0], nobody[:0], k),
        "one row is not": candidate(rows, torch.cat([_rows(draw, 1, 2), nobody[1:]]), k),
    }


def _refused(candidate: Any, found: Tensor, wanted: Tensor, k: int) -> dict[str, Any]:
    return {
        "zero": refusal(ValueError, candidate, found, wanted, 0),
        "below": refusal(ValueError, candidate, found, wanted, -k),
        "above": refusal(ValueError, candidate, found, wanted, k),
    }


def _kind(candidate: Any, found: Tensor, wanted: Tensor, k: int) -> dict[str, Any]:
    result = candidate(found, wanted, k)
    return {"result": result, "kind": type(result).__name__}


def _named(candidate: Any, found: Tensor, wanted: Tensor, k: int) -> Any:
    return candidate(k=k, wanted=wanted, found=found)

"""What `continuing_pages` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

ROWS = Idea("each row goes on where it ended", weight=3, point=True)
NEXT = Idea("a target is the next word of the text", weight=3, point=True)
REST = Idea("as many pages as fit, and no more", weight=2)


@exercise(points=2)
def continuing_pages(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Batches that a memory can follow."""
    batch, page, pages = draw.sizes(3, 2, 7)
    size = batch * page * pages

    def cut(words: int, batch: int = batch, page: int = page) -> Any:
        return _seen(candidate(_text(draw, words), batch, page))

    yield "the docstring's example", lambda: _example(candidate, draw), ROWS
    yield "the inputs of a text", lambda: [inputs for inputs, _ in candidate(_text(draw, size + 2), batch, page)], ROWS
    yield "one row down all batches", lambda: _row(candidate, draw, batch, page, size + 1), ROWS
    yield "a single strip", lambda: cut(3 * page + 1, batch=1), ROWS
    yield "pages of one word", lambda: cut(4 * batch + 1, page=1), ROWS
    yield (
        "the targets of a text",
        lambda: [targets for _, targets in candidate(_text(draw, size + 2), batch, page)],
        NEXT,
    )
    yield "where one page ends", lambda: _edges(candidate, draw, batch, page, size + 1), NEXT
    yield "a text of exactly so many words", lambda: cut(size), REST
    yield "and of one more", lambda: cut(size + 1), REST
    yield "nearly another page", lambda: cut(size + batch * page), REST
    yield "one page only", lambda: cut(batch * page + 1), REST
    yield "too short for a page", lambda: [len(candidate(_text(draw, n), batch, page)) for n in (batch * page, 1)], REST
    yield "called twice, with other sizes", lambda: [cut(size + 1), cut(size + 1, batch=page, page=batch)]
    yield "every second word", lambda: _seen(candidate(_text(draw, 2 * size + 2)[::2], batch, page))
    yield "called by names", lambda: _seen(candidate(page=page, batch=batch, words=_text(draw, size + 1)))
    yield "the text is left alone", lambda: with_arguments(_listed(candidate), _text(draw, size + 1), batch, page)


def _text(draw: Draw, words: int) -> Tensor:
    """No word comes twice."""
    return draw.permutation(10 * words + 100)[:words]


def _seen(found: Any) -> dict[str, Any]:
    return {"inputs": [inputs for inputs, _ in found], "targets": [targets for _, targets in found]}


def _listed(candidate: Any) -> Any:
    return lambda *arguments: _seen(candidate(*arguments))


def _row(candidate: Any, draw: Draw, batch: int, page: int, words: int) -> Tensor:
    """What one row reads from the first batch to the last."""
    row = draw.integer(0, batch)
    return torch.cat([inputs[row] for inputs, _ in candidate(_text(draw, words), batch, page)])


def _edges(candidate: Any, draw: Draw, batch: int, page: int, words: int) -> dict[str, Any]:
    """The last input and target of each page."""
    found = candidate(_text(draw, words), batch, page)
    return {"last inputs": [x[:, -1] for x, _ in found], "last targets": [y[:, -1] for _, y in found]}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    return [_seen(candidate(torch.arange(9, device=draw.device), 2, 2)), _seen(candidate(_text(draw, 13), 3, 2))]

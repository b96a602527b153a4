"""What `tiled_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import largest_tensor, with_arguments
from autograder.exercises.attention._shared import READY_MADE, large, triple, triple_of_heads, with_an_empty_row


@exercise(points=4, without=READY_MADE)
def tiled_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The same result from a few keys at a time."""
    yield "tiles of 1, 2, 5 and 20 for 5 keys", lambda: {str(n): candidate(*triple(draw), n) for n in (1, 2, 5, 20)}
    yield "no batch", lambda: candidate(draw.normal(4, 7), draw.normal(6, 7), draw.normal(6, 3), 4)
    yield "two leading dimensions", lambda: candidate(*triple_of_heads(draw), 2)
    yield "float64", lambda: candidate(*triple(draw, torch.float64), 2)
    yield "the best key comes last", lambda: candidate(*_rising(draw), 2)
    yield "scores of several hundred", lambda: candidate(*large(draw, 4, 7), draw.normal(7, 3), 2)
    yield "masked", lambda: candidate(*triple(draw), 2, draw.mask(3, 5))
    yield "the first tile is hidden", lambda: candidate(*triple(draw), 2, _from_key(draw, 2, 3, 5))
    yield "a query that may look at nothing", lambda: candidate(*triple(draw), 2, with_an_empty_row(draw, 2, 3, 5))
    yield "40 queries, 60 keys: memory", lambda: _frugal(candidate, draw, queries=40, keys=60, masked=False)
    yield "40 queries, 60 keys, masked: memory", lambda: _frugal(candidate, draw, queries=40, keys=60, masked=True)
    yield "1 query, 90 keys: memory", lambda: _frugal(candidate, draw, queries=1, keys=90, masked=False)
    yield "3 queries, 110 keys, masked: memory", lambda: _frugal(candidate, draw, queries=3, keys=110, masked=True)
    yield "the inputs are left alone", lambda: with_arguments(candidate, *triple(draw), 2)


def _rising(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """One query and six keys whose scores grow from key to key."""
    return torch.ones(1, 4, device=draw.device), draw.uniform(6, 4).cumsum(0), draw.normal(6, 3)


def _from_key(draw: Draw, first: int, queries: int, keys: int) -> Tensor:
    """A mask that shows the keys from `first` on."""
    return (torch.arange(keys, device=draw.device) >= first).expand(queries, keys)


def _frugal(candidate: Any, draw: Draw, queries: int, keys: int, masked: bool) -> dict[str, Any]:
    """The result, and whether every tensor on the way fits into the scores of one tile."""
    tile = 8
    inputs = [draw.normal(queries, 4), draw.normal(keys, 4), draw.normal(keys, 3), tile]
    inputs += [draw.mask(queries, keys)] if masked else []
    room = max(queries, tile) * tile
    result, largest = largest_tensor(candidate, *inputs)
    return {"result": result, "fits into one tile": largest <= room}

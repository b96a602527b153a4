"""What `tiled_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import largest_tensor, most_alive, with_arguments
from autograder.exercises.attention._shared import (
    READY_MADE,
    alone,
    hidden_winner,
    large,
    mask_for,
    nobody,
    on_copies,
    scored,
    triple,
    triple_of_heads,
    values_for,
    visible_losers,
    with_an_empty_row,
)

TILES = Idea("never more scores than a tile's", weight=2, point=True)
ONLINE = Idea("sums that follow the largest score so far", weight=2, point=True)
HIDDEN = Idea("a hidden key counts nothing", weight=1.5)
NOTHING = Idea("a query that may look at nothing gets zeros")
TILE = 8


@exercise(points=4, without=[*READY_MADE, Tensor.numpy, Tensor.tolist])
def tiled_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """The same result from a few keys at a time."""
    yield "no batch", lambda: candidate(*alone(draw), draw.integer(2, 5))
    fresh = on_copies(candidate)
    many = triple(draw)
    keys = many[1].shape[-2]
    mask, empty = mask_for(draw, *many[:2]), with_an_empty_row(draw, *many[:2])
    yield "tiles of many sizes", lambda: {str(tile): fresh(*many, tile) for tile in (1, 2, 3, keys, 4 * keys)}
    yield "two leading dimensions", lambda: candidate(*triple_of_heads(draw), draw.integer(2, 5))
    yield "the best key comes last", lambda: candidate(*_rising(draw), 2), ONLINE
    yield "scores of several hundred", lambda: _with_values(candidate, draw, *large(draw)), ONLINE
    yield "scores that rise by hundreds", lambda: _with_values(candidate, draw, *_steps(draw)), ONLINE
    yield "masked", lambda: fresh(*many, 2, mask), HIDDEN
    yield "one mask for the whole batch", lambda: fresh(*many, 2, mask[0]), HIDDEN
    yield "whole tiles are hidden", lambda: fresh(*many, 2, _from_key(draw, *mask.shape[-2:])), HIDDEN
    yield "a query that may look at nothing", lambda: fresh(*many, 2, empty), NOTHING
    yield "the same in a single tile", lambda: fresh(*many, keys, empty), NOTHING
    yield "nobody may look at anything", lambda: fresh(*many, 2, nobody(draw, *many[:2])), NOTHING
    yield "a hidden key that would win", lambda: _with_values(candidate, draw, *hidden_winner(draw)), HIDDEN
    yield "visible scores thousands below the hidden", lambda: _losing(candidate, draw, 1), HIDDEN
    yield "visible scores millions below the hidden", lambda: _losing(candidate, draw, 100), HIDDEN
    yield (
        "many queries and keys: memory",
        lambda: _frugal(candidate, draw, 40, draw.integer(50, 64), masked=False),
        TILES,
    )
    yield "the same, masked: memory", lambda: _frugal(candidate, draw, 40, draw.integer(50, 64), masked=True), TILES
    yield "one query: memory", lambda: _frugal(candidate, draw, 1, draw.integer(80, 99), masked=False), TILES
    yield "few queries, masked: memory", lambda: _frugal(candidate, draw, 3, draw.integer(100, 120), masked=True), TILES
    yield "what is kept at once", lambda: _kept(candidate, draw, masked=False), TILES
    yield "what is kept at once, masked", lambda: _kept(candidate, draw, masked=True), TILES
    yield "float64", lambda: candidate(*triple(draw, torch.float64), 2)
    yield "bfloat16, masked", lambda: _in_half_precision(candidate, draw, torch.bfloat16)
    yield "float16, masked", lambda: _in_half_precision(candidate, draw, torch.float16)
    yield "called by names", lambda: fresh(tile=3, mask=mask, value=many[2], key=many[1], query=many[0])
    yield "the inputs are left alone", lambda: _alone(candidate, many, mask)
    yield "the docstring's example", lambda: _example(candidate, draw.normal(3, 1))


def _with_values(candidate: Any, draw: Draw, query: Tensor, key: Tensor, *mask: Tensor) -> Tensor:
    return candidate(query, key, values_for(draw, key), 2, *mask)


def _losing(candidate: Any, draw: Draw, thousands: int) -> Tensor:
    query, key, mask = visible_losers(draw, thousands)
    return candidate(query, key, values_for(draw, key).double(), 2, mask).float()


def _in_half_precision(candidate: Any, draw: Draw, dtype: torch.dtype) -> Tensor:
    query, key, value = triple(draw, dtype)
    return candidate(query, key, value, key.shape[-2], mask_for(draw, query, key))


def _alone(candidate: Any, inputs: tuple[Tensor, ...], mask: Tensor) -> dict[str, Any]:
    return with_arguments(candidate, *(item.clone() for item in inputs), 2, mask.clone())


def _rising(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """One query and six keys whose scores grow from key to key."""
    return torch.ones(1, 4, device=draw.device), draw.uniform(6, 4).cumsum(0), draw.normal(6, 3)


def _steps(draw: Draw) -> tuple[Tensor, Tensor]:
    """Query and key: scores that rise by hundreds for one query, fall for another, and jump for a third."""
    levels = torch.arange(6, device=draw.device) * draw.integer(110, 180) - 200
    return scored(draw, torch.stack([levels, levels.flip(0), levels[draw.permutation(6)]]))


def _from_key(draw: Draw, queries: int, keys: int) -> Tensor:
    """A mask that shows the keys from the second or third tile on."""
    return (torch.arange(keys, device=draw.device) >= draw.integer(2, 5)).expand(queries, keys)


def _frugal(candidate: Any, draw: Draw, queries: int, keys: int, masked: bool) -> dict[str, Any]:
    """The result, and the largest tensor on the way to it, as a multiple of the scores of one tile, rounded up."""
    inputs = [draw.normal(queries, 4), draw.normal(keys, 4), draw.normal(keys, 3), TILE]
    inputs += [draw.mask(queries, keys)] if masked else []
    result, largest = largest_tensor(candidate, *inputs)
    return {"result": result, "tiles that the largest tensor fills": max(1, -(-largest // (max(queries, TILE) * TILE)))}


def _kept(candidate: Any, draw: Draw, masked: bool) -> dict[str, Any]:
    """The result, and whether half as many numbers as there are scores were ever alive at once."""
    queries, keys = 16, draw.integer(380, 420)
    inputs = [draw.normal(queries, 4), draw.normal(keys, 4), draw.normal(keys, 3), TILE]
    inputs += [draw.mask(queries, keys)] if masked else []
    result, most = most_alive(candidate, *inputs)
    return {"result": result, "kept at once": "a few tiles" if 2 * most < queries * keys else "the scores of all keys"}


def _example(candidate: Any, drawn: Tensor) -> list[Tensor]:
    """The docstring's, and other values."""
    query, key = torch.zeros(1, 4, device=drawn.device), torch.ones(3, 4, device=drawn.device)
    value = torch.tensor([[1.0], [3.0], [8.0]], device=drawn.device)
    return [candidate(query, key, value, tile=2), candidate(query, key, drawn, tile=2)]

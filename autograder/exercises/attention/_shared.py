"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea
from autograder.engine.probes import gradients

READY_MADE = [F.scaled_dot_product_attention, F.multi_head_attention_forward, nn.MultiheadAttention]

HIDDEN = Idea("a hidden key counts nothing", weight=1.5, point=True)
NOTHING = Idea("a query that may look at nothing gets zeros", weight=2)
DTYPES = Idea("dtype and precision of the inputs")
EXTREME = Idea("scores far from zero", weight=2)

D_K = 16  # its root is a whole number: a score of whole numbers is exact, however it is computed


def on_copies(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, handed copies of tensors: what one call damages is whole again for the next."""

    def call(*inputs: Any, **named: Any) -> Any:
        return function(*map(_copy, inputs), **{name: _copy(item) for name, item in named.items()})

    return call


def _copy(item: Any) -> Any:
    return item.clone() if isinstance(item, Tensor) else item


def with_gradients(function: Callable[..., Any], inputs: tuple[Tensor, ...], mask: Tensor) -> dict[str, Any]:
    """The result, and the gradients of the inputs, from one call."""
    results: list[Tensor] = []

    def noted(*leaves: Tensor) -> Tensor:
        results.append(function(*leaves, mask))
        return results[0]

    return {"gradients": gradients(noted, *inputs), "result": results[0]}


def sizes(draw: Draw) -> tuple[int, int, int, int, int]:
    """Batch, queries, keys, d_k and d_v: no two alike, and √d_k is no whole number."""
    batch, queries = draw.sizes(2, 2, 5)
    return batch, queries, draw.choice([5, 6, 7]), draw.choice([8, 10, 11]), draw.choice([9, 12, 13])


def triple(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of a batch."""
    batch, queries, keys, d_k, d_v = sizes(draw)
    return (
        draw.normal(batch, queries, d_k, dtype=dtype),
        draw.normal(batch, keys, d_k, dtype=dtype),
        draw.normal(batch, keys, d_v, dtype=dtype),
    )


def alone(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values without a batch."""
    _, queries, keys, d_k, d_v = sizes(draw)
    return draw.normal(queries, d_k), draw.normal(keys, d_k), draw.normal(keys, d_v)


def alike(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of one shape."""
    batch, words, _, d_k, _ = sizes(draw)
    return draw.normal(batch, words, d_k), draw.normal(batch, words, d_k), draw.normal(batch, words, d_k)


def square(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values without a batch, as many rows as columns each."""
    rows = draw.choice([5, 6, 7])
    return draw.normal(rows, rows), draw.normal(rows, rows), draw.normal(rows, rows)


def triple_of_heads(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values with two leading dimensions."""
    batch, queries, keys, d_k, d_v = sizes(draw)
    heads = batch + queries
    heads += heads == keys
    return (
        draw.normal(batch, heads, queries, d_k),
        draw.normal(batch, heads, keys, d_k),
        draw.normal(batch, heads, keys, d_v),
    )


def mask_for(draw: Draw, query: Tensor, key: Tensor) -> Tensor:
    """A mask of shape (..., query, key), every row of which shows a key and hides one."""
    return draw.mask(*query.shape[:-1], key.shape[-2])


def with_an_empty_row(draw: Draw, query: Tensor, key: Tensor) -> Tensor:
    """The same, but one query may look at nothing."""
    mask = mask_for(draw, query, key)
    mask[tuple(draw.integer(0, size) for size in mask.shape[:-1])] = False
    return mask


def broadcasting_masks(draw: Draw, query: Tensor, key: Tensor) -> dict[str, Tensor]:
    """Masks of two or three dimensions, some of them ones."""
    (batch, queries, _), keys = query.shape, key.shape[-2]
    shapes = {"(query, key)": (queries, keys), "(batch, 1, key)": (batch, 1, keys), "(1, key)": (1, keys)}
    return {name: draw.mask(*shape) for name, shape in shapes.items()}


def some_queries(draw: Draw, query: Tensor) -> Tensor:
    """A mask of shape (query, 1): a query may look at everything or at nothing; there are both."""
    return draw.mask(query.shape[-2]).unsqueeze(-1)


def scored(draw: Draw, scores: Tensor) -> tuple[Tensor, Tensor]:
    """A query and a key whose scores are these whole numbers, give or take a few quarters; all of it is exact."""
    keys = scores.shape[-1]
    units = (4.0 * torch.eye(keys, device=draw.device)).expand(*scores.shape[:-2], keys, keys)
    rest = [draw.integers(*item.shape[:-1], D_K - keys, low=-1, high=2).float() for item in (scores, units)]
    return torch.cat([scores.float(), rest[0]], dim=-1), torch.cat([units, rest[1]], dim=-1)


def hidden_winner(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and mask: a hidden key has the largest score by far, for the first query by less than for others."""
    batch, queries, keys, _, _ = sizes(draw)
    mask, above = draw.mask(batch, queries, keys), draw.integers(batch, queries, 1, low=60, high=80)
    above[:, 1:] += 140
    return *scored(draw, torch.where(mask, 0, above)), mask


def visible_losers(draw: Draw, thousands: int) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and mask: visible keys have scores of −15 to −45 times so many thousands, hidden ones of about 0."""
    batch, queries, keys, _, _ = sizes(draw)
    mask, below = draw.mask(batch, queries, keys), draw.integers(batch, queries, 1, low=15, high=45)
    query, key = scored(draw, torch.where(mask, -1000 * thousands * below, 0))
    return query.double(), key.double(), mask


def large(draw: Draw) -> tuple[Tensor, Tensor]:
    """Query and key: the first query's scores are all far below zero, the second's all far above."""
    _, queries, keys, _, _ = sizes(draw)
    level = draw.integers(queries, 1, low=-300, high=300)
    level[:2] = draw.integers(2, 1, low=200, high=900) * torch.tensor([[-1], [1]], device=draw.device)
    return scored(draw, level.expand(queries, keys))


def far_apart(draw: Draw) -> tuple[Tensor, Tensor]:
    """Query and key: each query has scores far below zero and far above, and none between."""
    _, queries, keys, _, _ = sizes(draw)
    far = draw.integers(queries, keys, low=110, high=400)
    return scored(draw, torch.where(draw.mask(queries, keys), far, -far))


def nobody(draw: Draw, query: Tensor, key: Tensor) -> Tensor:
    """A mask that hides every key from every query."""
    return torch.zeros(*query.shape[:-1], key.shape[-2], dtype=torch.bool, device=draw.device)


def values_for(draw: Draw, key: Tensor) -> Tensor:
    """Values for these keys."""
    return draw.normal(*key.shape[:-1], draw.choice([3, 4, 9]))


def right_padded(draw: Draw, batch: int, length: int) -> Tensor:
    """True for the first words of each sentence; at least one word, at least one place of padding."""
    return torch.arange(length, device=draw.device) < draw.integers(batch, 1, low=1, high=length)

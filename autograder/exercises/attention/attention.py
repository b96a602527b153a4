"""What `attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import (
    DTYPES,
    EXTREME,
    HIDDEN,
    NOTHING,
    READY_MADE,
    alike,
    alone,
    broadcasting_masks,
    far_apart,
    hidden_winner,
    large,
    mask_for,
    nobody,
    on_copies,
    some_queries,
    square,
    triple,
    triple_of_heads,
    values_for,
    visible_losers,
    with_an_empty_row,
    with_gradients,
)

MEAN = Idea("the mean of the values under the weights", point=True)


@exercise(points=3, without=READY_MADE)
def attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Scaled dot-product attention, with and without a mask."""
    yield "no batch", lambda: candidate(*alone(draw)), MEAN
    yield "a batch", lambda: candidate(*triple(draw)), MEAN
    yield "a batch of one", lambda: candidate(*(item[:1] for item in triple(draw))), MEAN
    yield "two leading dimensions", lambda: candidate(*triple_of_heads(draw)), MEAN
    yield "a sentence with itself", lambda: candidate(*alike(draw)), MEAN
    yield "as many queries as numbers in each", lambda: candidate(*square(draw)), MEAN
    fresh = on_copies(candidate)
    many = triple(draw)
    mask, empty = mask_for(draw, *many[:2]), with_an_empty_row(draw, *many[:2])
    yield "masked", lambda: fresh(*many, mask), HIDDEN
    yield "masks that broadcast", lambda: _each(fresh, many, broadcasting_masks(draw, *many[:2])), HIDDEN
    alone_seen = draw.mask(many[1].shape[-2])
    yield "a mask of shape (key,)", lambda: fresh(*many, alone_seen), HIDDEN
    yield "a hidden key that would win", lambda: _with_values(candidate, draw, *hidden_winner(draw)), HIDDEN
    yield "a query that may look at nothing", lambda: with_gradients(fresh, many, empty), NOTHING
    yield "a mask of shape (query, 1)", lambda: with_gradients(fresh, many, some_queries(draw, many[0])), NOTHING
    yield "nobody may look at anything", lambda: fresh(*many, nobody(draw, *many[:2])), NOTHING
    yield "scores of several hundred", lambda: _with_values(candidate, draw, *large(draw)), EXTREME
    yield "scores that lie hundreds apart", lambda: _with_values(candidate, draw, *far_apart(draw)), EXTREME
    yield "scores of several hundred, masked", lambda: _masked(candidate, draw, *large(draw)), EXTREME
    yield "visible scores thousands below the hidden", lambda: _losing(candidate, draw, 1), EXTREME
    yield "visible scores millions below the hidden", lambda: _losing(candidate, draw, 100), EXTREME
    yield "gradients, masked", lambda: gradients(candidate, *many, mask=mask)
    yield "float64", lambda: _with_and_without(candidate, *triple(draw, torch.float64), draw), DTYPES
    yield "bfloat16", lambda: _with_and_without(candidate, *triple(draw, torch.bfloat16), draw), DTYPES
    yield "float16", lambda: _with_and_without(candidate, *triple(draw, torch.float16), draw), DTYPES
    yield "not contiguous", lambda: candidate(*_not_contiguous(draw))
    yield "called by names", lambda: fresh(mask=mask, value=many[2], key=many[1], query=many[0])
    yield "the inputs are left alone", lambda: with_arguments(candidate, *(item.clone() for item in (*many, mask)))
    yield "the docstring's example", lambda: _example(candidate, draw.normal(2, 1))


def _each(candidate: Any, inputs: tuple[Tensor, ...], masks: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: candidate(*inputs, mask) for name, mask in masks.items()}


def _with_values(candidate: Any, draw: Draw, query: Tensor, key: Tensor, *mask: Tensor) -> Tensor:
    return candidate(query, key, values_for(draw, key), *mask)


def _masked(candidate: Any, draw: Draw, query: Tensor, key: Tensor) -> Tensor:
    return candidate(query, key, values_for(draw, key), mask_for(draw, query, key))


def _losing(candidate: Any, draw: Draw, thousands: int) -> Tensor:
    query, key, mask = visible_losers(draw, thousands)
    return candidate(query, key, values_for(draw, key).double(), mask).float()


def _with_and_without(candidate: Any, query: Tensor, key: Tensor, value: Tensor, draw: Draw) -> dict[str, Tensor]:
    mask = mask_for(draw, query, key)
    return {"without a mask": candidate(query, key, value), "masked": candidate(query, key, value, mask)}


def _not_contiguous(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 8, 3).mT, draw.normal(5, 2, 8).transpose(0, 1), draw.normal(2, 5, 12)[..., ::2]


def _example(candidate: Any, drawn: Tensor) -> list[Tensor]:
    """The docstring's, and other values."""
    query, key = torch.zeros(1, 4, device=drawn.device), torch.ones(2, 4, device=drawn.device)
    return [candidate(query, key, torch.tensor([[1.0], [3.0]], device=drawn.device)), candidate(query, key, drawn)]

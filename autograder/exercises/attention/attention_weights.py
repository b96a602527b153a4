"""What `attention_weights` must show."""

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
    alone,
    broadcasting_masks,
    hidden_winner,
    large,
    mask_for,
    on_copies,
    pair,
    some_queries,
    triple_of_heads,
    visible_losers,
    with_an_empty_row,
    with_gradients,
)

SHARED_OUT = Idea("each query shares out its attention over the keys", point=True)


@exercise(points=2, without=READY_MADE)
def attention_weights(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """How much each query looks at each key."""
    one, few = draw.normal(1, 8), alone(draw)[:2]
    yield "one query, no batch", lambda: candidate(one, draw.normal(6, 8)), SHARED_OUT
    yield "no batch", lambda: candidate(*few), SHARED_OUT
    yield "a batch", lambda: candidate(*pair(draw)), SHARED_OUT
    yield "two leading dimensions", lambda: candidate(*triple_of_heads(draw)[:2]), SHARED_OUT
    fresh = on_copies(candidate)
    many = pair(draw)
    mask, empty = mask_for(draw, *many), with_an_empty_row(draw, *many)
    yield "masked", lambda: fresh(*many, mask), HIDDEN
    yield "masks that broadcast", lambda: _each(fresh, many, broadcasting_masks(draw, *many)), HIDDEN
    alone_seen = draw.mask(many[1].shape[-2])
    yield "a mask of shape (key,)", lambda: fresh(*many, alone_seen), HIDDEN
    yield "a hidden key that would win", lambda: candidate(*hidden_winner(draw)), HIDDEN
    yield "a query that may look at nothing", lambda: with_gradients(fresh, many, empty), NOTHING
    yield "a mask of shape (query, 1)", lambda: with_gradients(fresh, many, some_queries(draw, many[0])), NOTHING
    yield "scores of several hundred", lambda: candidate(*large(draw)), EXTREME
    yield "scores of several hundred, masked", lambda: _masked(candidate, draw, *large(draw)), EXTREME
    yield "visible scores thousands below the hidden", lambda: candidate(*visible_losers(draw, 1)).float(), EXTREME
    yield "visible scores millions below the hidden", lambda: candidate(*visible_losers(draw, 100)).float(), EXTREME
    yield "gradients, masked", lambda: gradients(candidate, *many, mask=mask)
    yield "float64", lambda: _with_and_without(candidate, *pair(draw, torch.float64), draw), DTYPES
    yield "bfloat16", lambda: _with_and_without(candidate, *pair(draw, torch.bfloat16), draw), DTYPES
    yield "float16", lambda: _with_and_without(candidate, *pair(draw, torch.float16), draw), DTYPES
    yield "called by names", lambda: fresh(mask=mask, key=many[1], query=many[0])
    yield "the inputs are left alone", lambda: with_arguments(candidate, *(item.clone() for item in (*many, mask)))
    yield "the docstring's example", lambda: _example(candidate, draw.normal(4))


def _each(candidate: Any, inputs: tuple[Tensor, ...], masks: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: candidate(*inputs, mask) for name, mask in masks.items()}


def _masked(candidate: Any, draw: Draw, query: Tensor, key: Tensor) -> Tensor:
    return candidate(query, key, mask_for(draw, query, key))


def _with_and_without(candidate: Any, query: Tensor, key: Tensor, draw: Draw) -> dict[str, Tensor]:
    mask = mask_for(draw, query, key)
    return {"without a mask": candidate(query, key), "masked": candidate(query, key, mask)}


def _example(candidate: Any, drawn: Tensor) -> list[Tensor]:
    """The docstring's, and one query more."""
    units = torch.eye(4, device=drawn.device)[:2]
    example = torch.tensor([[2.0, 0.0, 0.0, 0.0]], device=drawn.device)
    return [candidate(example, units), candidate(drawn.unsqueeze(0), units)]

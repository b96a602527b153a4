"""What `einsum_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import calls_of, gradients, with_arguments
from autograder.exercises.attention._shared import (
    D_K,
    DTYPES,
    HIDDEN,
    NOTHING,
    READY_MADE,
    broadcasting_masks,
    far_apart,
    hidden_winner,
    large,
    mask_for,
    nobody,
    on_copies,
    visible_losers,
    with_an_empty_row,
    with_gradients,
)

PRODUCTS = [torch.matmul, torch.Tensor.matmul, torch.bmm, torch.Tensor.bmm, torch.baddbmm, torch.tensordot, F.linear]
LETTERS = Idea("each head looks for itself, and the heads are added up", weight=1.5, point=True)
EXTREME = Idea("scores far from zero")


@exercise(points=3, without=[*READY_MADE, *PRODUCTS, nn.Linear])
def einsum_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Multi-head attention written as sums over named dimensions."""
    batch, queries, heads = draw.sizes(3, 2, 5)
    d_model, d_k, d_v, keys = draw.sizes(4, 6, 13)
    x, memory = draw.normal(batch, queries, d_model), draw.normal(batch, keys, d_model)
    many = _head_weights(draw, heads, d_model, d_k, d_v)
    one, alike = _head_weights(draw, 1, d_model, d_k, d_v), _head_weights(draw, batch, d_model, d_k, d_v)
    mask, empty = mask_for(draw, x, memory), with_an_empty_row(draw, x, memory)
    fresh = on_copies(candidate)
    yield "one head", lambda: fresh(x, memory, *one), LETTERS
    yield "a batch", lambda: fresh(x, memory, *many), LETTERS
    yield "a batch of one", lambda: fresh(x[:1], memory[1:2], *many), LETTERS
    yield "a sentence with itself", lambda: fresh(memory, memory, *many), LETTERS
    yield "the products are made by einsum", lambda: _made_by_einsum(fresh, memory, x, *many), LETTERS
    yield "masked", lambda: fresh(x, memory, *many, mask), HIDDEN
    yield (
        "masks that broadcast",
        lambda: _each(fresh, (x, memory, *many), broadcasting_masks(draw, x, memory)),
        HIDDEN,
    )
    yield "as many heads as sentences, masked", lambda: fresh(x, memory, *alike, mask), HIDDEN
    yield "a hidden key that would win", lambda: _plain(candidate, draw, *hidden_winner(draw)), HIDDEN
    yield "a query that may look at nothing", lambda: with_gradients(fresh, (x, memory, *many), empty), NOTHING
    yield "the same with one head", lambda: with_gradients(fresh, (x, memory, *one), empty), NOTHING
    yield "nobody may look at anything", lambda: fresh(x, memory, *many, nobody(draw, x, memory)), NOTHING
    yield "scores of several hundred", lambda: _plain(candidate, draw, *(item[None] for item in large(draw))), EXTREME
    yield (
        "scores that lie hundreds apart",
        lambda: _plain(candidate, draw, *(item[None] for item in far_apart(draw))),
        EXTREME,
    )
    yield "visible scores thousands below the hidden", lambda: _losing(candidate, draw, 1), EXTREME
    yield "visible scores millions below the hidden", lambda: _losing(candidate, draw, 100), EXTREME
    yield "gradients, masked", lambda: gradients(candidate, x, memory, *many, mask=mask)
    yield "float64", lambda: _in(torch.float64, candidate, (x, memory, *many), mask), DTYPES
    yield "bfloat16", lambda: _in(torch.bfloat16, candidate, (x, memory, *many), mask), DTYPES
    yield "float16", lambda: _in(torch.float16, candidate, (x, memory, *many), mask), DTYPES
    yield "called by names", lambda: fresh(**_named(x, memory, many, mask))
    yield "the inputs are left alone", lambda: _left_alone(candidate, x, memory, *many, mask)
    yield "the docstring's example", lambda: _example(candidate, draw.normal(2, 4, 3), draw.normal(2, 3, 4))


def _head_weights(draw: Draw, heads: int, d_model: int, d_k: int, d_v: int) -> tuple[Tensor, ...]:
    shapes = ((heads, d_model, d_k), (heads, d_model, d_k), (heads, d_model, d_v), (heads, d_v, d_model))
    return tuple(draw.normal(*shape) / shape[1] ** 0.5 for shape in shapes)


def _plain(candidate: Any, draw: Draw, query: Tensor, key: Tensor, *mask: Tensor) -> Tensor:
    """Two heads that take queries and keys as they come."""
    units = torch.eye(D_K, device=draw.device, dtype=query.dtype).expand(2, -1, -1)
    w_v, w_o = draw.normal(2, D_K, 3, dtype=query.dtype), draw.normal(2, 3, D_K, dtype=query.dtype)
    return candidate(query, key, units, units, w_v / D_K**0.5, w_o, *mask)


def _losing(candidate: Any, draw: Draw, thousands: int) -> Tensor:
    return _plain(candidate, draw, *visible_losers(draw, thousands)).float()


def _each(candidate: Any, inputs: tuple[Tensor, ...], masks: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: candidate(*inputs, mask) for name, mask in masks.items()}


def _in(dtype: torch.dtype, candidate: Any, inputs: tuple[Tensor, ...], mask: Tensor) -> dict[str, Tensor]:
    cast = [item.to(dtype) for item in inputs]
    return {"without a mask": candidate(*cast), "masked": candidate(*cast, mask)}


def _named(x: Tensor, memory: Tensor, weights: tuple[Tensor, ...], mask: Tensor) -> dict[str, Tensor]:
    w_q, w_k, w_v, w_o = weights
    return {"mask": mask, "w_o": w_o, "w_v": w_v, "w_k": w_k, "w_q": w_q, "memory": memory, "x": x}


def _left_alone(candidate: Any, *inputs: Tensor) -> dict[str, Any]:
    return with_arguments(candidate, *(item.clone() for item in inputs))


def _made_by_einsum(candidate: Any, *inputs: Tensor) -> dict[str, Any]:
    result, calls = calls_of(torch.einsum, candidate, *inputs)
    return {"result": result, "einsum is called": calls > 0}


def _example(candidate: Any, drawn: Tensor, weights: Tensor) -> dict[str, Any]:
    """The docstring's, and numbers beside it."""
    w = torch.ones(2, 3, 4, device=drawn.device)
    ones = [torch.ones(1, words, 3, device=drawn.device) for words in (5, 6)]
    return {
        "shape": list(candidate(*ones, w, w, w, w.mT).shape),
        "drawn": candidate(drawn, drawn, weights, weights, weights, weights.mT),
    }

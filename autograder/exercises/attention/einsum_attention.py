"""What `einsum_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import calls_of, gradients
from autograder.exercises.attention._shared import READY_MADE, tokens, with_an_empty_row

PRODUCTS = [torch.matmul, torch.Tensor.matmul, torch.bmm, torch.Tensor.bmm, torch.baddbmm, torch.tensordot, F.linear]


@exercise(points=3, without=[*READY_MADE, *PRODUCTS, nn.Linear])
def einsum_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Multi-head attention written as sums over named dimensions."""
    four = _head_weights(draw, heads=4, d_model=12, d_k=6, d_v=7)
    two = _head_weights(draw, heads=2, d_model=12, d_k=5, d_v=4)
    one = _head_weights(draw, heads=1, d_model=12, d_k=6, d_v=7)
    yield "a batch", lambda: candidate(*tokens(draw)[:2], *four)
    yield "a batch of one", lambda: candidate(draw.normal(1, 4, 12), draw.normal(1, 6, 12), *four)
    yield "a sentence with itself", lambda: candidate(*2 * [draw.normal(2, 5, 12)], *four)
    yield "one head", lambda: candidate(*tokens(draw)[:2], *one)
    yield "masked", lambda: candidate(*tokens(draw)[:2], *four, draw.mask(2, 3, 5))
    yield "one mask for the whole batch", lambda: candidate(*tokens(draw)[:2], *four, draw.mask(3, 5))
    yield "as many heads as sentences, masked", lambda: candidate(*tokens(draw)[:2], *two, draw.mask(2, 3, 5))
    yield (
        "a query that may look at nothing",
        lambda: candidate(*tokens(draw)[:2], *four, with_an_empty_row(draw, 2, 3, 5)),
    )
    yield "float64", lambda: candidate(*(item.double() for item in (*tokens(draw)[:2], *four)))
    yield "gradients", lambda: gradients(candidate, *tokens(draw)[:2], *four, mask=with_an_empty_row(draw, 2, 3, 5))
    yield "the products are made by einsum", lambda: _made_by_einsum(candidate, *tokens(draw)[:2], *four)


def _head_weights(draw: Draw, heads: int, d_model: int, d_k: int, d_v: int) -> tuple[Tensor, ...]:
    shapes = ((heads, d_model, d_k), (heads, d_model, d_k), (heads, d_model, d_v), (heads, d_v, d_model))
    return tuple(draw.normal(*shape) / shape[1] ** 0.5 for shape in shapes)


def _made_by_einsum(candidate: Any, *inputs: Tensor) -> dict[str, Any]:
    result, calls = calls_of(torch.einsum, candidate, *inputs)
    return {"result": result, "einsum is called": calls > 0}

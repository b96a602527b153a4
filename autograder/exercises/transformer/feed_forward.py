"""What `feed_forward` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

WIDE = Idea("wide, cut off at zero, narrow", weight=3, point=True)


@exercise(points=1)
def feed_forward(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Two linear layers and a ReLU between them."""
    batch, tokens, narrow = draw.sizes(3, 2, 6)
    wide = draw.integer(7, 11)

    def weights(d_model: int, d_ff: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
        shapes: list[tuple[int, ...]] = [(d_ff, d_model), (d_ff,), (d_model, d_ff), (d_model,)]
        return [draw.normal(*shape, dtype=dtype) for shape in shapes]

    yield "the docstring's example", lambda: _example(candidate, draw), WIDE
    yield "a batch", lambda: candidate(draw.normal(batch, tokens, narrow), *weights(narrow, wide)), WIDE
    yield "one token", lambda: candidate(draw.normal(narrow), *weights(narrow, wide)), WIDE
    yield "as wide as narrow", lambda: candidate(draw.normal(tokens, narrow), *weights(narrow, narrow)), WIDE
    yield "narrower in the middle", lambda: candidate(draw.normal(tokens, narrow), *weights(narrow, 1)), WIDE
    yield "four dimensions", lambda: candidate(draw.normal(2, batch, tokens, narrow), *weights(narrow, wide)), WIDE
    yield "a turned table", lambda: candidate(draw.normal(narrow, tokens).T, *weights(narrow, wide))
    yield "gradients", lambda: gradients(candidate, draw.normal(tokens, narrow), *weights(narrow, wide))
    yield "float64", lambda: candidate(*_in(draw, torch.float64, tokens, narrow, weights))
    yield "bfloat16", lambda: candidate(*_in(draw, torch.bfloat16, tokens, narrow, weights))
    yield "called by names", lambda: _named(candidate, draw.normal(tokens, narrow), *weights(narrow, wide))
    yield (
        "the inputs are left alone",
        lambda: with_arguments(candidate, draw.normal(tokens, narrow), *weights(narrow, wide)),
    )


def _in(draw: Draw, dtype: torch.dtype, tokens: int, narrow: int, weights: Any) -> list[Tensor]:
    return [draw.normal(tokens, narrow, dtype=dtype), *weights(narrow, 4, dtype)]


def _named(candidate: Any, x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Any:
    return candidate(b2=b2, w2=w2, b1=b1, w1=w1, x=x)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and another number."""
    one, two = torch.tensor([[2.0], [-1.0]], device=draw.device), torch.tensor([[1.0, 1.0]], device=draw.device)
    b1, b2 = torch.tensor([-4.0, 1.0], device=draw.device), torch.tensor([-5.0], device=draw.device)
    return [candidate(x, one, b1, two, b2) for x in (torch.tensor([[3.0]], device=draw.device), draw.normal(1, 1))]

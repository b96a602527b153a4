"""What `self_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import DTYPES

OWN = Idea("query, key and value from one x, each by its own matrix", weight=3, point=True)


@exercise(points=2, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def self_attention(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A sentence looks at itself."""
    yield "a sentence", lambda: candidate(*_inputs(draw, batch=0)), OWN
    yield "a batch", lambda: candidate(*_inputs(draw)), OWN
    yield "a batch of one", lambda: candidate(*_inputs(draw, batch=1)), OWN
    yield "one word", lambda: candidate(*_inputs(draw, words=1)), OWN
    yield "square matrices", lambda: candidate(*_squares(draw)), OWN
    yield "as many sentences as words", lambda: candidate(*_inputs(draw, batch=4, words=4)), OWN
    yield "large scores", lambda: candidate(*_large(draw))
    yield "large scores, a few apart", lambda: candidate(*_level(draw))
    yield "gradients", lambda: gradients(candidate, *_inputs(draw))
    yield "float64", lambda: candidate(*_in(torch.float64, draw)), DTYPES
    yield "bfloat16", lambda: candidate(*_in(torch.bfloat16, draw)), DTYPES
    yield "float16", lambda: candidate(*_in(torch.float16, draw)), DTYPES
    yield "not contiguous", lambda: _turned(candidate, *_inputs(draw))
    yield "called by names", lambda: _named(candidate, *_inputs(draw))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_inputs(draw))
    yield "the docstring's example", lambda: _example(candidate, draw.normal(3, 2)), OWN


def _inputs(draw: Draw, batch: int | None = None, words: int | None = None) -> tuple[Tensor, ...]:
    """x and three matrices; no two of batch, words, d_model, d_k and d_v are alike unless asked for."""
    sentences, length, width = draw.choice([2, 3]), draw.choice([4, 5]), draw.choice([6, 7])
    d_k, d_v = draw.choice([8, 10]), draw.choice([9, 11])
    shape = [sentences if batch is None else batch, words or length, width]
    x = draw.normal(*(shape[1:] if batch == 0 else shape))
    return x, *(1.5 * draw.normal(width, size) / width**0.5 for size in (d_k, d_k, d_v))


def _squares(draw: Draw) -> tuple[Tensor, ...]:
    """Every matrix takes the place of every other without an error."""
    width = draw.choice([5, 6])
    return draw.normal(2, 4, width), *(1.5 * draw.normal(width, width) / width**0.5 for _ in range(3))


def _large(draw: Draw) -> tuple[Tensor, ...]:
    """Scores that lie hundreds apart: whole numbers, and d_k = 4, whose root is one."""
    x = draw.integers(2, 5, 3, low=-3, high=4).float()
    w_q = torch.zeros(3, 4, device=draw.device)
    w_q[0, 0], w_k = 300.0, torch.zeros_like(w_q)
    w_k[1, 0] = 1.0
    return x, w_q, w_k, draw.normal(3, 6)


def _level(draw: Draw) -> tuple[Tensor, ...]:
    """One word's scores all lie far below zero or far above, and differ by a few."""
    x = draw.integers(2, 5, 3, low=-3, high=4).float()
    x[:, :2, 0], x[..., 2] = torch.tensor([-2.0, 2.0], device=draw.device), 1.0
    w_q, w_k = torch.zeros(3, 4, device=draw.device), torch.zeros(3, 4, device=draw.device)
    w_q[2, 0], w_q[0, 1] = 2.0, 2.0 * draw.integer(110, 180)
    w_k[1, 0], w_k[2, 1] = 1.0, 1.0
    return x, w_q, w_k, draw.normal(3, 6)


def _in(dtype: torch.dtype, draw: Draw) -> tuple[Tensor, ...]:
    return tuple(item.to(dtype) for item in _inputs(draw))


def _turned(candidate: Any, *inputs: Tensor) -> Any:
    return candidate(*(item.mT.contiguous().mT for item in inputs))


def _named(candidate: Any, x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Any:
    return candidate(w_v=w_v, w_k=w_k, w_q=w_q, x=x)


def _example(candidate: Any, drawn: Tensor) -> list[Any]:
    """The docstring's, and other words."""
    w_q = torch.tensor([[4.0], [0.0]], device=drawn.device)
    w_k = torch.tensor([[0.0], [1.0]], device=drawn.device)
    units = torch.eye(2, device=drawn.device)
    return [candidate(units, w_q, w_k, 10 * units), candidate(drawn, w_q, w_k, 10 * units)]

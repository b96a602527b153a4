"""What `cross_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients
from autograder.exercises.attention._shared import right_padded


@exercise(points=2, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def cross_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One sequence looks at another: the mended decoder."""
    weights = (draw.normal(8, 6) / 3, draw.normal(8, 6) / 3, draw.normal(8, 7) / 3)
    target, source, real = draw.normal(2, 3, 8), draw.normal(2, 5, 8), right_padded(draw, 2, 5)
    everything = torch.ones_like(real)
    yield "no padding", lambda: candidate(draw.normal(2, 3, 8), draw.normal(2, 5, 8), everything, *weights)
    yield "with padding", lambda: candidate(target, source, real, *weights)
    yield "other numbers in the padding", lambda: candidate(target, _repadded(draw, source, real), real, *weights)
    yield "a source that is all padding", lambda: candidate(target, source, ~everything, *weights)
    yield "a target longer than its source", lambda: candidate(draw.normal(2, 6, 8), source, real, *weights)
    yield "one target word", lambda: candidate(draw.normal(2, 1, 8), source, real, *weights)
    yield "as many sentences as target words", lambda: candidate(draw.normal(2, 2, 8), source, real, *weights)
    yield "no batch", lambda: candidate(target[0], source[0], real[0], *weights)
    yield "float64", lambda: candidate(target.double(), source.double(), real, *(w.double() for w in weights))
    yield "gradients", lambda: gradients(lambda t, s: candidate(t, s, real, *weights), target, source)


def _repadded(draw: Draw, source: Tensor, real: Tensor) -> Tensor:
    """`source` with other numbers where it is padding."""
    return torch.where(real.unsqueeze(-1), source, draw.normal(*source.shape))

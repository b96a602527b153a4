"""What `safe_softmax_half` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.engine.tolerance import Leeway

SOFTMAX = [
    torch.softmax, torch.Tensor.softmax, F.softmax, torch.log_softmax, torch.Tensor.log_softmax, F.log_softmax,
    torch.special.softmax, torch.special.log_softmax, F.softmin, torch.logsumexp, torch.Tensor.logsumexp,
    F.scaled_dot_product_attention, nn.Softmax, nn.LogSoftmax,
]  # fmt: skip


@exercise(
    points=3,
    without=SOFTMAX,
    leeway=Leeway(factor=0.08, reason="a weight is rounded once: one step of float16 or bfloat16 either way, no more"),
)
def safe_softmax_half(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Softmax of half-precision scores: float32 inside, rounded once."""
    half, brain = torch.float16, torch.bfloat16
    low = torch.tensor([[-60000.0], [60000.0], [5.0]], device=draw.device)
    hidden_top = torch.cat([draw.normal(2, 3, 4), torch.full((2, 3, 1), 6e4, device=draw.device)], dim=-1).half()
    one_hidden = torch.tensor([True] * 4 + [False], device=draw.device)
    yield "float16", lambda: candidate(draw.normal(2, 3, 5, dtype=half))
    yield "bfloat16", lambda: candidate(draw.normal(2, 3, 5, dtype=brain))
    yield "one row, no batch", lambda: candidate(draw.normal(7, dtype=half))
    yield "scores of several hundred", lambda: candidate((200 * draw.normal(3, 6)).half())
    yield "rows at both ends of float16", lambda: candidate((low + 50 * draw.normal(3, 6)).half())
    yield "small weights beside a large one", lambda: _small_weights(candidate, draw, half)
    yield "small weights beside a large one, bfloat16", lambda: _small_weights(candidate, draw, brain)
    yield "70,000 keys alike", lambda: _many(candidate(torch.zeros(2, 70_000, dtype=half, device=draw.device)))
    yield "masked", lambda: candidate(draw.normal(2, 3, 5, dtype=half), draw.mask(2, 3, 5))
    yield "masked, bfloat16", lambda: candidate(draw.normal(2, 3, 5, dtype=brain), draw.mask(2, 1, 5))
    yield "the largest score is hidden", lambda: candidate(hidden_top, one_hidden)
    yield "a query that may look at nothing", lambda: candidate(draw.normal(2, 3, 5, dtype=half), _empty_row(draw))
    yield "gradients, masked", lambda: gradients(candidate, draw.normal(2, 3, 5, dtype=half), mask=_empty_row(draw))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(3, 5).half(), draw.mask(3, 5))


def _small_weights(candidate: Any, draw: Draw, dtype: torch.dtype) -> Tensor:
    """One score of 8.5, others between -0.6 and 0: the differences need more digits than a half has. The weights of
    the others, times 1024."""
    scores = -0.6 * draw.uniform(4, 30)
    scores[:, 0] = 8.5
    return candidate(scores.to(dtype))[:, 1:] * 1024


def _many(weights: Tensor) -> dict[str, Any]:
    return {"shape": list(weights.shape), "three of them": weights[0, :3], "times 1024": weights[1, -3:] * 1024}


def _empty_row(draw: Draw) -> Tensor:
    mask = draw.mask(2, 3, 5)
    mask[0, 1] = False
    return mask

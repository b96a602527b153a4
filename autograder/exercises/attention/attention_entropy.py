"""What `attention_entropy` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments


@exercise(points=2, without=[torch.special.entr, torch.distributions.Categorical])
def attention_entropy(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How widely each query spreads its attention."""
    scores = draw.normal(2, 3, 5)
    masked = scores.masked_fill(~draw.mask(2, 3, 5), -torch.inf).softmax(-1)
    nothing = torch.cat([masked[:, :2], torch.zeros_like(masked[:, :1])], dim=1)
    yield "a batch", lambda: candidate(scores.softmax(-1))
    yield "two leading dimensions", lambda: candidate(draw.normal(2, 4, 3, 6).softmax(-1))
    yield "one query, no batch", lambda: candidate(draw.normal(1, 7).softmax(-1))
    yield "the same weight everywhere", lambda: candidate(torch.full((2, 9), 1 / 9, device=draw.device))
    yield "all on one key", lambda: candidate(torch.eye(4, device=draw.device))
    yield "some weights are zero", lambda: candidate(masked)
    yield "a query that looks at nothing", lambda: candidate(nothing)
    yield "float64", lambda: _dtype_and_values(candidate(draw.normal(2, 3, 5, dtype=torch.float64).softmax(-1)))
    yield "bfloat16", lambda: candidate(scores.softmax(-1).bfloat16())
    yield "gradient", lambda: gradients(candidate, scores.softmax(-1), wrt=0)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(3, 5).softmax(-1))


def _dtype_and_values(result: Tensor) -> dict[str, Any]:
    """The dtype as it is, the values in float32: an epsilon of 1e-12 inside a logarithm is no mistake."""
    return {"dtype": result.dtype, "values": result.float()}

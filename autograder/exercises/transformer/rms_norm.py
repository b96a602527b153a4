"""What `rms_norm` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

READY_MADE = [
    F.rms_norm, torch.rms_norm, nn.RMSNorm, F.layer_norm, torch.layer_norm, torch.native_layer_norm, nn.LayerNorm,
    F.normalize, F.group_norm, torch.group_norm, nn.GroupNorm,
]  # fmt: skip
OWN = Idea("each row by its own root mean square", weight=3, point=True)
EPS = Idea("eps stands under the root", weight=2, point=True)


@exercise(points=1, without=READY_MADE)
def rms_norm(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Each row divided by its root mean square."""
    batch, rows, features = draw.sizes(3, 3, 8)

    def inputs(*shape: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        levels = 2 * draw.normal(*shape[:-1], 1, dtype=dtype)
        return draw.normal(*shape, dtype=dtype) + levels, draw.uniform(shape[-1], low=0.5, high=2.0, dtype=dtype)

    yield "the docstring's example", lambda: _example(candidate, draw), OWN
    yield "one row", lambda: candidate(*inputs(features)), OWN
    yield "a table", lambda: candidate(*inputs(rows, features)), OWN
    yield "a square", lambda: candidate(*inputs(features, features)), OWN
    yield "three dimensions", lambda: candidate(*inputs(batch, rows, features)), OWN
    yield "one feature", lambda: candidate(*inputs(rows, 1)), OWN
    yield "weights below zero, and of zero", lambda: _weighed(candidate, draw, rows, features), OWN
    yield "faint rows", lambda: candidate(1e-3 * draw.normal(rows, features), draw.normal(features)), EPS
    yield "another eps", lambda: candidate(*inputs(rows, features), eps=draw.choice([0.1, 0.5])), EPS
    yield "a row of zeros", lambda: _zeros(candidate, draw, rows, features), EPS
    yield "eps in float64", lambda: candidate(*inputs(rows, features, dtype=torch.float64)), EPS
    yield "a turned table", lambda: candidate(draw.normal(features, rows).T, draw.normal(features))
    yield "gradients", lambda: gradients(candidate, *inputs(rows, features))
    yield "bfloat16", lambda: candidate(*inputs(rows, features, dtype=torch.bfloat16))
    yield "called by names", lambda: _named(candidate, *inputs(rows, features))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *inputs(rows, features))


def _weighed(candidate: Any, draw: Draw, rows: int, features: int) -> Any:
    weight = draw.normal(features)
    weight[draw.integer(0, features)] = 0
    return candidate(draw.normal(rows, features), weight)


def _zeros(candidate: Any, draw: Draw, rows: int, features: int) -> Any:
    x = draw.normal(rows, features)
    x[draw.integer(0, rows)] = 0
    return candidate(x, draw.normal(features))


def _named(candidate: Any, x: Tensor, weight: Tensor) -> Any:
    return candidate(eps=0.2, weight=weight, x=x)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other numbers."""
    weight = torch.tensor([1.0, 10.0], device=draw.device)
    return [candidate(each, weight) for each in (torch.tensor([[1.0, 7.0]], device=draw.device), draw.normal(1, 2))]

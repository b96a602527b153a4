"""What `layer_norm` must show."""

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
    F.layer_norm, torch.layer_norm, torch.native_layer_norm, nn.LayerNorm, F.group_norm, torch.group_norm,
    torch.native_group_norm, nn.GroupNorm, F.instance_norm, torch.instance_norm, nn.InstanceNorm1d, F.batch_norm,
    torch.batch_norm, torch.native_batch_norm, nn.BatchNorm1d, F.rms_norm, torch.rms_norm, nn.RMSNorm,
]  # fmt: skip
OWN = Idea("each row by its own mean and spread", weight=2.5, point=True)
SPREAD = Idea("eps stands inside the root, beside the biased variance", weight=2.5, point=True)
AFFINE = Idea("weight and bias, one for each feature", weight=2)
LARGE = Idea("differences are taken before squares", weight=1.5)


@exercise(points=2, without=READY_MADE)
def layer_norm(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Mean 0 and spread 1 along the features."""
    batch, rows, features = draw.sizes(3, 3, 8)
    yield "the docstring's example", lambda: _example(candidate, draw), OWN
    yield "one row", lambda: candidate(_far(draw, features)), OWN
    yield "a table", lambda: candidate(_far(draw, rows, features)), OWN
    yield "a square", lambda: candidate(_far(draw, features, features)), OWN
    yield "three dimensions", lambda: candidate(_far(draw, batch, rows, features)), OWN
    yield "a batch of one", lambda: candidate(_far(draw, 1, features)), OWN
    yield "two features", lambda: candidate(draw.normal(rows, 2)), SPREAD
    yield "a row of equal numbers", lambda: candidate(_constant(draw, rows, features)), SPREAD
    yield "faint rows", lambda: candidate(1e-3 * draw.normal(rows, features)), SPREAD
    yield "another eps", lambda: candidate(draw.normal(rows, features), eps=draw.choice([0.1, 0.5])), SPREAD
    yield "eps in float64", lambda: candidate(draw.normal(rows, features, dtype=torch.float64)), SPREAD
    yield "one feature", lambda: candidate(draw.normal(rows, 1), draw.normal(1), draw.normal(1))
    yield "weight and bias", lambda: candidate(_far(draw, rows, features), *_affine(draw, features)), AFFINE
    yield "a square, with both", lambda: candidate(_far(draw, features, features), *_affine(draw, features)), AFFINE
    yield "weight alone", lambda: candidate(_far(draw, batch, rows, features), draw.normal(features)), AFFINE
    yield "bias alone", lambda: candidate(_far(draw, rows, features), bias=draw.normal(features)), AFFINE
    yield "weights of zero", lambda: _zero(candidate, draw, rows, features), AFFINE
    yield "far from zero", lambda: candidate(draw.integers(rows, features, high=9).float() + 500), LARGE
    yield "gradients", lambda: gradients(candidate, draw.normal(rows, features), *_affine(draw, features))
    yield "gradients of a new layer", lambda: _new_layer(candidate, draw, rows, features)
    yield "a turned table", lambda: candidate(_far(draw, features, rows).T)
    yield "bfloat16", lambda: candidate(draw.normal(rows, features).bfloat16())
    yield "called by names", lambda: _named(candidate, draw, rows, features)
    yield (
        "the inputs are left alone",
        lambda: with_arguments(candidate, _far(draw, rows, features), *_affine(draw, features)),
    )


def _far(draw: Draw, *shape: int) -> Tensor:
    """Each row about a level and with a spread of its own."""
    rows = (*shape[:-1], 1)
    return draw.uniform(*rows, low=0.2, high=3.0) * draw.normal(*shape) + 3 * draw.normal(*rows)


def _affine(draw: Draw, features: int) -> tuple[Tensor, Tensor]:
    return draw.uniform(features, low=0.5, high=2.0), draw.normal(features)


def _constant(draw: Draw, rows: int, features: int) -> Tensor:
    """Whole numbers, so that a mean of equals is exact."""
    x = draw.normal(rows, features)
    x[draw.integer(0, rows)] = draw.integer(-5, 6)
    return x


def _zero(candidate: Any, draw: Draw, rows: int, features: int) -> Any:
    return candidate(draw.normal(rows, features), torch.zeros(features, device=draw.device), draw.normal(features))


def _new_layer(candidate: Any, draw: Draw, rows: int, features: int) -> Any:
    """Weights of one and a bias of zeros change nothing yet, and have to learn all the same."""
    affine = torch.ones(features, device=draw.device), torch.zeros(features, device=draw.device)
    return gradients(candidate, draw.normal(rows, features), *affine)


def _named(candidate: Any, draw: Draw, rows: int, features: int) -> Any:
    weight, bias = _affine(draw, features)
    return candidate(eps=0.2, bias=bias, weight=weight, x=draw.normal(rows, features))


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other rows."""
    x = torch.tensor([[1.0, 3.0], [10.0, 30.0]], device=draw.device)
    return [candidate(x), candidate(draw.normal(2, 2))]

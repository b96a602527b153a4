"""What `log_softmax` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.products_and_masks._shared import READY_SOFTMAX

LOGARITHMS = Idea("logarithms of shares along the dimension that is named", weight=2, point=True)
SMALL = Idea("the logarithm of a share too small for a number", weight=2, point=True)


@exercise(points=1, without=READY_SOFTMAX)
def log_softmax(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Logarithms of a softmax, finite where the softmax itself is 0."""
    batch, rows, columns = draw.sizes(3, 3, 8)
    yield "one row", lambda: candidate(draw.normal(columns), 0), LOGARITHMS
    yield "a matrix, along each dimension", lambda: _each_dim(candidate, draw.normal(rows, columns)), LOGARITHMS
    yield "a square", lambda: [candidate(draw.normal(rows, rows), dim) for dim in draw.shuffled([0, 1])], LOGARITHMS
    yield "three dimensions", lambda: _each_dim(candidate, draw.normal(batch, rows, columns)), LOGARITHMS
    yield "a single column", lambda: candidate(draw.normal(rows, 1), -1)
    yield "no rows", lambda: candidate(draw.normal(0, columns), -1)
    yield "one score far above the others", lambda: candidate(_above(draw, rows, columns), -1), SMALL
    yield "from −10,000 to 10,000", lambda: candidate(draw.uniform(rows, columns, low=-1e4, high=1e4), -1), SMALL
    yield "near 400, and near −400", lambda: _levels(candidate, draw, rows, columns), SMALL
    yield "rows far apart", lambda: candidate(_far_apart(draw, rows, columns), -1), SMALL
    yield "gradients", lambda: gradients(candidate, draw.normal(rows, columns), dim=draw.choice([0, 1]))
    yield "gradients, far apart", lambda: gradients(candidate, _above(draw, rows, columns), dim=-1), SMALL
    yield "a transposed matrix", lambda: candidate(draw.normal(columns, rows).T, -1)
    yield "an expanded row", lambda: candidate(draw.normal(1, columns).expand(rows, -1), 0)
    yield "float64", lambda: candidate(draw.normal(rows, columns, dtype=torch.float64), -1)
    yield "bfloat16", lambda: candidate(draw.normal(rows, columns).bfloat16(), -1)
    yield "called by names", lambda: candidate(dim=-1, x=draw.normal(rows, columns))
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(rows), 0)
    yield "the docstring's example", lambda: _example(candidate, draw, columns)


def _each_dim(candidate: Any, x: Tensor) -> dict[str, Any]:
    return {f"dim={dim}": candidate(x.clone(), dim) for dim in range(-x.dim(), x.dim())}


def _above(draw: Draw, rows: int, columns: int) -> Tensor:
    """One score of each row leads by 150 or more: exp(−150) is 0 in float32."""
    x = draw.normal(rows, columns)
    return x.scatter_add_(1, draw.integers(rows, 1, high=columns), draw.uniform(rows, 1, low=150, high=400))


def _levels(candidate: Any, draw: Draw, rows: int, columns: int) -> list[Any]:
    return [candidate(draw.normal(rows, columns) + level, -1) for level in draw.shuffled([400, -400])]


def _far_apart(draw: Draw, rows: int, columns: int) -> Tensor:
    return draw.normal(rows, columns) + 120 * draw.permutation(rows).unsqueeze(-1)


def _example(candidate: Any, draw: Draw, columns: int) -> list[Any]:
    """The docstring's, and other scores."""
    return [candidate(torch.tensor([0.0, -10_000.0], device=draw.device), 0), candidate(draw.normal(columns), 0)]

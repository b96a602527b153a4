"""What `pairwise_distances` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, largest_tensor, with_arguments

READY_MADE = [torch.cdist, F.pairwise_distance, torch.pairwise_distance, nn.PairwiseDistance, F.pdist, torch.pdist]
DISTANCES = Idea("the distance of each point of a from each point of b", weight=2, point=True)
BATCH = Idea("a batch of sets of points", weight=2, point=True)
ROOT = Idea("a square that rounding makes negative", weight=2, point=True)
ONE_PRODUCT = Idea("one product instead of all differences", weight=2)
SAME_PLACE = 0.05  # far above what rounding makes of a distance of 0, far below the distance of two points drawn here


@exercise(points=2, without=READY_MADE)
def pairwise_distances(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How far each point of one set is from each of another."""
    batch, n, m, d = draw.sizes(4, 2, 8)
    yield "two sets of points", lambda: candidate(draw.normal(n, d), draw.normal(m, d)), DISTANCES
    yield "as many points in both", lambda: candidate(draw.normal(n, d), draw.normal(n, d)), DISTANCES
    yield "one point and one colour", lambda: candidate(draw.normal(1, 3), draw.normal(1, 3)), DISTANCES
    yield "points on a line", lambda: candidate(draw.normal(n, 1), draw.normal(m, 1)), DISTANCES
    yield "a batch", lambda: candidate(draw.normal(batch, n, d), draw.normal(batch, m, d)), BATCH
    yield "a batch of one", lambda: candidate(draw.normal(1, n, d), draw.normal(1, m, d)), BATCH
    two = batch, n + 1
    yield "two leading dimensions", lambda: candidate(draw.normal(*two, n, d), draw.normal(*two, m, d)), BATCH
    yield "one palette for a whole batch", lambda: candidate(draw.normal(batch, n, d), draw.normal(m, d))
    yield "no points", lambda: candidate(draw.normal(0, d), draw.normal(m, d))
    yield "whole numbers as floats, points that coincide", lambda: candidate(*_whole(draw, n, m, d)), DISTANCES
    yield "points against themselves", lambda: _against_themselves(candidate, draw), ROOT
    yield "points that nearly coincide", lambda: _nearly(candidate, draw), ROOT
    yield "many numbers in a point", lambda: _memory(candidate, draw), ONE_PRODUCT
    yield "a transposed set", lambda: candidate(draw.normal(d, n).T, draw.normal(d, m).T)
    yield "an expanded set", lambda: candidate(draw.normal(1, d).expand(n, -1), draw.normal(m, d))
    yield "float64", lambda: candidate(*(10 + draw.normal(size, d, dtype=torch.float64) for size in (n, m)))
    yield "gradients", lambda: gradients(candidate, draw.normal(batch, n, d), draw.normal(batch, m, d))
    yield "called by names", lambda: candidate(b=draw.normal(m, d), a=draw.normal(n, d))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(n, d), draw.normal(m, d))
    yield "the docstring's example", lambda: _example(candidate, draw, n)


def _whole(draw: Draw, n: int, m: int, d: int) -> tuple[Tensor, Tensor]:
    """Sums and products of small whole numbers are exact. The first of `b` lies in `a`, at some place."""
    a, b = (draw.integers(size, d, low=-9, high=10).float() for size in (n, m))
    b[0] = a[draw.integer(0, n)]
    return a, b


def _same_place(distances: Any) -> Any:
    """Distances that are 0 but for rounding, as 0. NaN stays NaN."""
    return torch.where(distances < SAME_PLACE, 0.0, distances) if isinstance(distances, Tensor) else distances


def _against_themselves(candidate: Any, draw: Draw) -> Any:
    """Sixteen points, spread widely: about every third square of a distance of 0 is rounded below it."""
    points = 3 * draw.normal(16, 5) + torch.arange(16, device=draw.device).unsqueeze(-1)
    return _same_place(candidate(points, points.clone()))


def _nearly(candidate: Any, draw: Draw) -> Any:
    """Some of the coordinates are a last bit apart."""
    points = 3 * draw.normal(20, 4) + torch.arange(20, device=draw.device).unsqueeze(-1)
    return _same_place(candidate(points, points * (1 + 1e-7 * draw.integers(20, 4, low=-1, high=2).float())))


def _memory(candidate: Any, draw: Draw) -> dict[str, Any]:
    """How large a tensor is made on the way. The sizes are alike, so inputs, squares and result count as one n · m."""
    n, m, d = draw.sizes(3, 20, 28)
    result, largest = largest_tensor(candidate, draw.normal(n, d), draw.normal(m, d))
    some = result[:3, :3] if isinstance(result, Tensor) and result.dim() == 2 else result
    multiple = largest // (n * m)
    return {"a corner of the result": some, "numbers in the largest tensor, by n · m": multiple if multiple > 3 else 1}


def _example(candidate: Any, draw: Draw, n: int) -> list[Any]:
    """The docstring's, and other points."""
    a, b = (torch.tensor(values, device=draw.device) for values in ([[0.0, 0.0], [3.0, 0.0]], [[3.0, 4.0]]))
    return [candidate(a, b), candidate(draw.normal(n, 2), b)]

"""What `unbroadcast` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.autograd_from_scratch._shared import NO_AUTOGRAD

FRONT = Idea("dimensions that were added in front are summed away", weight=2, point=True)
ONES = Idea("dimensions of size one are summed and stay", weight=2, point=True)
EDGES = Idea("nothing, one number, other dtypes", weight=2)


@exercise(points=1, without=[*NO_AUTOGRAD, Tensor.sum_to_size])
def unbroadcast(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Sums a gradient over what broadcasting repeated."""
    n, m, k = draw.sizes(3, 2, 7)

    def to(*shape: int, of: tuple[int, ...], dtype: torch.dtype = torch.float32) -> Any:
        return candidate(draw.normal(*of, dtype=dtype), torch.Size(shape))

    def example() -> Any:
        grad = torch.ones(2, 3, device=draw.device)
        return {"example": candidate(grad, (3,)), "another": to(m, of=(n, m)), "and to": to(n, 1, of=(n, m))}

    def same() -> Any:
        """Nothing was repeated; beside it a size-one dimension that is one in the gradient too."""
        return [to(n, m, of=(n, m)), to(1, m, of=(1, m)), to(of=())]

    def strided() -> Any:
        turned, repeated = draw.normal(m, n).mT, draw.normal(m).expand(n, m)
        return [candidate(grad, shape) for grad in (turned, repeated) for shape in ((m,), (n, 1))]

    def squares() -> Any:
        """Where rows and columns have one length, only their place tells them apart."""
        return [to(*shape, of=(n, n)) for shape in draw.shuffled([(n,), (1, n), (n, 1)])]

    def empty() -> Any:
        return [to(m, of=(0, m)), to(1, m, of=(0, m)), to(0, 1, of=(0, m)), to(n, 1, of=(n, m))]

    yield "the docstring's example", example
    yield "one dimension in front", lambda: to(m, of=(n, m)), FRONT
    yield "two dimensions in front", lambda: to(k, of=(n, m, k)), FRONT
    yield "a matrix, repeated for a batch", lambda: to(m, k, of=(n, m, k)), FRONT
    yield "a column", lambda: to(n, 1, of=(n, m)), ONES
    yield "a row", lambda: to(1, m, of=(n, m)), ONES
    yield "size one in the middle", lambda: to(n, 1, k, of=(n, m, k)), ONES
    yield "size one at both ends", lambda: to(1, m, 1, of=(n, m, k)), ONES
    yield "in front and of size one at once", lambda: [to(m, 1, of=(n, m, k)), to(1, k, of=(n, m, k))]
    yield "nothing was repeated", same
    yield "squares", squares
    yield "a single number, shape ()", lambda: [to(of=(n, m)), to(1, of=(n, m))], EDGES
    yield "no rows", empty, EDGES
    kinds = (torch.float64, torch.bfloat16)
    yield "float64 and bfloat16", lambda: [to(1, m, of=(n, m), dtype=kind) for kind in kinds], EDGES
    yield "the gradient is left alone", lambda: with_arguments(candidate, draw.normal(n, m), (1, m))
    yield "not contiguous, and repeated", strided
    yield "by keyword", lambda: candidate(grad=draw.normal(k, n, m), shape=(n, 1))

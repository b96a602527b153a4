"""What `batched_outer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

EVERY = Idea("every number of a times every number of b", weight=2, point=True)
BATCH = Idea("each vector of a batch by itself", weight=2, point=True)


@exercise(points=1, without=[torch.outer, torch.Tensor.outer, torch.ger, torch.Tensor.ger, torch.kron])
def batched_outer(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Every number of a vector times every number of another one."""
    batch, rows, columns, heads = draw.sizes(4, 2, 7)
    yield "two vectors", lambda: candidate(draw.normal(rows), draw.normal(columns)), EVERY
    yield "two vectors of one length", lambda: candidate(draw.normal(rows), draw.normal(rows)), EVERY
    yield "a single number in each", lambda: candidate(draw.normal(1), draw.normal(1)), EVERY
    yield "a batch", lambda: candidate(draw.normal(batch, rows), draw.normal(batch, columns)), BATCH
    yield "a batch as long as its vectors", lambda: candidate(draw.normal(rows, rows), draw.normal(rows, rows)), BATCH
    yield "a batch of one", lambda: candidate(draw.normal(1, rows), draw.normal(1, columns)), BATCH
    leading = (batch, heads)
    yield (
        "two leading dimensions",
        lambda: candidate(draw.normal(*leading, rows), draw.normal(*leading, columns)),
        BATCH,
    )
    yield "one vector for a whole batch", lambda: candidate(draw.normal(batch, rows), draw.normal(columns))
    broadcast = (batch, 1, rows), (heads, columns)
    yield "leading dimensions that broadcast", lambda: candidate(*(draw.normal(*shape) for shape in broadcast))
    yield "an empty vector", lambda: candidate(draw.normal(batch, 0), draw.normal(batch, columns))
    yield "an empty batch", lambda: candidate(draw.normal(0, rows), draw.normal(0, columns))
    yield "a transposed batch", lambda: candidate(draw.normal(rows, batch).T, draw.normal(columns, batch).T)
    yield "an expanded batch", lambda: candidate(draw.normal(1, rows).expand(batch, -1), draw.normal(batch, columns))
    yield "whole numbers stay whole", lambda: candidate(*_whole(draw, rows, columns))
    yield "float64", lambda: candidate(*(draw.normal(size, dtype=torch.float64) for size in (rows, columns)))
    yield "bfloat16", lambda: candidate(*(draw.normal(batch, size).bfloat16() for size in (rows, columns)))
    yield "gradients", lambda: gradients(candidate, draw.normal(batch, rows), draw.normal(batch, columns))
    yield "called by names", lambda: candidate(b=draw.normal(columns), a=draw.normal(rows))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(rows), draw.normal(columns))
    yield "the docstring's example", lambda: _example(candidate, draw, rows)


def _whole(draw: Draw, rows: int, columns: int) -> list[torch.Tensor]:
    """Their products are odd and above 2²⁴: float32 cannot hold them."""
    return [2 * draw.integers(size, low=3000, high=9000) + 1 for size in (rows, columns)]


def _example(candidate: Any, draw: Draw, rows: int) -> list[Any]:
    """The docstring's, and other numbers."""
    a, b = (torch.tensor(values, device=draw.device) for values in ([1.0, 2.0], [3.0, 4.0, 5.0]))
    return [candidate(a, b), candidate(draw.normal(rows), b)]

"""What `bilinear` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

SANDWICH = Idea("each number is x, times its matrix, times y", weight=2, point=True)
BATCH = Idea("each pair of a batch by itself", weight=2, point=True)


@exercise(points=2, without=[F.bilinear, torch.bilinear, nn.Bilinear])
def bilinear(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One number for two vectors and a matrix between them; for several matrices, several numbers."""
    out, n, m, batch = draw.sizes(4, 2, 8)

    def triple(*leading: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
        sizes = (*leading, n), (out, n, m), (*leading, m)
        return tuple(draw.normal(*size, dtype=dtype) for size in sizes)  # type: ignore[return-value]

    yield "two vectors", lambda: candidate(*triple()), SANDWICH
    yield "square matrices", lambda: candidate(draw.normal(n), draw.normal(out, n, n), draw.normal(n)), SANDWICH
    cube = (n,), (n, n, n), (n,)
    yield "as many matrices as rows and columns", lambda: candidate(*(draw.normal(*size) for size in cube)), SANDWICH
    yield "a single matrix", lambda: candidate(draw.normal(n), draw.normal(1, n, m), draw.normal(m)), SANDWICH
    yield "a batch", lambda: candidate(*triple(batch)), BATCH
    yield "as many pairs as matrices", lambda: candidate(*triple(out)), BATCH
    yield "a batch of one", lambda: candidate(*triple(1)), BATCH
    yield "two leading dimensions", lambda: candidate(*triple(batch, out + 1)), BATCH
    yield "an empty batch", lambda: candidate(*triple(0))
    yield "transposed", lambda: candidate(draw.normal(n, batch).T, draw.normal(out, m, n).mT, draw.normal(m, batch).T)
    expanded = draw.normal(1, n).expand(batch, -1), draw.normal(1, n, m).expand(out, -1, -1), draw.normal(batch, m)
    yield "expanded", lambda: candidate(*expanded)
    yield "float64", lambda: candidate(*triple(batch, dtype=torch.float64))
    yield "gradients", lambda: gradients(candidate, *triple(batch))
    yield "called by names", lambda: candidate(**dict(zip("xwy", triple(batch), strict=True)))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *triple())
    yield "the docstring's example", lambda: _example(candidate, draw)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and another x."""
    w = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 0.0]]], device=draw.device)
    x, y = (torch.tensor(values, device=draw.device) for values in ([1.0, 2.0], [3.0, 4.0]))
    return [candidate(x, w, y), candidate(draw.normal(2), w, y)]

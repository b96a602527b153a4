"""What `standardize` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments


@exercise(points=2)
def standardize(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Every column moved and scaled to mean 0 and standard deviation 1, as a new tensor."""
    table = 3 * draw.normal(7, 4) + 5
    yield "a table", lambda: candidate(table)
    yield "float64 keeps its precision", lambda: candidate(2 * draw.normal(6, 3, dtype=torch.float64) + 1)
    yield "whole numbers", lambda: candidate(draw.integers(8, 3, low=-20, high=90))
    yield "booleans", lambda: candidate(_mixed_columns(draw, 7, 3))
    yield "bfloat16, far from zero", lambda: candidate(draw.normal(9, 6, dtype=torch.bfloat16) * 2 + 100.3)
    yield "columns with a tiny spread", lambda: candidate(1e-6 * draw.normal(6, 4))
    yield "a transposed table", lambda: candidate(draw.normal(3, 8).T)
    yield "three dimensions", lambda: candidate(draw.normal(5, 2, 3) + 1)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(5, 3))


def _mixed_columns(draw: Draw, rows: int, columns: int) -> Tensor:
    """Booleans of which no column is constant: a constant column has no spread."""
    return draw.mask(columns, rows).T.contiguous()

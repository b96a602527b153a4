"""What `standardize` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

SPARED = Idea("the input is left alone")
DTYPES = Idea("computed widely enough, returned in the dtype that is promised", weight=2, point=True)
WHOLE = (torch.int64, torch.uint8)
BARE = Idea("nothing is added to the standard deviation")
COLUMNS = Idea("each column by itself, by its own mean and standard deviation", weight=2, point=True)


@exercise(points=2)
def standardize(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Every column moved and scaled to mean 0 and standard deviation 1, as a new tensor."""
    rows, columns = draw.sizes(2, 4, 9)
    yield "a table", lambda: candidate(3 * draw.normal(rows, columns) + 5), COLUMNS
    yield "two rows", lambda: candidate(draw.normal(2, columns)), COLUMNS
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.integers(rows, 2, high=50))]
    yield "three dimensions", lambda: candidate(draw.normal(rows, 2, 3) + 1)
    yield "a single column, without a second dimension", lambda: candidate(draw.normal(rows))
    yield "a transposed table", lambda: candidate(draw.normal(columns, rows).T)
    yield (
        "far from zero",
        lambda: candidate(draw.integers(8, columns, high=9).float() + 3000),
    )  # of eight, the mean is exact
    yield "columns with a tiny spread", lambda: candidate(1e-6 * draw.normal(rows, columns)), BARE
    yield "a column of equal values", lambda: candidate(_with_an_equal_column(draw, rows, columns)), BARE
    # A wide spread: an epsilon beside it is another fault, and has its own cases.
    wide = 2e6 * draw.normal(rows, 3, dtype=torch.float64) + 1e6
    yield "float64 keeps its precision", lambda: candidate(wide), DTYPES
    yield (
        "bfloat16, far from zero",
        lambda: candidate(draw.normal(9, columns, dtype=torch.bfloat16) * 2 + 100.3),
        DTYPES,
    )
    yield "float16, whose squares overflow", lambda: candidate((draw.normal(rows, columns) * 400).half()), DTYPES
    yield "whole numbers, also of 8 bits", lambda: [_whole(candidate, draw, kind) for kind in WHOLE], DTYPES
    yield "booleans", lambda: candidate(draw.mask(3, rows).T.contiguous()), DTYPES  # no column is constant
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(rows, 3)), SPARED


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([[1, 10], [3, 30], [5, 20]], device=draw.device))


def _whole(candidate: Any, draw: Draw, dtype: torch.dtype) -> Tensor:
    return candidate(draw.integers(8, 3, high=200).to(dtype))


def _with_an_equal_column(draw: Draw, rows: int, columns: int) -> Tensor:
    table = draw.normal(rows, columns)
    table[:, draw.integer(0, columns)] = 2.0
    return table

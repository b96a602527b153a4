"""What `take_rows` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

LOOKUPS = [torch.index_select, Tensor.index_select, F.embedding, torch.embedding, nn.Embedding]
SPARED = Idea("new memory: the table is left alone")
SHAPE = Idea("one row for each number, in the shape of the numbers")
BY_NUMBER = Idea("rows by number, in any order, as often as asked", weight=2, point=True)


@exercise(points=1, without=LOOKUPS)
def take_rows(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rows of a table, picked by number, in any order and as often as asked."""
    rows, columns, many = draw.sizes(3, 4, 9)
    table = draw.normal(rows, columns)
    yield "in another order, with repeats", lambda: candidate(table, _repeated(draw, rows)), BY_NUMBER
    yield "drawn rows", lambda: candidate(table, draw.integers(many, high=rows)), BY_NUMBER
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(table, draw.integers(2, high=rows))]
    yield "a single row", lambda: candidate(table, draw.integers(1, high=rows)), SHAPE
    yield "no rows", lambda: candidate(table, draw.integers(0, high=rows)), SHAPE
    yield "a row number without dimensions", lambda: _written_to(candidate, draw.normal(5, 3), _number(draw)), SPARED
    yield "one of the numbers of a vector", lambda: _written_to(candidate, draw.normal(5), _number(draw)), SPARED
    yield "a batch of row numbers", lambda: candidate(table, draw.integers(2, 3, high=rows)), SHAPE
    yield "rows that are matrices", lambda: candidate(draw.normal(6, 2, 3), draw.integers(many, high=6))
    yield "rows that are numbers", lambda: candidate(draw.normal(rows), draw.integers(2, many, high=rows))
    yield "whole numbers, transposed", lambda: candidate(draw.integers(3, 7, high=99).T, draw.integers(4, high=7))
    yield "float64", lambda: candidate(draw.normal(rows, 2, dtype=torch.float64), draw.integers(3, high=rows))
    yield "booleans and bfloat16", lambda: [_of_kind(candidate, draw, kind) for kind in (torch.bool, torch.bfloat16)]
    yield (
        "writing to the result spares the table",
        lambda: _written_to(candidate, draw.normal(5, 3), draw.integers(3, high=5)),
        SPARED,
    )
    yield "the arguments are left alone", lambda: with_arguments(candidate, table.clone(), draw.integers(4, high=rows))
    yield "gradient of the table", lambda: gradients(lambda leaf: candidate(leaf, _repeated(draw, rows)), table)
    yield (
        "gradient through a single number",
        lambda: gradients(lambda leaf: candidate(leaf, _number(draw)), draw.normal(5)),
    )


def _repeated(draw: Draw, rows: int) -> Tensor:
    """All rows in drawn order, the first and the last of them twice."""
    order = draw.permutation(rows)
    return torch.cat([order, order[:1], order[-1:]])


def _example(candidate: Any, draw: Draw) -> Tensor:
    table, rows = torch.tensor([[1, 2], [3, 4], [5, 6]]), torch.tensor([2, 0, 2])
    return candidate(table.to(draw.device), rows.to(draw.device))


def _number(draw: Draw) -> Tensor:
    """A row number of shape (): plain indexing takes it for a Python number, and answers with a view."""
    return draw.integers(high=5)


def _of_kind(candidate: Any, draw: Draw, dtype: torch.dtype) -> Tensor:
    return candidate((draw.normal(6, 4) > 0).to(dtype), draw.integers(5, high=6))


def _written_to(candidate: Any, table: Tensor, rows: Tensor) -> dict[str, object]:
    result = candidate(table, rows)
    result.add_(1)
    return {"the result": result, "the table afterwards": table}

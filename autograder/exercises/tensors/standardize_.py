"""What `standardize_` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal

OWN_MEMORY = Idea("it happens in the memory of x", weight=2, point=True)


@exercise(points=2)
def standardize_(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The columns standardized in their own memory."""
    rows, columns = draw.sizes(2, 4, 9)
    yield "a table", lambda: _in_place(candidate, 3 * draw.normal(rows, columns) + 5), OWN_MEMORY
    yield "the docstring's example", lambda: [_example(candidate, draw), _in_place(candidate, draw.normal(rows, 2))]
    yield (
        "a window of a larger table",
        lambda: _in_place(candidate, b := draw.normal(9, 6) + 2, b[1:rows, 2:5]),
        OWN_MEMORY,
    )
    yield (
        "a transposed table",
        lambda: _in_place(candidate, block := draw.normal(columns, rows) - 1, block.T),
        OWN_MEMORY,
    )
    yield "three dimensions", lambda: _deep(candidate, draw.normal(rows, 2, 3) + 1, draw.normal(rows, 3, 2) - 1)
    yield "a single column", lambda: _in_place(candidate, draw.normal(rows, columns), None, 0)
    yield "float64", lambda: _in_place(candidate, draw.normal(rows, 3, dtype=torch.float64) - 40)
    yield (
        "far from zero",
        lambda: _in_place(candidate, draw.integers(8, columns, high=9).float() + 3000),
    )  # an exact mean
    yield "whole numbers and booleans are refused", lambda: _refusals(candidate, draw, rows)


def _deep(candidate: Any, block: Tensor, turned: Tensor) -> list[object]:
    """A block, and one whose last two dimensions are transposed: no view makes them one."""
    return [_in_place(candidate, block), _in_place(candidate, turned, turned.mT)]


def _example(candidate: Any, draw: Draw) -> list[object]:
    x = torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]], device=draw.device)
    return [candidate(x) is x, x[0].tolist()]


def _refusals(candidate: Any, draw: Draw, rows: int) -> dict[str, object]:
    """Floating point beside what cannot hold the result, and that as it is afterwards."""
    whole, bits = draw.integers(rows, 3, high=50), draw.mask(3, rows).T
    found = {name: refusal(TypeError, candidate, x) for name, x in (("whole numbers", whole), ("booleans", bits))}
    return {"floating point": candidate(draw.normal(rows, 2)), **found, "the whole numbers afterwards": whole}


def _in_place(
    candidate: Any, block: Tensor, window: Tensor | None = None, column: int | None = None
) -> dict[str, object]:
    """The memory afterwards, whether the result is the very tensor that was handed over, and whether that moved.

    Args:
        block: what owns the memory.
        window: the part of it that the candidate gets; all without it.
        column: the one column that it gets, as a vector.
    """
    window = block if window is None else window
    window = window if column is None else window[:, column]
    address = window.data_ptr()
    result = candidate(window)
    same = {"it is the tensor itself": result is window, "its memory is the old one": window.data_ptr() == address}
    return {"what comes back": result, **same, "the memory afterwards": block}

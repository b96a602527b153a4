"""What `checkerboard` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

BOTH_WAYS = Idea("colours alternate along rows and columns", weight=2, point=True)


@exercise(points=1)
def checkerboard(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Zeros and ones that alternate along rows and columns."""
    device = draw.device
    rows, columns, few = draw.sizes(3, 2, 7)
    yield "even rows, odd columns", lambda: candidate(2 * rows, 2 * columns + 1, device=device), BOTH_WAYS
    yield "odd rows, even columns", lambda: candidate(2 * rows + 1, 2 * columns + 2, device=device), BOTH_WAYS
    yield "the docstring's example", lambda: [candidate(*s, device=device) for s in ((2, 3), (rows, 2), (1, columns))]
    yield "whole numbers", lambda: candidate(rows, columns, dtype=torch.int64, device=device)
    yield "booleans, and float64", lambda: [_of(candidate, draw, dtype) for dtype in (torch.bool, torch.float64)]
    yield "more than bfloat16 can count", lambda: _long(candidate, draw.integer(2, 5), draw.integer(262, 300), device)
    yield (
        "a single cell, no rows, no columns",
        lambda: [candidate(*s, device=device) for s in ((1, 1), (0, few), (few, 0))],
    )
    yield "where it is made", lambda: _where_made(candidate, rows, columns)


def _of(candidate: Any, draw: Draw, dtype: torch.dtype) -> object:
    rows, columns = draw.sizes(2, 3, 7)
    return candidate(rows, columns, dtype, draw.device)


def _long(candidate: Any, few: int, many: int, device: torch.device) -> list[object]:
    """A wide board and a tall one: beyond 256, bfloat16 holds no odd number."""
    return [candidate(*shape, dtype=torch.bfloat16, device=device) for shape in ((few, many), (many, few))]


def _where_made(candidate: Any, rows: int, columns: int) -> dict[str, object]:
    """The device in words, once asked for, once left to the default, which is another one here."""
    asked = candidate(rows, columns, device="meta")
    with torch.device("meta"):
        default = candidate(columns, rows)
    boards = {"meta is asked for": asked, "meta is the default": default}
    return {name: f"{list(board.shape)} on {board.device.type}" for name, board in boards.items()}

"""What `standardize_` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=2)
def standardize_(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The columns standardized in their own memory."""
    yield "a table", lambda: _in_place(candidate, 3 * draw.normal(7, 4) + 5)
    yield "float64", lambda: _in_place(candidate, draw.normal(6, 3, dtype=torch.float64) - 40)
    yield "a window of a larger table", lambda: _in_place(candidate, block := draw.normal(8, 6) + 2, block[1:6, 2:5])
    yield "a transposed table", lambda: _in_place(candidate, block := draw.normal(3, 8) - 1, block.T)
    yield "three dimensions", lambda: _in_place(candidate, draw.normal(5, 2, 3) + 1)
    yield "whole numbers are refused", lambda: candidate(draw.integers(6, 3, high=50))


def _in_place(candidate: Any, block: Tensor, window: Tensor | None = None) -> dict[str, object]:
    """The memory afterwards, whether the result is the very tensor that was handed over, and whether that moved.

    Args:
        block: what owns the memory.
        window: the part of it that the candidate gets; all without it.
    """
    window = block if window is None else window
    address = window.data_ptr()
    result = candidate(window)
    same = {"it is the tensor itself": result is window, "its memory is the old one": window.data_ptr() == address}
    return {"what comes back": result, **same, "the memory afterwards": block}

"""What `checkerboard` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=1)
def checkerboard(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Zeros and ones that alternate along rows and columns."""
    device = draw.device
    rows, columns = draw.integer(2, 4), draw.integer(2, 4)
    yield "even rows, odd columns", lambda: candidate(2 * rows, 2 * columns + 1, device=device)
    yield "odd rows, even columns", lambda: candidate(2 * rows + 1, 2 * columns + 2, device=device)
    yield "whole numbers", lambda: candidate(4, 6, dtype=torch.int64, device=device)
    yield "booleans", lambda: candidate(5, 4, dtype=torch.bool, device=device)
    yield "a single cell", lambda: candidate(1, 1, device=device)
    yield "no rows", lambda: candidate(0, 3, device=device)
    yield "the device that is asked for", lambda: str(candidate(4, 5, device="meta").device)

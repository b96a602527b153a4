"""What both experiments share. Relative imports alone: the toy course is copied under other names."""

from __future__ import annotations

from torch import Tensor

from autograder.engine.draw import Draw


def vector(draw: Draw) -> Tensor:
    """Shape (4,)."""
    return draw.normal(4)

"""What `combine_masks` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.attention._shared import right_padded


@exercise(points=2)
def combine_masks(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Padding and the future, hidden by one mask."""
    real = draw.mask(2, 9)
    yield "padding only", lambda: candidate(real, 4)
    yield "padding and the future", lambda: candidate(draw.mask(2, 5), 5, causal=True)
    yield "the future only", lambda: candidate(torch.ones_like(real), 9, causal=True)
    yield "fewer queries than keys", lambda: candidate(draw.mask(3, 9), 4, causal=True)
    yield "one query", lambda: candidate(draw.mask(3, 9), 1, causal=True)
    yield "padding on the left", lambda: candidate(_left_padded(draw, 3, 6), 6, causal=True)
    yield "no batch", lambda: candidate(draw.mask(6), 4, causal=True)
    yield "a tokenizer's 0 and 1", lambda: candidate(draw.mask(2, 7).long(), 7, causal=True)
    yield "a tokenizer's 0 and 1, padding only", lambda: candidate(draw.mask(2, 7).long(), 3)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.mask(2, 5), 5, causal=True)


def _left_padded(draw: Draw, batch: int, length: int) -> Tensor:
    return right_padded(draw, batch, length).flip(-1)

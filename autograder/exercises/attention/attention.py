"""What `attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import READY_MADE, large, triple, triple_of_heads, with_an_empty_row


@exercise(points=3, without=READY_MADE)
def attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Scaled dot-product attention, with and without a mask."""
    yield "a batch", lambda: candidate(*triple(draw))
    yield "a batch of one", lambda: candidate(draw.normal(1, 4, 8), draw.normal(1, 6, 8), draw.normal(1, 6, 7))
    yield "no batch", lambda: candidate(draw.normal(4, 7), draw.normal(6, 7), draw.normal(6, 3))
    yield "two leading dimensions", lambda: candidate(*triple_of_heads(draw))
    yield "float64", lambda: candidate(*triple(draw, torch.float64))
    yield "bfloat16", lambda: candidate(*triple(draw, torch.bfloat16))
    yield "scores of several hundred", lambda: candidate(*large(draw, 4, 7), draw.normal(7, 3))
    yield "masked", lambda: candidate(*triple(draw), draw.mask(2, 3, 5))
    yield "one mask for the whole batch", lambda: candidate(*triple(draw), draw.mask(3, 5))
    yield "a query that may look at nothing", lambda: candidate(*triple(draw), with_an_empty_row(draw, 2, 3, 5))
    yield "gradients, masked", lambda: gradients(candidate, *triple(draw), mask=with_an_empty_row(draw, 2, 3, 5))
    yield "not contiguous", lambda: candidate(*_not_contiguous(draw))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *triple(draw), draw.mask(3, 5))


def _not_contiguous(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 8, 3).mT, draw.normal(5, 2, 8).transpose(0, 1), draw.normal(2, 5, 12)[..., ::2]

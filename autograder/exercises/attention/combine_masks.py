"""What `combine_masks` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.attention._shared import right_padded

BOTH = Idea("real, and not in the future", weight=2, point=True)
LAST = Idea("the queries stand at the last positions", weight=1.5)
PADDING = Idea("padding alone", weight=1.5)


@exercise(points=2)
def combine_masks(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Padding and the future, hidden by one mask."""
    batch, heads, fewer, keys = draw.sizes(4, 2, 9)
    fewer, keys = sorted([fewer, keys])
    yield "padding only, no batch", lambda: candidate(draw.mask(keys), fewer), PADDING
    yield "padding only", lambda: candidate(draw.mask(batch, keys), fewer), PADDING
    yield "the future only", lambda: candidate(torch.ones(batch, keys, device=draw.device).bool(), keys, True), BOTH
    yield "no batch", lambda: candidate(draw.mask(keys), keys, causal=True), BOTH
    yield "padding and the future", lambda: candidate(draw.mask(batch, keys), keys, causal=True), BOTH
    yield "padding on the left", lambda: candidate(_left_padded(draw, batch, keys), keys, causal=True), BOTH
    yield "two leading dimensions", lambda: candidate(draw.mask(batch, heads, keys), keys, causal=True), BOTH
    yield (
        "all of it is padding",
        lambda: candidate(~torch.ones(batch, keys, device=draw.device).bool(), keys, True),
        BOTH,
    )
    yield "one query", lambda: candidate(draw.mask(batch, keys), 1, causal=True), LAST
    yield "fewer queries than keys, no batch", lambda: candidate(draw.mask(keys), fewer, causal=True), LAST
    yield "fewer queries than keys", lambda: candidate(draw.mask(batch, keys), fewer, causal=True), LAST
    whole = [draw.mask(batch, keys).to(dtype) for dtype in draw.shuffled([torch.int64, torch.int32, torch.uint8])]
    yield "a tokenizer's 0 and 1", lambda: [candidate(real, fewer, causal=True) for real in whole]
    yield "a tokenizer's 0 and 1, padding only", lambda: [candidate(real, fewer) for real in whole]
    yield "called by names", lambda: candidate(causal=True, queries=fewer, real=draw.mask(batch, keys))
    yield "the input is left alone", lambda: with_arguments(candidate, draw.mask(batch, keys), keys, causal=True)
    yield "the docstring's example", lambda: _example(candidate, draw.mask(5).long())


def _left_padded(draw: Draw, batch: int, length: int) -> Tensor:
    return right_padded(draw, batch, length).flip(-1)


def _example(candidate: Any, drawn: Tensor) -> list[Tensor]:
    """The docstring's, and another sentence."""
    real = torch.tensor([1, 1, 0], device=drawn.device)
    return [candidate(real, 2, causal=True), candidate(drawn, 2, causal=True)]

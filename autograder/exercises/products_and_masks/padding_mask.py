"""What `padding_mask` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

PLACES = Idea("True for the first places, as many as the length says", weight=2, point=True)
BESIDE = Idea("beside the lengths")
LEADING = Idea("any leading dimensions", weight=1.5)


@exercise(points=1, without=[torch.nn.utils.rnn.pad_sequence])
def padding_mask(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Which places of padded rows are real."""
    batch, other, size = draw.sizes(3, 6, 20)
    yield "a batch", lambda: candidate(draw.integers(batch, low=1, high=size), size), PLACES
    yield "nobody fills the row", lambda: candidate(draw.integers(batch, low=1, high=size - 1), size + 3), PLACES
    yield "a batch of one", lambda: candidate(draw.integers(1, low=1, high=60), 60), PLACES
    yield "as many rows as places", lambda: candidate(draw.integers(size, low=1, high=size), size), PLACES
    yield "lengths of 0, and full rows", lambda: candidate(_ends(draw, size), size), PLACES
    yield "lengths beyond the size", lambda: candidate(draw.integers(batch, low=1, high=3 * size), size)
    yield "two leading dimensions", lambda: candidate(draw.integers(batch, other, low=0, high=size), size), LEADING
    square = other, other
    yield "as many of each", lambda: candidate(draw.integers(*square, low=0, high=other), other), LEADING
    yield "a single length without dimensions", lambda: candidate(draw.integers(low=1, high=60), 60), LEADING
    sizes = draw.sizes(2, 3, 90)
    yield "no rows", lambda: candidate(draw.integers(0, high=size), sizes[0])
    yield "no places", lambda: candidate(draw.integers(sizes[1], high=size), 0)
    yield "lengths of 8, 16 and 32 bits", lambda: _narrow(candidate, draw)
    yield "a transposed table of lengths", lambda: candidate(draw.integers(batch, other, high=size).T, size)
    yield "where it is made", lambda: _where_made(candidate, *draw.sizes(2, 3, 60)), BESIDE
    yield "called by names", lambda: candidate(size=size, lengths=draw.integers(other, high=size))
    yield "the lengths are left alone", lambda: with_arguments(candidate, draw.integers(batch, high=size), size)
    yield "the docstring's example", lambda: _example(candidate, draw, size)


def _ends(draw: Draw, size: int) -> Tensor:
    return torch.tensor(draw.shuffled([0, size, draw.integer(1, size), size - 1]), device=draw.device)


def _narrow(candidate: Any, draw: Draw) -> list[Any]:
    """Rows longer than a length of 8 bits can say."""
    kinds = draw.shuffled([torch.uint8, torch.int16, torch.int32])
    return [candidate(draw.integers(2, low=90, high=127).to(kind), 260) for kind in kinds]


def _where_made(candidate: Any, batch: int, size: int) -> str:
    """In words; on "meta" a tensor has no numbers."""
    made = candidate(torch.empty(batch, dtype=torch.int64, device="meta"), size)
    return f"{list(made.shape)}, {made.dtype}, on {made.device.type}"


def _example(candidate: Any, draw: Draw, size: int) -> list[Any]:
    """The docstring's, and other lengths."""
    return [candidate(torch.tensor([1, 3], device=draw.device), 4), candidate(draw.integers(2, high=size), size)]

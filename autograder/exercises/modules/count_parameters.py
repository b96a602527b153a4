"""What `count_parameters` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.modules._shared import Reader, tied_reader


@exercise(points=1)
def count_parameters(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How many numbers each part of a model learns, shared ones once."""
    words, width, size = draw.integer(11, 99), draw.integer(3, 9), draw.integer(100, 999)

    def tied() -> Reader:
        return tied_reader(words, width)

    def frozen() -> Reader:
        model = tied()
        model.body[0].requires_grad_(False)
        model.scale.requires_grad_(False)
        return model

    def backwards() -> nn.Module:
        """The decoder comes first, so the table counts there."""
        model = tied()
        return nn.ModuleDict({"decoder": model.decoder, "rest": nn.ModuleList([model.embedding, model.body])})

    def within() -> nn.Module:
        """The same layer three times in a row, and a weight shared inside one part."""
        layer = nn.Linear(width, width)
        return nn.ModuleDict({"thrice": nn.Sequential(layer, layer, layer), "tied": tied()})

    empty = nn.Sequential(nn.Tanh(), nn.Flatten())
    yield "nothing shared", lambda: candidate(Reader(words, width))
    yield "a tied decoder", lambda: candidate(tied())
    yield "tied, in another order", lambda: candidate(backwards())
    yield "tied inside a part", lambda: candidate(within())
    yield "some are frozen: all", lambda: candidate(frozen())
    yield "some are frozen: those that learn", lambda: candidate(frozen(), trainable=True)
    yield "one layer by itself, and nothing to learn", lambda: [candidate(nn.Linear(words, 3)), candidate(empty)]
    yield "on the meta device", lambda: candidate(nn.Sequential(nn.Linear(100 * size, 40_000, device="meta")))

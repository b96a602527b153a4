"""What `count_parameters` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.modules._shared import Reader, tied_reader

PARTS = Idea("each part's numbers", weight=2)
ONCE = Idea("a shared parameter counts once, for the part that comes first", weight=2, point=True)
LEARNS = Idea("what is frozen counts where it is asked for", weight=1.5)


class _Bench:
    """Models of drawn sizes, with parts of drawn names."""

    def __init__(self, draw: Draw) -> None:
        self.words, self.width, self.large = draw.integer(11, 99), draw.integer(3, 9), draw.integer(100, 999)
        self.names = draw.shuffled(["thrice", "tied", "stem", "rest"])

    def tied(self) -> Reader:
        return tied_reader(self.words, self.width)

    def frozen(self) -> Reader:
        """A part of a part, the model's own, and all of a part."""
        model = self.tied()
        model.body[0].requires_grad_(False)
        model.scale.requires_grad_(False)
        model.tail = nn.Linear(self.width, self.words).requires_grad_(False)
        return model

    def backwards(self) -> nn.Module:
        """The decoder comes first, so the table counts there."""
        model = self.tied()
        return nn.ModuleDict({self.names[0]: model.decoder, "rest": nn.ModuleList([model.embedding, model.body])})

    def within(self) -> nn.Module:
        """The same layer three times in a row, and a weight shared inside one part."""
        layer = nn.Linear(self.width, self.width)
        return nn.ModuleDict({self.names[1]: nn.Sequential(layer, layer, layer), self.names[2]: self.tied()})

    def own_shared(self) -> nn.Module:
        """The model's own parameter lies in a part, too."""
        model = self.tied()
        model.norm = nn.LayerNorm(self.width)
        model.norm.weight = model.scale
        return model

    def alike(self) -> nn.Module:
        """Equal shapes and equal values are not shared."""
        return nn.ModuleDict({name: nn.LayerNorm(self.width) for name in self.names})

    def names_alike(self) -> nn.Module:
        """One part's name begins like another's, and so does that of the model's own parameter."""
        model: nn.Module = nn.ModuleDict({f"{self.names[0]}{end}": nn.Linear(self.width, 2) for end in ("", "s", "0")})
        model.register_parameter(f"{self.names[0]}_scale", nn.Parameter(torch.ones(self.words)))
        return model


@exercise(points=1)
def count_parameters(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How many numbers the parameters of each part hold, shared ones once."""
    bench = _Bench(draw)
    yield "nothing shared", lambda: candidate(Reader(bench.words, bench.width)), PARTS
    yield "one layer by itself", lambda: candidate(nn.Linear(bench.words, bench.width)), PARTS
    yield "parts with nothing to learn", lambda: _nothing(candidate, bench), PARTS
    yield "equal is not shared", lambda: candidate(bench.alike()), PARTS
    yield "names that begin alike", lambda: candidate(bench.names_alike()), PARTS
    yield "a tied decoder", lambda: candidate(bench.tied()), ONCE
    yield "tied, in another order", lambda: candidate(bench.backwards()), ONCE
    yield "tied inside a part", lambda: candidate(bench.within()), ONCE
    yield "the model's own, tied to a part", lambda: candidate(bench.own_shared()), ONCE
    yield "some are frozen: all", lambda: candidate(bench.frozen()), LEARNS
    yield "some are frozen: those that learn", lambda: candidate(bench.frozen(), trainable=True), LEARNS
    yield "the model is as before", lambda: _left(candidate, bench.frozen())
    yield "on the meta device", lambda: candidate(nn.Sequential(nn.Linear(100 * bench.large, 40_000, device="meta")))
    yield "the docstring's example", _example(candidate, bench)


def _nothing(candidate: Any, bench: _Bench) -> list[Any]:
    """Modules without parameters, a batch norm without its affine part, and nothing at all."""
    parts = nn.Sequential(nn.Tanh(), nn.BatchNorm1d(bench.width, affine=False), nn.Linear(bench.width, bench.words))
    return [candidate(parts), candidate(nn.Sequential(nn.Tanh(), nn.Flatten()))]


def _left(candidate: Any, model: nn.Module) -> dict[str, Any]:
    counts = candidate(model, trainable=True)
    frozen = sorted(name for name, value in model.named_parameters() if not value.requires_grad)
    return {"counts": counts, "frozen": frozen}


def _example(candidate: Any, bench: _Bench) -> Callable[[], list[Any]]:
    models = [(3, 2), (bench.width, bench.words)]
    return lambda: [candidate(nn.Sequential(nn.Linear(*sizes), nn.Tanh(), nn.Linear(2, 1))) for sizes in models]

"""What `record_shapes` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._shared import (
    Ordered,
    Pair,
    breaks,
    error_of,
    mixed_modes,
    modes,
    named,
    nested,
    others_on,
    reader,
    small,
    twice,
    visit,
)

SHAPES = Idea("the name and the shape of each call of a leaf, in the order of running", weight=2, point=True)
ODD = Idea("leaves of all kinds")
VISITOR = Idea("a visitor leaves the model as it was")
ERROR = Idea("nothing is left behind by an error", weight=0.7)


class Scored(nn.Module):
    """Ids through a table, and a loss: a leaf that takes two inputs and gives a single number."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.names = draw.shuffled(("table", "words", "score", "loss"))[:2]
        self.add_module(self.names[0], nn.Embedding(9, draw.integer(2, 7)))
        self.add_module(self.names[1], nn.MSELoss())

    def forward(self, ids: Tensor, others: Tensor) -> Tensor:
        table, loss = (getattr(self, name) for name in self.names)
        return loss(table(ids), table(others))


class Splits(nn.Module):
    """Gives both parts of each row, of different widths, by name."""

    def forward(self, x: Tensor) -> Pair:
        return Pair(x[..., :3], x[..., 3:])


class Longer(nn.Module):
    """Takes the second of two parts."""

    def forward(self, halves: Pair) -> Tensor:
        return halves.second.tanh()


class Reshaped(Ordered):
    """Gives what its first part has given another shape, in place, before the next one gets it."""

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.order
        x = getattr(self, first)(x)
        x.unsqueeze_(0)
        for name in others:
            x = getattr(self, name)(x)
        return x


@exercise(points=1)
def record_shapes(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The shape that each layer gives, in the order of running."""
    rows, more, steps = draw.sizes(3, 2, 9)

    def lines(model: nn.Module, *inputs: Tensor) -> Any:
        result = candidate(model, *inputs)
        return [f"{name!r}: {tuple(shape)}" for name, shape in result] if isinstance(result, list) else result

    def shown(model: nn.Module, *inputs: Tensor) -> dict[str, Any]:
        return visit(model, lambda: {"lines": lines(model, *inputs)})

    yield "a small network", lambda: shown(small(draw), draw.normal(rows, 4)), SHAPES
    yield "the docstring's example", lambda: _example(lines, draw), SHAPES

    def without_a_batch() -> list[Any]:
        model, one, none = small(draw), draw.normal(1, 4), draw.normal(4)
        return [shown(model, one), shown(model, none)]

    yield "one row, and no batch at all", without_a_batch, SHAPES
    yield "modules within modules", lambda: shown(nested(draw), draw.normal(rows, 5)), SHAPES
    yield "a layer used twice", lambda: shown(twice(draw), draw.normal(more, 4)), SHAPES
    yield "a shape that the model changes in place afterwards", lambda: _reshaped(shown, draw), SHAPES
    yield "a layer that returns a tuple", lambda: shown(reader(draw), draw.normal(rows, steps, 3)), ODD
    yield "a layer that returns a named tuple", lambda: _by_name(shown, draw), ODD

    def single() -> list[Any]:
        layer, x, y = nn.Linear(4, draw.integer(2, 9)).to(draw.device), draw.normal(rows, 4), draw.normal(more)
        return [shown(layer, x), shown(nn.Tanh(), y)]

    def scored() -> dict[str, Any]:
        ids, others = draw.integers(2, rows, steps, high=9)
        return shown(draw.fill_(Scored(draw)), ids, others)

    yield "a model that is a leaf itself", single, ODD
    yield "ids, two inputs, and a number at the end", scored, ODD
    yield "the model runs once, in the mode it is in", lambda: _runs_once(lines, draw), VISITOR
    yield "two calls leave the model as it was", lambda: _again(shown, draw), VISITOR
    yield "other people's hooks fire and stay", lambda: _others(shown, draw), VISITOR
    yield "nothing is left behind by an error", lambda: _error(shown, draw), ERROR


def _example(lines: Any, draw: Draw) -> dict[str, Any]:
    wide = draw.integer(2, 20)
    return {
        "as it stands there": lines(nn.Sequential(nn.Linear(4, 6), nn.Tanh()), torch.zeros(2, 4)),
        "with another width": lines(nn.Sequential(nn.Linear(4, wide), nn.Tanh()), torch.zeros(3, 4)),
    }


def _reshaped(shown: Any, draw: Draw) -> dict[str, Any]:
    parts = named(draw, nn.Linear(4, draw.integer(2, 9)), nn.Tanh())
    return shown(draw.fill_(Reshaped(parts)), draw.normal(draw.integer(2, 9), 4))


def _by_name(shown: Any, draw: Draw) -> dict[str, Any]:
    model = Ordered(named(draw, nn.Tanh(), Splits(), Longer()))
    return shown(model, draw.normal(draw.integer(2, 9), 3 + draw.integer(4, 9)))


def _runs_once(lines: Any, draw: Draw) -> dict[str, Any]:
    """In training mode batch norm counts its calls and moves its mean; in evaluation mode it does neither."""
    width = draw.integer(2, 7)
    found: dict[str, Any] = {}
    for mode in ("training", "evaluation"):
        model = draw.fill_(Ordered(named(draw, nn.Linear(3, width), nn.BatchNorm1d(width)))).train(mode == "training")
        lines_of = lines(model, draw.normal(4, 3))
        found[mode] = {"lines": lines_of, **{name.split(".")[-1]: item for name, item in model.named_buffers()}}
    return found


def _again(shown: Any, draw: Draw) -> dict[str, Any]:
    model, inputs = mixed_modes(draw, small(draw)), [draw.normal(rows, 4) for rows in draw.sizes(2, 2, 9)]
    return {"two calls": [shown(model, x) for x in inputs], "training": modes(model)}


def _others(shown: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    fired = others_on(model)
    found = shown(model, x)
    model(x)
    return {**found, "fired": fired}


def _error(shown: Any, draw: Draw) -> dict[str, Any]:
    """The model raises; once mended it shows what the first call has left."""
    model, x = mixed_modes(draw, breaks(draw)), draw.normal(draw.integer(2, 9), 4)
    error = error_of(lambda: shown(model, x))
    model.broken = False
    return {"the error that comes through": error, "the next call": shown(model, x), "training": modes(model)}

"""What `output_of` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.hooks._shared import (
    Ordered,
    breaks,
    error_of,
    mixed_modes,
    modes,
    named,
    nested,
    others_on,
    part_names,
    small,
    twice,
    visit,
)

GIVES = Idea("what the module of that name gives on the way through the model", weight=2, point=True)
COPY = Idea("a copy without graph", weight=1.5)
VISITOR = Idea("the model runs once, as it is, and no hook is left", weight=1.5)
DTYPES = (torch.float64, torch.bfloat16, torch.int64, torch.bool)


class Both(nn.Module):
    """Two inputs, a layer each."""

    def __init__(self, names: list[str], width: int) -> None:
        super().__init__()
        self.names = names
        for name in names:
            self.add_module(name, nn.Linear(4, width))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        one, other = (getattr(self, name) for name in self.names)
        return one(x) * other(y)


@exercise(points=1)
def output_of(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What one module gives while a model runs."""
    rows, more = draw.sizes(2, 2, 9)

    def seen(model: nn.Module, name: str, *inputs: Tensor) -> dict[str, Any]:
        return visit(model, lambda: {"output": candidate(model, name, *inputs)})

    def each() -> list[Any]:
        model, x = small(draw), draw.normal(rows, 4)
        return [seen(model, name, x) for name in draw.shuffled(part_names(model))]

    def dots() -> list[Any]:
        model, x = nested(draw), draw.normal(rows, 5)
        inside = [name for name, _ in model.named_modules() if name.count(".") >= 1]
        return [seen(model, name, x) for name in draw.shuffled(inside)[:3]]

    def shared_layer() -> dict[str, Any]:
        model = twice(draw)
        return seen(model, part_names(model)[0], draw.normal(more, 4))

    def itself() -> list[Any]:
        return [seen(nested(draw), "", draw.normal(rows, 5)), seen(nn.Tanh(), "", draw.normal(more))]

    def two_inputs() -> list[Any]:
        model = draw.fill_(Both(draw.shuffled(("lens", "gate")), draw.integer(2, 7)))
        inputs = [draw.normal(rows, 4) for _ in range(2)]
        return [seen(model, name, *inputs) for name in draw.shuffled(part_names(model))]

    yield "each layer of a small network", each, GIVES
    yield "names with dots", dots, GIVES
    yield "a layer used twice: the last call", shared_layer, GIVES
    yield "the empty name: the model itself", itself, GIVES
    yield "two inputs", two_inputs, GIVES
    yield "the docstring's example", lambda: _example(candidate, draw), GIVES
    yield "an in-place ReLU comes next", lambda: _overwritten(seen, draw), COPY
    yield "the graph is not held", lambda: _without_graph(candidate, draw), COPY
    yield "the dtype is that of the output", lambda: _dtypes(seen, draw), COPY
    yield "the model runs once, in the mode it is in", lambda: _runs_once(seen, draw), VISITOR
    yield "two calls leave the model as it was", lambda: _again(seen, draw), VISITOR
    yield "other people's hooks fire and stay", lambda: _others(seen, draw), VISITOR
    yield "nothing is left behind by an error", lambda: _error(seen, draw), VISITOR
    yield "a name that the model has not", lambda: _unknown(seen, draw), VISITOR


def _overwritten(seen: Any, draw: Draw) -> list[Any]:
    """ReLU writes zeros over what is negative, a leaky one what tells more."""
    width, x = draw.integer(4, 9), draw.normal(3, 4)
    kinds = draw.shuffled([nn.ReLU(inplace=True), nn.LeakyReLU(0.3, inplace=True)])
    chains = [named(draw, nn.Linear(4, width), kind, nn.Linear(width, 3)) for kind in kinds]
    models = [draw.fill_(Ordered(parts)) for parts in chains]
    return [seen(model, next(iter(parts)), x) for model, parts in zip(models, chains, strict=True)]


def _without_graph(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4).requires_grad_()
    value = candidate(model, draw.choice(part_names(model)), x)
    if value.requires_grad:
        value.square().sum().backward()
    return {"value": value, "gradient of the input through it": x.grad}


def _example(candidate: Any, draw: Draw) -> list[Any]:
    x = torch.tensor([1.0, -2.0], device=draw.device)
    model = nn.Sequential(nn.ReLU(), nn.Softmax(dim=0))
    return [candidate(model, "0", x), candidate(model, "0", draw.normal(3))]


def _dtypes(seen: Any, draw: Draw) -> list[Any]:
    """What goes in comes out: each input's dtype is that of a layer's output."""
    inputs = [draw.normal(draw.integer(2, 7)).to(dtype) for dtype in draw.shuffled(DTYPES)]
    name = draw.choice(("stem", "gate", "lens"))
    return [seen(Ordered({name: nn.Identity()}), name, x) for x in inputs]


def _runs_once(seen: Any, draw: Draw) -> dict[str, Any]:
    """In training mode batch norm counts its calls and moves its mean; in evaluation mode it does neither."""
    width = draw.integer(2, 7)
    found: dict[str, Any] = {}
    for mode in ("training", "evaluation"):
        model = draw.fill_(Ordered(named(draw, nn.Linear(3, width), nn.BatchNorm1d(width)))).train(mode == "training")
        shown = seen(model, draw.choice(part_names(model)), draw.normal(4, 3))
        found[mode] = {**shown, **{name.split(".")[-1]: item for name, item in model.named_buffers()}}
    return found


def _again(seen: Any, draw: Draw) -> dict[str, Any]:
    model, inputs = mixed_modes(draw, small(draw)), [draw.normal(rows, 4) for rows in draw.sizes(2, 2, 9)]
    name = draw.choice(part_names(model))
    return {"two calls": [seen(model, name, x) for x in inputs], "training": modes(model)}


def _others(seen: Any, draw: Draw) -> dict[str, Any]:
    model, x = small(draw), draw.normal(2, 4)
    fired = others_on(model)
    found = seen(model, draw.choice(part_names(model)), x)
    model(x)
    return {**found, "fired": fired}


def _error(seen: Any, draw: Draw) -> dict[str, Any]:
    """The model raises; once mended it shows what the first call has left."""
    model, x = breaks(draw), draw.normal(draw.integer(2, 9), 4)
    name = draw.choice(part_names(model))
    error = error_of(lambda: visit(model, lambda: seen(model, name, x)))
    model.broken = False
    return {"the error that comes through": error, "the next call": seen(model, name, x)}


def _unknown(seen: Any, draw: Draw) -> dict[str, Any]:
    """A wrong name, and the right one afterwards."""
    model, x = small(draw), draw.normal(2, 4)
    error = error_of(lambda: seen(model, "typo", x))
    return {"the error that comes through": error, "the right name": seen(model, part_names(model)[0], x)}

"""What `broadcast_parameters` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.ranks.on_ranks import OnRanks
from autograder.exercises.data_parallel._shared import Shown, Tied, start_elsewhere, state_of

SOURCE = Idea("all ranks have the source's parameters", weight=2, point=True)
BUFFERS = Idea("buffers too")
OBJECTS = Idea("the model stays the same object, in all its parts")


def _broadcast(candidate: Any, models: dict[str, tuple[nn.Module, dict[str, Any]]]) -> Shown:
    for name, (model, options) in models.items():
        start_elsewhere(model)
        objects = {key: id(item) for key, item in model.named_parameters(remove_duplicate=False)}
        candidate(model, **options)
        after = dict(model.named_parameters(remove_duplicate=False))
        values = state_of(model)
        yield name, values
        yield (
            f"{name}: objects",
            {
                "values": values,
                "the same parameters": [id(after.get(key)) == before for key, before in objects.items()],
                "learning": [key for key, item in after.items() if item.requires_grad],
                "leaves": [item.is_leaf for item in after.values()],
                "training": model.training,
            },
        )


class Flags(nn.Module):
    """A model without parameters: all that it holds are buffers, of several dtypes."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.register_buffer("ids", draw.integers(3, high=2**40))
        self.register_buffer("table", draw.normal(2, 2, dtype=torch.float64))
        self.register_buffer("single", draw.normal())


def _filled(draw: Draw, model: nn.Module) -> nn.Module:
    """Drawn values in all that it holds: buffers begin with zeros and ones otherwise."""
    draw.fill_(model)
    for item in model.buffers():
        item.copy_(draw.normal(*item.shape) if item.is_floating_point() else draw.integers(*item.shape, high=2**40))
    return model


@exercise(points=1, seconds=30)
def broadcast_parameters(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Every rank starts from one rank's model."""
    frozen, double = Tied(), draw.fill_(nn.Linear(3, 2).double())
    _filled(draw, frozen).get_submodule("body").requires_grad_(False)
    some = draw.choice((1, 2))
    models: dict[str, Any] = {
        "example": (nn.Linear(2, 1).to(draw.device), {}),
        "plain": (draw.fill_(nn.Linear(4, 3)), {}),
        "tied": (_filled(draw, Tied()), {}),
        "other": (_filled(draw, Tied()).eval(), {"source": some}),
        "frozen": (frozen, {"source": 3 - some}),
        "double": (double, {}),
        "flags": (Flags(draw), {"source": 2}),
    }
    with torch.no_grad():
        for item in models["example"][0].parameters():
            item.copy_(draw.normal(*item.shape))
    run = OnRanks(draw, 3, _broadcast, candidate, models)

    def part(name: str, *keys: str) -> dict[str, Any]:
        return {rank: {key: state[key] for key in keys} for rank, state in run.shown(name).items()}

    parameters = ("table.weight", "decoder.weight", "decoder.bias", "body.1.weight")
    yield "a linear layer", lambda: run.shown("plain"), SOURCE
    yield "parameters, two of them tied", lambda: part("tied", *parameters), SOURCE
    yield "another source", lambda: part("other", *parameters), SOURCE
    yield "frozen layers", lambda: part("frozen", "body.0.weight", "body.1.bias", "decoder.bias")
    yield "double precision", lambda: run.shown("double")
    yield "buffers", lambda: part("tied", "body.1.running_mean", "body.1.num_batches_tracked"), BUFFERS
    yield "a buffer that is not saved", lambda: part("other", "clock"), BUFFERS
    yield "a model that has nothing but buffers", lambda: run.shown("flags"), BUFFERS
    yield "the parameters stay the same objects", lambda: run.shown("tied: objects"), OBJECTS
    yield "what learns and the mode stay as they are", lambda: run.shown("frozen: objects", "other: objects"), OBJECTS
    yield "the docstring's example", lambda: run.shown("example")

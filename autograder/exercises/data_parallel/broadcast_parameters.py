"""What `broadcast_parameters` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.data_parallel._shared import OnRanks, Tied, start_elsewhere, state_of


def _broadcast(candidate: Any, models: dict[str, tuple[nn.Module, dict[str, Any]]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, (model, options) in models.items():
        start_elsewhere(model)
        objects = {key: id(item) for key, item in model.named_parameters(remove_duplicate=False)}
        candidate(model, **options)
        after = dict(model.named_parameters(remove_duplicate=False))
        shown[name] = state_of(model)
        shown[f"{name}: objects"] = {
            "the same parameters": [id(after.get(key)) == before for key, before in objects.items()],
            "learning": [item.requires_grad for item in after.values()],
            "leaves": [item.is_leaf for item in after.values()],
            "training": model.training,
        }
    return shown


@exercise(points=1, seconds=30)
def broadcast_parameters(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Every rank starts from one rank's model."""
    frozen, double = draw.fill_(Tied()), draw.fill_(nn.Linear(3, 2).double())
    frozen.body.requires_grad_(False)
    models: dict[str, Any] = {
        "plain": (draw.fill_(nn.Linear(4, 3)), {}),
        "tied": (draw.fill_(Tied()), {}),
        "other": (draw.fill_(Tied()).eval(), {"source": 1}),
        "frozen": (frozen, {"source": 2}),
        "double": (double, {}),
    }
    run = OnRanks(draw, 3, _broadcast, candidate, models)

    def part(name: str, *keys: str) -> list[Any]:
        return [{key: state[key] for key in keys} for state in run.shown(name)]

    yield "a linear layer", lambda: run.shown("plain")
    yield "parameters, two of them tied", lambda: part("tied", "table.weight", "decoder.weight", "body.1.weight")
    yield "buffers", lambda: part("tied", "body.1.running_mean", "body.1.num_batches_tracked")
    yield "a buffer that is not saved", lambda: part("tied", "clock")
    yield "another source", lambda: run.shown("other")
    yield "frozen layers", lambda: part("frozen", "body.0.weight", "body.1.bias", "decoder.bias")
    yield "double precision", lambda: run.shown("double")
    yield "the parameters stay the same objects", lambda: [
        run.shown("tied", "tied: objects"), run.shown("frozen: objects", "other: objects"),
    ]  # fmt: skip

"""What `tie` must show."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import shares_storage
from autograder.exercises.modules._shared import Reader, given, given_all, parameters_of


@exercise(points=2)
def tie(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Makes two names of a model stand for one parameter."""
    words = torch.tensor([[1, 5, 0], [2, 2, 6]], device=draw.device)
    weight = draw.normal(7, 4)

    def reader() -> Reader:
        return given_all(Reader(), draw_of)

    draw_of = {name: draw.normal(*value.shape) / 2 for name, value in Reader().named_parameters()}
    draw_of["embedding.weight"] = weight

    def tied() -> dict[str, Any]:
        model = reader()
        result = candidate(model, "decoder.weight", "embedding.weight")
        one = model.decoder.weight is model.embedding.weight
        return {"returns": result, "one parameter": one, "names": parameters_of(model), "weight": model.decoder.weight}

    def ready() -> Reader:
        model = reader()
        candidate(model, "decoder.weight", "embedding.weight")
        return model

    yield "one parameter under two names", tied
    yield "the output", lambda: ready()(words)
    yield "gradients of both places add up", lambda: _gradients_of(ready(), words)
    yield "two steps of an optimizer", lambda: _two_optimizer_steps(ready(), words)
    yield "both names in the state_dict", lambda: _saved_twice(ready().state_dict())
    yield "still one after .to(float64)", lambda: _still_one(ready().double())
    yield "still one in a deep copy", lambda: _still_one(copy.deepcopy(ready()))
    yield "deep inside", lambda: _tie_deep(candidate, draw)
    yield "the model's own parameter", lambda: _tie_own(candidate, draw)
    yield "shapes that differ", lambda: _refused(candidate, reader(), "body.0.weight", "embedding.weight")
    yield "shapes that would broadcast", lambda: _refused(candidate, reader(), "embedding.weight", "scale")
    yield "a source that is not there", lambda: _refused(candidate, reader(), "decoder.weight", "table.weight")
    yield "a target that is not there", lambda: _refused(candidate, reader(), "decoder.wait", "embedding.weight")


def _gradients_of(model: nn.Module, words: Tensor) -> dict[str, Any]:
    model(words).square().sum().backward()
    return {name: getattr(model, name).weight.grad for name in ("decoder", "embedding")}


def _two_optimizer_steps(model: nn.Module, words: Tensor) -> dict[str, Any]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        model(words).square().mean().backward()
        optimizer.step()
    return {name: getattr(model, name).weight for name in ("decoder", "embedding")}


def _saved_twice(state: dict[str, Tensor]) -> dict[str, Any]:
    return {"names": sorted(state), "one memory": shares_storage(state["decoder.weight"], state["embedding.weight"])}


def _still_one(model: Any) -> dict[str, Any]:
    one, other = model.decoder.weight, model.embedding.weight
    return {"one parameter": one is other, "one memory": shares_storage(one, other), "weight": one}


def _tie_deep(candidate: Any, draw: Draw) -> dict[str, Any]:
    first, second = (given(nn.Linear(3, 3), weight=draw.normal(3, 3)) for _ in range(2))
    model = nn.ModuleDict({"a": nn.Sequential(first), "b": nn.Sequential(nn.Tanh(), second)})
    candidate(model, "b.1.weight", "a.0.weight")
    return {"names": parameters_of(model), "one": first.weight is second.weight, "weight": second.weight}


def _tie_own(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A parameter of the model itself takes the one of a module inside, and the other way round."""
    first, second = draw.normal(4), draw.normal(6)
    one, two = Reader(), Reader()
    one.scale.data, two.scale.data = first.clone(), second.clone()
    one.norm, two.norm = nn.LayerNorm(4, device=draw.device), two.body[1]
    candidate(one, "scale", "norm.weight")
    candidate(two, "norm.weight", "scale")
    return {"own": one.scale is one.norm.weight, "inside": two.scale is two.norm.weight, "value": two.body[1].weight}


def _refused(candidate: Any, model: Any, target: str, source: str) -> dict[str, Any]:
    """The error's name, and the model as it is afterwards."""
    try:
        candidate(model, target, source)
    except NotImplementedError:
        raise
    except Exception as error:
        kind = next((name for name in ("ValueError", "AttributeError") if type(error).__name__ == name), "another")
        return {"raises": kind, "names": parameters_of(model)}
    return {"raises": "nothing", "names": parameters_of(model)}

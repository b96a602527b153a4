"""What `MiniModule` must show."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.modules._shared import parameters_of


def built_on(base: Any) -> tuple[Any, Any, Any]:
    """Three small modules on the student's base class."""

    class Scale(base):
        def __init__(self, weight: Tensor) -> None:
            super().__init__()
            self.rate = 0.5
            self.weight = nn.Parameter(weight.clone())
            self.table = torch.arange(3.0)
            self.listed = [nn.Parameter(torch.zeros(2))]

        def forward(self, x: Tensor, power: int = 1) -> Tensor:
            return x * self.weight**power

    class Gauge(base):
        def __init__(self, offset: Tensor) -> None:
            super().__init__()
            self.register_buffer("offset", offset.clone())
            self.register_buffer("steps", torch.tensor(3, device=offset.device))
            self.register_buffer("recent", offset + 1, persistent=False)
            self.gain = nn.Parameter(offset.clone())

        def forward(self, x: Tensor) -> Tensor:
            return self.gain * (x - self.offset)

    class Net(base):
        def __init__(self, first: Any, second: Any, bias: Tensor) -> None:
            super().__init__()
            self.first = first
            self.second = second
            self.bias = nn.Parameter(bias.clone())

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x)) + self.bias

    return Scale, Gauge, Net


@exercise(points=5, without=[nn.Module])
def MiniModule(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A module that knows its parameters, its buffers and the modules inside it."""
    a, b, c = draw.normal(4), draw.normal(4), draw.normal(4)
    Scale, Gauge, Net = built_on(candidate)

    def net() -> Any:
        return Net(Gauge(a), Net(Scale(b), Gauge(c), a), b)

    def one() -> Any:
        layer = Scale(a)
        return {"names": parameters_of(layer), "weight": layer.weight, "is it": type(layer.weight).__name__}

    def plain() -> Any:
        layer = Scale(a)
        return {"names": parameters_of(layer), "rate": layer.rate, "table": layer.table, "listed": layer.listed}

    def nested() -> Any:
        outer = Net(Net(Scale(a), Scale(b), c), Scale(c), a)
        return [[name, value] for name, value in outer.named_parameters()]

    def shared() -> Any:
        both = Scale(a)
        outer = Net(both, both, b)
        both.again = both.weight
        return {"names": parameters_of(outer), "one object": outer.first.again is outer.second.weight}

    yield "registration: one parameter", one
    yield "registration: what is no parameter stays plain", plain
    yield "registration: modules inside modules", nested
    yield "registration: shared things are listed once", shared
    yield "registration: another value under the same name", lambda: _reassigned(Scale, a, b)
    yield "registration: a name that nothing has", lambda: _ask(Scale(a))
    yield "a call runs forward and learns", lambda: _learns(Scale(a), b)
    yield "buffers: no parameters, and readable", lambda: _buffers(Gauge(a))
    yield "buffers: another tensor under the same name", lambda: _moved_buffer(Gauge(a), b)
    yield "state_dict: names and values", lambda: _saved(net())
    yield "state_dict: a module in two places", lambda: _saved(_twice(Net, Scale(a), b))
    yield "state_dict: it follows the training", lambda: _follows(net())
    yield "to: float64", lambda: _converted(net(), torch.float64)
    yield "to: a device, and back to float32", lambda: _converted(_cpu(net()).to(draw.device), torch.float32)
    yield "to: an optimizer made before still trains", lambda: _trains_on(net(), b)
    yield "train and eval: all levels", lambda: _modes(net())
    yield "a deep copy has tensors of its own", lambda: _deep_copy(net())


def _reassigned(scale: Any, a: Tensor, b: Tensor) -> list[Any]:
    """What is listed after each assignment."""
    layer, seen = scale(a), []

    def note(name: str) -> None:
        seen.append({"names": sorted(parameters_of(layer)), name: getattr(layer, name)})

    layer.weight = nn.Parameter(b)
    note("weight")
    layer.rate = nn.Parameter(a)  # first a number
    note("rate")
    layer.rate = None
    note("rate")
    layer.table = scale(b)  # first a plain tensor
    seen.append({"names": sorted(parameters_of(layer)), "table": layer.table.weight})
    return seen


def _ask(layer: Any) -> Any:
    return {"a name it has": layer.weight, "a name it has not": layer.height}


def _learns(layer: Any, x: Tensor) -> dict[str, Any]:
    result = layer(x, power=2)
    result.sum().backward()
    return {"result": result, "gradient": layer.weight.grad}


def _buffers(gauge: Any) -> dict[str, Any]:
    values = {name: getattr(gauge, name) for name in ("offset", "steps", "recent", "gain")}
    return {"parameters": parameters_of(gauge), **values}


def _moved_buffer(gauge: Any, value: Tensor) -> dict[str, Any]:
    gauge.offset = value
    return {"offset": gauge.offset, "saved": dict(gauge.state_dict()), "parameters": parameters_of(gauge)}


def _twice(net: Any, layer: Any, bias: Tensor) -> Any:
    return net(layer, net(layer, layer, bias), bias)


def _saved(module: Any) -> dict[str, Any]:
    state = module.state_dict()
    return {"state": dict(state), "needs a gradient": sorted(name for name in state if state[name].requires_grad)}


def _follows(module: Any) -> dict[str, Any]:
    state = module.state_dict()
    with torch.no_grad():
        for _, parameter in module.named_parameters():
            parameter.mul_(2)
        module.first.offset.add_(1)
    needs = [parameter.requires_grad for _, parameter in module.named_parameters()]
    return {"state afterwards": dict(state), "the module's own need gradients": needs}


def _cpu(module: Any) -> Any:
    return module.to(torch.device("cpu"))


def _converted(module: Any, dtype: torch.dtype) -> dict[str, Any]:
    module.to(torch.float64)
    result = module.to(dtype)
    inner = module.second.first
    tensors = dict(module.named_parameters())
    buffers = {f"first.{name}": getattr(module.first, name) for name in ("offset", "steps", "recent")}
    deep = {f"second.second.{name}": getattr(module.second.second, name) for name in ("offset", "steps", "recent")}
    return {**tensors, **buffers, **deep, "itself": result is module, "plain": str(inner.table.dtype)}


def _trains_on(module: Any, x: Tensor) -> dict[str, Any]:
    optimizer = torch.optim.SGD([parameter for _, parameter in module.named_parameters()], lr=0.5)
    module.to(torch.float64)
    module(x.double()).square().sum().backward()
    optimizer.step()
    return dict(module.named_parameters())


def _modes(module: Any) -> list[Any]:
    parts = [module, module.first, module.second, module.second.first, module.second.second]

    def modes() -> list[bool]:
        return [part.training for part in parts]

    seen: list[Any] = [modes()]
    for change in (module.eval, module.train, module.second.eval, lambda: module.train(False)):
        result = change()
        seen.append([modes(), result is module or result is module.second])
    return seen


def _deep_copy(module: Any) -> dict[str, Any]:
    twin = copy.deepcopy(module)
    with torch.no_grad():
        twin.second.first.weight.add_(1)
        twin.first.offset.add_(1)
    return {"copy": dict(twin.state_dict()), "original": dict(module.state_dict())}

"""What `MiniModule` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.modules._mini import Foreign, built_on

SHELVES = Idea("what is assigned lies on the shelf of its kind", weight=3, point=True)
ONE_PLACE = Idea("a name lies in one place only", weight=2)
PLAIN = Idea("all else stays a plain attribute", weight=2)


class _Bench:
    """Modules on the candidate's class. All is drawn before it is used for the first time."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.width, self.other = draw.sizes(2, 2, 7)
        self.a, self.b, self.c = (draw.normal(self.width) for _ in range(3))
        self.short, self.numbers = draw.normal(self.other), draw.integers(self.other, high=9)
        self.names = draw.shuffled(["body", "head", "stem", "gate", "left"])
        self.Scale, self.Net = built_on(candidate)
        self.candidate = candidate


@exercise(points=3, without=[nn.Module])
def MiniModule(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A module that knows, by assignment alone, what belongs to it."""
    bench = _Bench(candidate, draw)
    yield "one parameter", lambda: _shelves(bench.Scale(bench.a)), SHELVES
    yield "a call runs forward, and the weight gets its gradient", lambda: _learns(bench), SHELVES
    yield "modules inside modules", lambda: _inside(bench), SHELVES
    yield "a module of another make", lambda: _foreign(bench), SHELVES
    yield "a frozen parameter is one", lambda: _frozen(bench), SHELVES
    yield "a parameter of a class of its own", lambda: _of_its_own_class(bench), SHELVES
    yield "modules without parameters of their own", lambda: _without_parameters(bench), SHELVES
    yield "names that begin with an underscore", lambda: _in_order(bench, [f"_{n}" for n in bench.names[:2]]), SHELVES
    yield "in the order of assignment", lambda: _in_order(bench, bench.names), SHELVES
    yield "the object itself, not a copy", lambda: _same(bench), SHELVES
    yield "what is neither stays plain", lambda: _plain(bench), PLAIN
    yield "a list, a dict and a tensor that needs a gradient", lambda: _containers(bench), PLAIN
    yield "a parameter, a module or None in place of another", lambda: _reassigned(bench), ONE_PLACE
    yield "a plain value in place of what was registered", lambda: _made_plain(bench), ONE_PLACE
    yield "another parameter and another module of the same name", lambda: _exchanged(bench), ONE_PLACE
    yield "a name that nothing has", lambda: _ask(bench)
    yield "two of them", lambda: _two(bench)
    yield "the docstring's example", lambda: _example(bench)


def _shelves(module: Any) -> dict[str, Any]:
    """What lies where, sorted by name."""
    plain = sorted(name for name in vars(module) if not name.startswith("_") and name != "training")
    parameters = dict(sorted(module._parameters.items()))
    return {"parameters": parameters, "modules": sorted(module._modules), "plain": plain}


def _learns(bench: _Bench) -> dict[str, Any]:
    layer = bench.Scale(bench.a)
    result = layer(bench.b, power=2)
    result.sum().backward()
    return {"result": result, "gradient": layer.weight.grad, "in training": layer.training}


def _net(bench: _Bench) -> tuple[Any, Any]:
    """A net of a scale and a net of a scale."""
    one, two, three, *_ = bench.names
    inner = bench.Net({three: bench.Scale(bench.c)}, bench.a)
    return bench.Net({one: bench.Scale(bench.b), two: inner}, bench.b), inner


def _inside(bench: _Bench) -> dict[str, Any]:
    outer, inner = _net(bench)
    return {"outer": _shelves(outer), "inner": _shelves(inner), "result": outer(bench.c)}


def _foreign(bench: _Bench) -> dict[str, Any]:
    net = bench.Net({bench.names[0]: Foreign(gain=bench.a), bench.names[1]: bench.Scale(bench.b)}, bench.b)
    return {**_shelves(net), "result": net(bench.c)}


def _frozen(bench: _Bench) -> Any:
    layer = bench.Scale(bench.a)
    setattr(layer, bench.names[0], nn.Parameter(bench.short.clone(), requires_grad=False))
    return _shelves(layer)


class _Own(nn.Parameter):
    """As libraries make them: for weights that are quantised, or not yet there."""


def _of_its_own_class(bench: _Bench) -> dict[str, Any]:
    layer = bench.Scale(bench.a)
    setattr(layer, bench.names[0], _Own(bench.short.clone()))
    kinds = {name: sorted(getattr(layer, name)) for name in ("_parameters", "_modules")}
    return {**kinds, "plain": sorted(name for name in vars(layer) if name in bench.names)}


def _without_parameters(bench: _Bench) -> dict[str, Any]:
    """An empty one, one of another make, and one that has nothing but a module inside."""
    module, (one, two, three, *_) = bench.candidate(), bench.names
    holder = bench.candidate()
    holder.inside = bench.Scale(bench.a)
    for name, inside in {one: bench.candidate(), two: Foreign(), three: holder}.items():
        setattr(module, name, inside)
    return _shelves(module)


def _in_order(bench: _Bench, names: list[str]) -> dict[str, Any]:
    module = bench.candidate()
    for name in names:
        setattr(module, name, nn.Parameter(bench.a.clone()))
        setattr(module, f"{name}_inside", bench.Scale(bench.b))
    return {"parameters": list(module._parameters), "modules": list(module._modules)}


def _same(bench: _Bench) -> list[str]:
    """The names under which exactly what was assigned is found again, on its shelf and by its name."""
    module, found = bench.candidate(), []
    for name in bench.names:
        parameter, inside = nn.Parameter(bench.a.clone()), bench.Scale(bench.b)
        setattr(module, name, parameter)
        setattr(module, f"{name}_inside", inside)
        if getattr(module, name) is module._parameters[name] is parameter:
            found.append(name)
        if getattr(module, f"{name}_inside") is module._modules[f"{name}_inside"] is inside:
            found.append(f"{name}_inside")
    return found


def _plain(bench: _Bench) -> dict[str, Any]:
    module, values = bench.candidate(), [bench.c, bench.width, None, 0, ""]
    for name, value in zip(bench.names, values, strict=True):
        setattr(module, name, value)
    return {**_shelves(module), "values": [getattr(module, name) for name in bench.names]}


def _containers(bench: _Bench) -> dict[str, Any]:
    module = bench.Scale(bench.a)
    module.leaf = bench.short.clone().requires_grad_()
    module.parts = {bench.names[0]: bench.Scale(bench.b)}
    module.whole = bench.numbers
    values = {name: getattr(module, name) for name in ("listed", "leaf", "whole", "table")}
    return {**_shelves(module), **values, "in the dict": list(module.parts)}


def _reassigned(bench: _Bench) -> list[Any]:
    """What lies where after each assignment."""
    layer, seen = bench.Scale(bench.a), []
    values: dict[str, Callable[[], Any]] = {
        "weight": lambda: bench.Scale(bench.b),  # first a parameter
        "rate": lambda: nn.Parameter(bench.short.clone()),  # first a number
        "table": lambda: bench.Scale(bench.c),  # first a plain tensor
    }
    for name, make in values.items():
        setattr(layer, name, make())
        value = getattr(layer, name)
        seen.append({**_shelves(layer), "value": value if isinstance(value, Tensor) else value.weight})
    layer.rate = None
    layer.weight = nn.Parameter(bench.c.clone())
    return [*seen, {**_shelves(layer), "value": layer.rate, "weight": layer.weight}]


def _made_plain(bench: _Bench) -> list[Any]:
    """A number in place of a module, a tensor in place of a parameter."""
    (net, _), scale = _net(bench), bench.Scale(bench.c)
    setattr(net, bench.names[0], bench.width)
    scale.weight = bench.short
    return [
        {**_shelves(net), "value": getattr(net, bench.names[0])},
        {**_shelves(scale), "value": scale.weight},
    ]


def _exchanged(bench: _Bench) -> dict[str, Any]:
    net, _ = _net(bench)
    net.bias = nn.Parameter(bench.c.clone())
    setattr(net, bench.names[0], bench.Scale(bench.c))
    return {**_shelves(net), "result": net(bench.a)}


def _ask(bench: _Bench) -> dict[str, Any]:
    layer = bench.Scale(bench.a)
    return {name: refusal(AttributeError, getattr, layer, name) for name in ("weight", bench.names[0])}


def _two(bench: _Bench) -> list[Any]:
    """What one of them gets, the other one does not have."""
    one, other = bench.Scale(bench.a), bench.Scale(bench.b)
    one.extra = nn.Parameter(bench.c.clone())
    other.inside = bench.Scale(bench.c)
    return [_shelves(one), _shelves(other)]


def _example(bench: _Bench) -> list[Any]:
    class Scale(bench.candidate):  # type: ignore[name-defined]
        def __init__(self, name: str) -> None:
            super().__init__()
            self.colour = "red"
            setattr(self, name, nn.Parameter(torch.ones(2)))

    return [list(Scale(name)._parameters) for name in ("weight", *bench.names)]

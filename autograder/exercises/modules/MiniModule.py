"""What `MiniModule` must show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.modules._mini import built_on
from autograder.exercises.modules._shared import parameters_of

WHOLE = Idea("all that belongs to the module takes part: parameters, buffers, modules inside", weight=3, point=True)
SHELVES = Idea("a name lies on one shelf, and the value says on which", weight=2)
SAVED = Idea("what is saved, and under which names", weight=1.5)
OBJECTS = Idea("tensors are changed, not exchanged", weight=1.5)

Make = Callable[[], Any]


class _Bench:
    """Modules on the candidate's class. All is drawn before it is used for the first time."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.width, self.other = draw.sizes(2, 2, 7)
        self.a, self.b, self.c = (draw.normal(self.width) for _ in range(3))
        self.short = draw.normal(self.other)
        self.names = draw.shuffled(["body", "head", "stem", "gate", "left"])
        self.order = draw.shuffled(range(6))
        self.device = draw.device
        self.Scale, self.Gauge, self.Net = built_on(candidate)

    def net(self) -> Any:
        """`[0]` a gauge, `[1]` a net of a scale and a gauge."""
        one, two, three, four, _ = self.names
        inner = self.Net({three: self.Scale(self.b), four: self.Gauge(self.c)}, self.a)
        return self.Net({one: self.Gauge(self.a), two: inner}, self.b)

    def parts(self, net: Any) -> list[Any]:
        """The net, its gauge, the net inside, and what lies in that."""
        one, two, three, four, _ = self.names
        inner = getattr(net, two)
        return [net, getattr(net, one), inner, getattr(inner, three), getattr(inner, four)]


@exercise(points=5, without=[nn.Module])
def MiniModule(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A module that knows its parameters, its buffers and the modules inside it."""
    bench = _Bench(candidate, draw)
    yield from _registration(bench, candidate)
    yield from _buffers(bench)
    yield from _state(bench)
    yield from _to(bench)
    yield "train and eval: a call knows the mode", lambda: _calls_in_both(bench), WHOLE
    yield "train and eval: all levels", lambda: _modes(bench), WHOLE
    yield "train and eval: they return the module", lambda: _chained(bench), OBJECTS
    yield "a deep copy has tensors of its own", lambda: _deep_copy(bench), OBJECTS


def _registration(bench: _Bench, candidate: Any) -> Iterator[Step]:
    yield "registration: one parameter", lambda: _one(bench.Scale(bench.a)), WHOLE
    yield "a call runs forward and learns", lambda: _learns(bench.Scale(bench.a), bench.b), WHOLE
    yield "registration: modules inside modules", lambda: _listed(bench.net()), WHOLE
    yield "registration: what is no parameter stays plain", lambda: _plain(bench), SHELVES
    yield "registration: a frozen parameter is one", lambda: _frozen(bench), SHELVES
    yield "registration: shared things are listed once", lambda: _shared(bench), SHELVES
    yield "registration: equal is not shared", lambda: _equal(bench), SHELVES
    yield "registration: a parameter, a module or None in place of another", lambda: _reassigned(bench), SHELVES
    yield "registration: plain values in place of what was registered", lambda: _made_plain(bench), SHELVES
    yield "registration: a name that nothing has", lambda: _ask(bench), SHELVES
    yield "the docstring's example", lambda: _example(bench, candidate), SHELVES


def _buffers(bench: _Bench) -> Iterator[Step]:
    yield "buffers: no parameters, and readable", lambda: _readable(bench.Gauge(bench.a)), WHOLE
    yield "buffers: another tensor under the same name", lambda: _replaced(bench), SHELVES
    yield "buffers: registered anew, saved or not", lambda: _anew(bench), SAVED


def _state(bench: _Bench) -> Iterator[Step]:
    yield "state_dict: names and values", lambda: _saved(bench.net()), WHOLE
    yield "state_dict: a module in two places", lambda: _saved(_twice(bench)), SAVED
    yield "state_dict: a parameter under two names", lambda: _saved(_two_names(bench)), SAVED
    yield "state_dict: it follows the training", lambda: _follows(bench), SAVED


def _to(bench: _Bench) -> Iterator[Step]:
    device = bench.device
    yield "to: float64", lambda: _converted(bench, torch.float64), WHOLE
    yield "to: half precision, and back", lambda: _converted(bench, torch.bfloat16, torch.float32), OBJECTS
    yield "to: a device", lambda: _converted(bench, torch.device("cpu"), device), OBJECTS
    yield "to: an optimizer made before still trains", lambda: _trains_on(bench), OBJECTS


def _one(layer: Any) -> dict[str, Any]:
    return {"names": parameters_of(layer), "weight": layer.weight, "is it": type(layer.weight).__name__}


def _listed(module: Any) -> list[Any]:
    return [[name, value] for name, value in module.named_parameters()]


def _plain(bench: _Bench) -> dict[str, Any]:
    layer = bench.Scale(bench.a)
    layer.leaf = bench.short.clone().requires_grad_()
    setattr(layer, bench.names[0], bench.c)
    values = {name: getattr(layer, name) for name in ("rate", "table", "listed", "leaf", bench.names[0])}
    return {"parameters": _listed(layer), "saved": dict(layer.state_dict()), **values}


def _frozen(bench: _Bench) -> Any:
    layer = bench.Scale(bench.a)
    setattr(layer, bench.names[0], nn.Parameter(bench.short.clone(), requires_grad=False))
    return _listed(layer)


def _shared(bench: _Bench) -> dict[str, Any]:
    """One layer in two places, one of its parameters under two names, another one at the top, too."""
    layer, deep = bench.Scale(bench.a), bench.Scale(bench.c)
    layer.again = layer.weight
    outer = bench.Net({bench.names[0]: layer, bench.names[1]: bench.Net({"in": layer, "deep": deep}, bench.b)}, bench.c)
    outer.top = deep.weight
    return {"parameters": _listed(outer), "asked once more": parameters_of(outer)}


def _equal(bench: _Bench) -> Any:
    return _listed(bench.Net({name: bench.Scale(bench.a) for name in bench.names[:2]}, bench.a))


def _reassigned(bench: _Bench) -> list[Any]:
    """What is listed after each assignment."""
    layer, seen = bench.Scale(bench.a), []
    values = {
        "weight": lambda: nn.Parameter(bench.b),
        "rate": lambda: nn.Parameter(bench.short),  # first a number
        "table": lambda: bench.Scale(bench.c),  # first a plain tensor
    }
    for name, make in values.items():
        setattr(layer, name, make())
        value = getattr(layer, name)
        seen.append({"listed": sorted(parameters_of(layer)), "value": value.weight if name == "table" else value})
    layer.rate = None
    return [*seen, {"listed": sorted(parameters_of(layer)), "value": layer.rate}]


def _made_plain(bench: _Bench) -> list[Any]:
    """A tensor in place of a parameter, a number in place of a module."""
    net, scale = bench.Net({name: bench.Scale(bench.a) for name in bench.names[:2]}, bench.b), bench.Scale(bench.c)
    setattr(net, bench.names[0], bench.width)
    scale.weight = bench.short
    return [
        {"value": getattr(net, bench.names[0]), "listed": _listed(net), "saved": sorted(net.state_dict())},
        {"value": scale.weight, "listed": _listed(scale), "saved": sorted(scale.state_dict())},
    ]


def _ask(bench: _Bench) -> dict[str, Any]:
    layer = bench.Scale(bench.a)
    return {name: refusal(AttributeError, getattr, layer, name) for name in ("weight", bench.names[0])}


def _example(bench: _Bench, candidate: Any) -> dict[str, Any]:
    class Scale(candidate):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2))

    more = Scale()
    for name in bench.names:
        setattr(more, name, nn.Parameter(torch.ones(2)))
    return {"the example": parameters_of(Scale()), "more of them": parameters_of(more)}


def _learns(layer: Any, x: Tensor) -> dict[str, Any]:
    result = layer(x, power=2)
    result.sum().backward()
    return {"result": result, "gradient": layer.weight.grad}


def _readable(gauge: Any) -> dict[str, Any]:
    values = {name: getattr(gauge, name) for name in ("offset", "steps", "recent", "gain")}
    return {"parameters": _listed(gauge), **values}


def _replaced(bench: _Bench) -> dict[str, Any]:
    """A saved buffer and one that is not saved get another value; then a call."""
    gauge = bench.Gauge(bench.a)
    gauge.offset, gauge.recent = bench.b.clone(), bench.c.clone()
    found = {"offset": gauge.offset, "recent": gauge.recent, "saved": dict(gauge.state_dict())}
    return {**found, "parameters": parameters_of(gauge), "a call": gauge(bench.b)}


def _anew(bench: _Bench) -> list[Any]:
    gauge, seen = bench.Gauge(bench.a), []
    for name, value, persistent in (
        ("recent", bench.b, True), ("offset", bench.c, False), ("recent", bench.a, False), ("offset", bench.b, True),
    ):  # fmt: skip
        gauge.register_buffer(name, value, persistent=persistent)
        seen.append({"saved": dict(gauge.state_dict()), "value": getattr(gauge, name)})
    return seen


def _twice(bench: _Bench) -> Any:
    layer, gauge = bench.Scale(bench.a), bench.Gauge(bench.c)
    inner = bench.Net({"layer": layer, "gauge": gauge}, bench.b)
    return bench.Net({bench.names[0]: layer, bench.names[1]: gauge, bench.names[2]: inner}, bench.b)


def _two_names(bench: _Bench) -> Any:
    layer = bench.Scale(bench.a)
    setattr(layer, bench.names[0], layer.weight)
    return layer


def _saved(module: Any) -> dict[str, Any]:
    state = module.state_dict()
    return {"state": dict(state), "needs a gradient": sorted(name for name in state if state[name].requires_grad)}


def _follows(bench: _Bench) -> dict[str, Any]:
    module = bench.net()
    state = module.state_dict()
    with torch.no_grad():
        for _, parameter in module.named_parameters():
            parameter.mul_(2)
        bench.parts(module)[1].offset.add_(1)
    needs = [parameter.requires_grad for _, parameter in module.named_parameters()]
    return {"state afterwards": dict(state), "the module's own need gradients": needs}


def _converted(bench: _Bench, *targets: Any) -> dict[str, Any]:
    """All tensors after the last `to`, and whether parameters and module are still themselves."""
    module = bench.net()
    before = dict(module.named_parameters())
    results = [module.to(target) for target in targets]
    after = dict(module.named_parameters())
    buffers = {
        f"{at}.{name}": getattr(bench.parts(module)[at], name)
        for at in (1, 4)
        for name in ("offset", "steps", "recent")
    }
    same = sorted(name for name in after if after[name] is before.get(name))
    plain = str(bench.parts(module)[3].table.dtype)
    returned = [result is module for result in results]
    return {"parameters": after, "buffers": buffers, "the same objects": same, "itself": returned, "plain": plain}


def _trains_on(bench: _Bench) -> dict[str, Any]:
    module = bench.net()
    optimizer = torch.optim.SGD([parameter for _, parameter in module.named_parameters()], lr=0.5)
    module.to(torch.float64)
    module(bench.b.double()).square().sum().backward()
    optimizer.step()
    return dict(module.named_parameters())


def _calls_in_both(bench: _Bench) -> dict[str, Any]:
    """A scale halves in training only, deep inside."""
    module = bench.net()
    found = {"at first": module(bench.b)}
    for name, change in (("eval", module.eval), ("train", module.train), ("train(False)", lambda: module.train(False))):
        change()
        found[name] = module(bench.b)
    return found


def _chained(bench: _Bench) -> dict[str, Any]:
    module = bench.net()
    return {"module.eval()(x)": module.eval()(bench.b), "module.train()(x)": module.train()(bench.b)}


def _modes(bench: _Bench) -> list[Any]:
    """Which parts are in training after each of six changes, in drawn order."""
    parts = bench.parts(bench.net())
    labels = ["itself", *bench.names[:4]]
    changes = [
        parts[0].eval, parts[0].train, parts[2].eval, parts[2].train,
        lambda: parts[4].train(mode=False), lambda: parts[0].train(False),
    ]  # fmt: skip
    seen = []
    for at in bench.order:
        changes[at]()
        seen.append(", ".join(label for label, part in zip(labels, parts, strict=True) if part.training))
    return seen


def _deep_copy(bench: _Bench) -> dict[str, Any]:
    module = bench.net()
    twin = copy.deepcopy(module)
    parts = bench.parts(twin)
    with torch.no_grad():
        parts[3].weight.add_(1)
        parts[1].offset.add_(1)
    return {"copy": dict(twin.state_dict()), "original": dict(module.state_dict())}

"""What `named_parameters` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.modules._mini import Bare

WALK = Idea("the walk goes all the way down, and names tell the way", weight=3, point=True)
ONCE = Idea("a shared parameter comes once, known by identity", weight=2.5)
EMPTY = Idea("an entry may be None", weight=1)


class _Bench:
    """Modules of drawn names. All is drawn before the candidate is called for the first time."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate = candidate
        self.width, self.other = draw.sizes(2, 2, 7)
        self.a, self.b, self.c = (draw.normal(self.width) for _ in range(3))
        self.matrix = draw.normal(self.other, self.width)
        self.names = draw.shuffled(["body", "head", "stem", "gate", "left", "2", "0"])

    def layer(self) -> Bare:
        return Bare(weight=self.matrix, bias=self.a)

    def deep(self) -> Bare:
        """Four levels, with parameters on three of them."""
        one, two, three, four, five, *_ = self.names
        deepest = Bare().holding({four: self.layer()})
        inner = Bare(scale=self.b).holding({three: deepest, five: Bare(gain=self.c)})
        return Bare(start=self.a, end=self.b).holding({one: self.layer(), two: inner})


@exercise(points=3)
def named_parameters(candidate: Any, draw: Draw) -> Iterator[Step]:
    """All that a network learns, under names with dots."""
    bench = _Bench(candidate, draw)
    listed = bench.candidate

    def of(make: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: _listed(listed(make()))

    one, two, three, *_ = bench.names
    yield "one layer", of(bench.layer), WALK
    yield "layers inside", of(lambda: Bare().holding({one: bench.layer(), two: bench.layer()})), WALK
    yield "four levels", of(bench.deep), WALK
    yield "the library's modules", of(lambda: _library(bench, draw)), WALK
    yield "names that are alike", of(lambda: _alike(bench)), WALK
    yield "one layer in two places", of(lambda: _two_places(bench)), ONCE
    yield "one parameter in two modules", of(lambda: _two_modules(bench)), ONCE
    yield "one parameter under two names", of(lambda: _two_names(bench)), ONCE
    yield "found deep down first", of(lambda: _deep_first(bench)), ONCE
    yield "equal numbers are not shared", of(lambda: Bare(one=bench.a, other=bench.a)), ONCE
    yield "on the meta device", lambda: [name for name, _ in listed(_on_meta(bench))], ONCE
    yield "no bias", of(lambda: Bare(weight=bench.matrix, bias=None, scale=bench.c)), EMPTY
    yield "no module", of(lambda: Bare(weight=bench.a).holding({one: None, three: bench.layer()})), EMPTY
    yield "nothing to learn", lambda: [_listed(listed(Bare())), _listed(listed(bench.layer()))]
    yield "frozen ones, buffers and plain tensors", of(lambda: _mixed(bench))
    yield "the parameters themselves", lambda: _themselves(bench), WALK
    yield "asked twice, and in between", lambda: _again(bench), ONCE
    yield "the docstring's example", lambda: _example(bench)


def _listed(found: Any) -> list[Any]:
    return [[name, value] for name, value in found]


def _library(bench: _Bench, draw: Draw) -> nn.Module:
    """Layers without a bias, and a batch norm between them."""
    first, last = nn.Linear(bench.width, 3, bias=False), nn.Linear(3, 2)
    return draw.fill_(nn.Sequential(first, nn.BatchNorm1d(3), nn.Sequential(nn.Tanh(), last)))


def _alike(bench: _Bench) -> Bare:
    """The same name on every level, as in a chain of blocks."""
    inner = Bare(weight=bench.c)
    middle = Bare(weight=bench.b).holding({"weights": inner})
    return Bare(weight=bench.a).holding({bench.names[0]: middle, "weigh": Bare(t=bench.c)})


def _two_places(bench: _Bench) -> Bare:
    layer = bench.layer()
    inner = Bare(scale=bench.b).holding({"again": layer})
    return Bare().holding({bench.names[0]: layer, bench.names[1]: inner})


def _two_modules(bench: _Bench) -> Bare:
    first, second = bench.layer(), bench.layer()
    second._parameters["weight"] = first._parameters["weight"]
    return Bare().holding({bench.names[0]: first, bench.names[1]: Bare().holding({"deep": second})})


def _two_names(bench: _Bench) -> Bare:
    layer = Bare(weight=bench.a, again=None, bias=bench.b)
    layer._parameters["again"] = layer._parameters["weight"]
    return layer


def _deep_first(bench: _Bench) -> Bare:
    """The outer module has it too, and its own come first."""
    layer = bench.layer()
    outer = Bare(bias=bench.c).holding({bench.names[0]: layer})
    outer._parameters["top"] = layer._parameters["bias"]
    return outer


def _on_meta(bench: _Bench) -> Bare:
    """There is no memory, and so no address by which one could know a parameter again."""
    matrix, vector = (torch.empty_like(value, device="meta") for value in (bench.matrix, bench.a))
    return Bare(weight=matrix, bias=vector).holding({bench.names[0]: Bare(weight=matrix)})


def _mixed(bench: _Bench) -> Bare:
    layer = bench.layer().keeping(mean=bench.b).keeping(saved=False, table=bench.c)
    layer._parameters["frozen"] = nn.Parameter(bench.c.clone(), requires_grad=False)
    layer.plain = bench.b.clone().requires_grad_()  # type: ignore[attr-defined]
    layer.listed = [nn.Parameter(bench.a.clone())]  # type: ignore[attr-defined]
    return Bare().holding({bench.names[0]: layer})


def _themselves(bench: _Bench) -> dict[str, Any]:
    """An optimizer steps what was listed: does the module see it?"""
    module = bench.deep()
    found = [value for _, value in bench.candidate(module)]
    with torch.no_grad():
        for value in found:
            value.add_(1)
    layer: Any = module._modules[bench.names[0]]
    return {"of the module": dict(module._parameters), "inside": dict(layer._parameters), "how many": len(found)}


def _again(bench: _Bench) -> dict[str, Any]:
    """Two walks at once: each has to remember for itself what it has listed."""
    module = _two_places(bench)
    one, found = iter(bench.candidate(module)), []
    found.append(next(one))
    whole = _listed(bench.candidate(module))
    return {"a second walk": whole, "the rest of the first": _listed(one), "later": _listed(bench.candidate(module))}


def _example(bench: _Bench) -> list[Any]:
    def names(module: nn.Module) -> list[str]:
        return [name for name, _ in bench.candidate(module)]

    more = nn.ModuleDict({name: nn.Sequential(nn.Tanh(), nn.Linear(1, 1)) for name in bench.names[:2]})
    return [names(nn.Sequential(nn.Linear(2, 3), nn.Tanh())), names(more)]

"""What `state_dict` must show."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.modules._mini import Bare

SAVED = Idea("parameters and buffers, of all modules inside, under their names", weight=3, point=True)
LEFT_OUT = Idea("what is not worth saving is left out", weight=1.5)
EVERY_NAME = Idea("what is shared stands under each of its names", weight=1.5)
SHARED = Idea("the tensors share the module's memory, and need no gradient", weight=1.5)


class _Bench:
    """Modules of drawn names. All is drawn before the candidate is called for the first time."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate = candidate
        self.width, self.other = draw.sizes(2, 2, 7)
        self.a, self.b, self.c, self.d = (draw.normal(self.width) for _ in range(4))
        self.matrix = draw.normal(self.other, self.width)
        self.count = draw.integers(1, high=99)[0]
        self.names = draw.shuffled(["body", "head", "stem", "gate", "left", "1"])

    def norm(self) -> Bare:
        return Bare(weight=self.a).keeping(mean=self.b.clone(), steps=self.count.clone())

    def temporary(self) -> Bare:
        """One buffer is saved, and one is not."""
        return Bare(gain=self.c).keeping(table=self.d.clone()).keeping(saved=False, recent=self.a.clone())

    def deep(self) -> Bare:
        one, two, three, four, *_ = self.names
        inner = Bare(scale=self.b).holding({three: self.norm(), four: self.temporary()})
        return Bare(bias=self.a).holding({one: Bare(weight=self.matrix), two: inner})


@exercise(points=2)
def state_dict(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What a file of weights holds."""
    bench = _Bench(candidate, draw)
    saved, names = candidate, bench.names
    yield "parameters", lambda: dict(saved(Bare(weight=bench.matrix, bias=bench.a))), SAVED
    yield "parameters and buffers", lambda: dict(saved(bench.norm())), SAVED
    yield "modules inside", lambda: dict(saved(bench.deep())), SAVED
    yield "the library's modules", lambda: dict(saved(_library(bench, draw))), SAVED
    yield "a buffer that is not saved", lambda: dict(saved(bench.temporary())), LEFT_OUT
    yield "the same names, saved in one module and not in another", lambda: dict(saved(_alike(bench))), LEFT_OUT
    yield "entries that are None", lambda: dict(saved(_nothing(bench))), LEFT_OUT
    yield "a module in two places", lambda: dict(saved(_twice(bench))), EVERY_NAME
    yield "a parameter under two names", lambda: dict(saved(_two_names(bench))), EVERY_NAME
    yield "a buffer in two modules", lambda: dict(saved(_shared_buffer(bench))), EVERY_NAME
    yield "it follows the training", lambda: _follows(bench), SHARED
    yield "what needs a gradient", lambda: _needs(bench), SHARED
    yield "written and read by torch", lambda: _through_a_file(saved(bench.deep()))
    yield "the module afterwards", lambda: _afterwards(bench)
    yield "a module with nothing, one plain attribute", lambda: [dict(saved(module)) for module in _poor(bench, names)]
    yield "the docstring's example", lambda: _example(bench)


def _library(bench: _Bench, draw: Draw) -> nn.Module:
    first, last = nn.Linear(bench.width, 3, bias=False), nn.Linear(3, 2)
    norms = [nn.BatchNorm1d(3), nn.BatchNorm1d(3, track_running_stats=False)]
    module = draw.fill_(nn.Sequential(first, *norms, nn.Sequential(nn.Tanh(), last)))
    module.register_buffer("offset", draw.normal(2))
    module.register_buffer("table", draw.normal(3), persistent=False)
    return module


def _alike(bench: _Bench) -> Bare:
    """`mean` is saved on top and not inside; with `table` it is the other way round."""
    inside = Bare().keeping(table=bench.a.clone()).keeping(saved=False, mean=bench.b.clone())
    outside = Bare(weight=bench.matrix).keeping(mean=bench.c.clone()).keeping(saved=False, table=bench.d.clone())
    return outside.holding({bench.names[0]: inside})


def _nothing(bench: _Bench) -> Bare:
    return Bare(weight=bench.matrix, bias=None).keeping(mean=None, steps=bench.count).holding({bench.names[0]: None})


def _twice(bench: _Bench) -> Bare:
    norm = bench.norm()
    return Bare(bias=bench.c).holding({bench.names[0]: norm, bench.names[1]: Bare().holding({"again": norm})})


def _two_names(bench: _Bench) -> Bare:
    layer = Bare(weight=bench.matrix, bias=bench.a)
    layer._parameters[bench.names[0]] = layer._parameters["weight"]
    return layer


def _shared_buffer(bench: _Bench) -> Bare:
    norms = {name: bench.norm() for name in bench.names[:2]}
    norms[bench.names[1]]._buffers["mean"] = norms[bench.names[0]]._buffers["mean"]
    return Bare().holding(norms)


def _follows(bench: _Bench) -> dict[str, Any]:
    """The state of before, after a step of training in place; two tensors lie on their sides in memory."""
    module = bench.norm().keeping(table=bench.matrix.clone().T)
    module._parameters[bench.names[0]] = nn.Parameter(bench.matrix.clone().T)
    state = bench.candidate(module)
    with torch.no_grad():
        for value in [*module._parameters.values(), *module._buffers.values()]:
            assert value is not None
            value.add_(1)
    return dict(state)


def _needs(bench: _Bench) -> dict[str, Any]:
    """Buffers may need a gradient, too."""
    module = bench.norm()
    module._buffers |= {name: bench.d.clone().requires_grad_() for name in bench.names[:2]}
    state = bench.candidate(module)
    needs = sorted(name for name in state if state[name].requires_grad)
    return {"names": sorted(state), "needs a gradient": needs}


def _through_a_file(state: Any) -> dict[str, Any]:
    file = io.BytesIO()
    torch.save(dict(state), file)
    file.seek(0)
    return dict(torch.load(file, weights_only=True))


def _afterwards(bench: _Bench) -> dict[str, Any]:
    """Parameters still need their gradients, and nothing has left its shelf."""
    module = bench.temporary()
    state = bench.candidate(module)
    needs = [name for name, value in module._parameters.items() if value is not None and value.requires_grad]
    return {"saved": sorted(state), "needs a gradient": needs, "buffers": dict(module._buffers)}


def _poor(bench: _Bench, names: list[str]) -> list[Bare]:
    plain = bench.norm()
    setattr(plain, names[0], bench.d)
    return [Bare(), plain]


def _example(bench: _Bench) -> list[Any]:
    more = nn.ModuleDict({name: nn.BatchNorm1d(2, affine=False) for name in bench.names[:2]})
    return [sorted(bench.candidate(nn.BatchNorm1d(2))), sorted(bench.candidate(more))]

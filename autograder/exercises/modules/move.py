"""What `move` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.modules._mini import Bare

WHOLE = Idea("parameters and buffers, on all levels", weight=2, point=True)
OBJECTS = Idea("a parameter stays the object that it was", weight=2, point=True)
NUMBERS = Idea("a dtype is for floating-point tensors", weight=1.5)


class _Bench:
    """Modules of drawn names. All is drawn before the candidate is called for the first time."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.device = candidate, draw.device
        self.width = draw.integer(2, 7)
        self.a, self.b, self.c, self.d = (draw.normal(self.width) for _ in range(4))
        self.count = draw.integers(1, high=99)[0]
        self.words = draw.integers(self.width, high=1000)
        self.names = draw.shuffled(["body", "head", "stem", "gate", "left"])

    def net(self) -> Bare:
        """Three levels; on each a parameter, on two a buffer that is saved, on one a buffer that is not."""
        one, two, three, *_ = self.names
        deepest = Bare(gain=self.c).keeping(mean=self.d.clone(), steps=self.count.clone())
        inner = Bare(scale=self.b, bias=None).holding({two: deepest, three: None})
        norm = Bare(weight=self.d).keeping(saved=False, recent=self.a.clone()).keeping(nothing=None)
        return Bare(bias=self.a).holding({one: inner, "norm": norm})


@exercise(points=2)
def move(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Another dtype or another device for a whole module."""
    bench = _Bench(candidate, draw)
    yield "float64", lambda: _tensors(_moved(bench, torch.float64)), WHOLE
    yield "half precision, and back", lambda: _tensors(_moved(bench, torch.bfloat16, torch.float32)), WHOLE
    yield "a device", lambda: _tensors(_moved(bench, torch.float64, torch.device("cpu"), bench.device)), WHOLE
    yield "the library's modules", lambda: _library(bench, draw), WHOLE
    yield "the same parameters, still leaves", lambda: _same(bench), OBJECTS
    yield "an optimizer that was made before", lambda: _trains_on(bench), OBJECTS
    yield "one parameter in two places", lambda: _shared(bench), OBJECTS
    yield "counters and a table of words", lambda: _whole_numbers(bench, torch.float64), NUMBERS
    yield "counters on a device", lambda: _whole_numbers(bench, torch.float64, bench.device), NUMBERS
    yield "counters on another device", lambda: _on_meta(bench), NUMBERS
    yield "a frozen parameter", lambda: _frozen(bench)
    yield "it returns the module", lambda: _returned(bench)
    yield "plain tensors stay behind", lambda: _plain(bench)
    yield "the docstring's example", lambda: _example(bench)


def _moved(bench: _Bench, *targets: Any) -> Bare:
    module = bench.net()
    for target in targets:
        bench.candidate(module, target)
    return module


def _tensors(module: Any, way: str = "") -> dict[str, Any]:
    """All tensors by name; what is None stands there, too."""
    found = {f"{way}{name}": value for name, value in {**module._parameters, **module._buffers}.items()}
    for name, inside in module._modules.items():
        found |= {f"{way}{name}": None} if inside is None else _tensors(inside, f"{way}{name}.")
    return found


def _library(bench: _Bench, draw: Draw) -> dict[str, Any]:
    module = draw.fill_(nn.Sequential(nn.Linear(bench.width, 3, bias=False), nn.Sequential(nn.BatchNorm1d(3))))
    bench.candidate(module, torch.float64)
    return dict(module.state_dict())


def _parameters(module: Any) -> dict[str, nn.Parameter]:
    return {name: value for name, value in _tensors(module).items() if isinstance(value, nn.Parameter)}


def _same(bench: _Bench) -> dict[str, Any]:
    module = bench.net()
    before = _parameters(module)
    bench.candidate(module, torch.float64)
    after = _parameters(module)
    same = sorted(name for name, value in after.items() if value is before.get(name))
    leaves = sorted(name for name, value in after.items() if value.is_leaf and value.requires_grad)
    return {
        "the same objects": same,
        "leaves that need a gradient": leaves,
        "dtypes": [v.dtype for v in after.values()],
    }


def _trains_on(bench: _Bench) -> dict[str, Any]:
    module = bench.net()
    optimizer = torch.optim.SGD(list(_parameters(module).values()), lr=0.5)
    bench.candidate(module, torch.float64)
    loss = sum((value**2).sum() for value in _parameters(module).values())
    assert isinstance(loss, Tensor)
    loss.backward()
    optimizer.step()
    return dict(_parameters(module))


def _shared(bench: _Bench) -> dict[str, Any]:
    """After the move it is one still, and it was converted once: a half rounds, and rounding twice is no matter."""
    first, second = Bare(weight=bench.a), Bare(weight=bench.b)
    second._parameters["weight"] = first._parameters["weight"]
    module = Bare().holding({bench.names[0]: first, bench.names[1]: second})
    bench.candidate(module, torch.float64)
    places = [
        name for name in bench.names[:2] if module._modules[name]._parameters["weight"] is first._parameters["weight"]
    ]
    return {"the same in": places, "tensors": _tensors(module)}


def _whole_numbers(bench: _Bench, *targets: Any) -> dict[str, Any]:
    module = Bare(gain=bench.a).keeping(steps=bench.count.clone(), mask=bench.words > 500)
    module._parameters["words"] = nn.Parameter(bench.words.clone(), requires_grad=False)
    for target in targets:
        bench.candidate(module, target)
    return _tensors(module)


def _on_meta(bench: _Bench) -> dict[str, Any]:
    """A device that every machine has. Buffers only: what has numbers cannot hold what has none, by `.data = …`, and
    who tries that with a buffer has not left it behind."""
    found = {}
    for name, value in zip(bench.names, (bench.a, bench.count, bench.words > 500), strict=False):
        module, place = Bare(), "meta"
        module._buffers[name] = value.clone()
        try:
            bench.candidate(module, torch.device("meta"))
        except RuntimeError as error:
            if "incompatible tensor type" not in str(error):
                raise
        else:
            place = "meta" if module._buffers[name].is_meta else "where it was"  # type: ignore[union-attr]
        found[name] = [place, list(value.shape)]
    return found


def _frozen(bench: _Bench) -> dict[str, Any]:
    module = Bare(gain=bench.a)
    module._parameters["frozen"] = nn.Parameter(bench.b.clone(), requires_grad=False)
    bench.candidate(module, torch.float64)
    needs = [name for name, value in _parameters(module).items() if value.requires_grad]
    return {"tensors": _tensors(module), "need a gradient": needs}


def _returned(bench: _Bench) -> list[Any]:
    """What comes back is asked for its tensors, and whether it is the module."""
    module = bench.net()
    found = [bench.candidate(module, target) for target in (torch.float64, bench.device)]
    return [{"itself": each is module, "bias": each._parameters["bias"]} for each in found]


def _plain(bench: _Bench) -> dict[str, Any]:
    module: Any = bench.net()
    module.plain, module.listed = bench.b.clone(), [bench.c.clone()]
    bench.candidate(module, torch.float64)
    return {"plain": module.plain, "listed": module.listed, "bias": module._parameters["bias"]}


def _example(bench: _Bench) -> list[Any]:
    norm, more = nn.BatchNorm1d(2), nn.ModuleDict({name: nn.BatchNorm1d(2) for name in bench.names[:2]})
    bench.candidate(norm, torch.float64)
    bench.candidate(more, torch.float64)
    first = more[bench.names[0]]
    return [[n.running_mean.dtype, n.weight.dtype, n.num_batches_tracked.dtype] for n in (norm, first)]

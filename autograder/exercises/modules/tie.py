"""What `tie` must show."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import shares_storage
from autograder.exercises.modules._shared import Reader, given_all, parameters_of

ONE = Idea("two names, one parameter", weight=3, point=True)
FINDS = Idea("names lead anywhere in the model", weight=1.5)
REFUSES = Idea("what cannot be tied is refused, and nothing has changed", weight=1.5)
PAIR = ("decoder.weight", "embedding.weight")


class _Bench:
    """The candidate, and models of drawn sizes with drawn values."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw
        self.words, self.width = 3 + draw.sizes(1, 4, 9)[0], draw.integer(2, 6)
        self.values = {name: draw.normal(*item.shape) / 2 for name, item in self.model().named_parameters()}
        self.text = draw.integers(2, 3, high=self.words)
        self.squares = [draw.normal(self.width, self.width) for _ in range(2)]
        self.names = draw.shuffled(["left", "right", "gate"])

    def model(self) -> Reader:
        return Reader(self.words, self.width)

    def reader(self) -> Reader:
        return given_all(self.model(), self.values)

    def ready(self) -> Reader:
        model = self.reader()
        self.candidate(model, *PAIR)
        return model


@exercise(points=2)
def tie(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Makes two names of a model stand for one parameter."""
    bench = _Bench(candidate, draw)
    ready = bench.ready
    yield "one parameter under two names", lambda: _tied(bench), ONE
    yield "the output", lambda: ready()(bench.text), ONE
    yield "gradients of both places add up", lambda: _gradients_of(ready(), bench.text), ONE
    yield "two steps of an optimizer", lambda: _two_optimizer_steps(ready(), bench.text), ONE
    yield "both names in the state_dict", lambda: _saved_twice(ready()), ONE
    yield "still one after .to(float64)", lambda: _still_one(ready().double()), ONE
    yield "still one in a deep copy", lambda: _still_one(copy.deepcopy(ready())), ONE
    yield "deep inside", lambda: _tie_deep(bench), FINDS
    yield "the model's own parameter", lambda: _tie_own(bench), FINDS
    yield "a frozen parameter, and one that is tied already", lambda: _tie_more(bench), FINDS
    yield "a target that is tied already", lambda: _tie_away(bench), FINDS
    yield "shapes that differ", lambda: _refused(bench, "body.0.weight", "embedding.weight"), REFUSES
    yield "shapes that would broadcast", lambda: _refused(bench, "embedding.weight", "scale"), REFUSES
    yield "as many numbers in another shape", lambda: _refused(bench, "table", "embedding.weight"), REFUSES
    yield "a source that is not there", lambda: _refused(bench, "decoder.weight", "tables.weight"), REFUSES
    yield "a target that is not there", lambda: _refused(bench, "decoder.wait", "embedding.weight"), REFUSES
    yield "a module and a buffer are no parameters", lambda: _not_parameters(bench), REFUSES
    yield "the docstring's example", lambda: _example(bench)


def _tied(bench: _Bench) -> dict[str, Any]:
    model = bench.reader()
    source = model.embedding.weight
    bench.candidate(model, *PAIR)
    one = {"one": model.decoder.weight is model.embedding.weight, "the source's": model.decoder.weight is source}
    return {**one, "names": parameters_of(model), "weight": model.decoder.weight}


def _gradients_of(model: Reader, words: Tensor) -> dict[str, Any]:
    model(words).square().sum().backward()
    return {name: getattr(model, name).weight.grad for name in ("decoder", "embedding")}


def _two_optimizer_steps(model: nn.Module, words: Tensor) -> dict[str, Any]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        model(words).square().mean().backward()
        optimizer.step()
    return {name: getattr(model, name).weight for name in ("decoder", "embedding")}


def _saved_twice(model: Reader) -> dict[str, Any]:
    state = model.state_dict()
    with torch.no_grad():
        model.embedding.weight.mul_(2)
    return {"names": sorted(state), "doubled": {name: state[name] for name in PAIR}}


def _still_one(model: Any) -> dict[str, Any]:
    one, other = model.decoder.weight, model.embedding.weight
    return {"one": one is other, "one memory": shares_storage(one, other), "weight": one}


def _tie_deep(bench: _Bench) -> dict[str, Any]:
    """Two square layers: here a matrix on its side would fit."""
    first, second = (nn.Linear(bench.width, bench.width, device=bench.draw.device) for _ in range(2))
    first.weight.data, second.weight.data = (value.clone() for value in bench.squares)
    one, two, _ = bench.names
    model = nn.ModuleDict({one: nn.Sequential(first), two: nn.Sequential(nn.Tanh(), second)})
    bench.candidate(model, f"{two}.1.weight", f"{one}.0.weight")
    return {"names": parameters_of(model), "one": first.weight is second.weight, "weight": second.weight}


def _tie_own(bench: _Bench) -> dict[str, Any]:
    """A parameter of the model itself takes the one of a module inside, and the other way round."""
    one: Any = bench.reader()
    two: Any = bench.reader()
    for model in (one, two):
        model.norm = nn.LayerNorm(bench.width, device=bench.draw.device)
        model.norm.weight.data = bench.squares[0][0].clone()
    bench.candidate(one, "scale", "norm.weight")
    bench.candidate(two, "norm.weight", "scale")
    same = {"own": one.scale is one.norm.weight, "inside": two.scale is two.norm.weight}
    return {**same, "values": [one.scale, two.norm.weight], "names": [parameters_of(one), parameters_of(two)]}


def _tie_more(bench: _Bench) -> dict[str, Any]:
    """The source is frozen; then a third name takes what is tied already; then the same once more."""
    device, names = bench.draw.device, bench.names
    model = nn.ModuleDict({name: nn.Linear(bench.width, bench.width, device=device) for name in names})
    for name, value in zip(names, bench.squares, strict=False):
        model[name].weight.data = value.clone()
    model[names[0]].weight.requires_grad_(False)
    for target, source in ((1, 0), (2, 1), (2, 1)):
        bench.candidate(model, f"{names[target]}.weight", f"{names[source]}.weight")
    weights = [model[name].weight for name in names]
    frozen = not any(weight.requires_grad for weight in weights)
    return {"one": len({id(weight) for weight in weights}) == 1, "frozen": frozen, "values": weights}


def _tie_away(bench: _Bench) -> dict[str, Any]:
    """Two names stand for one parameter; then the first of them is tied to a third, and the second keeps its own."""
    names, device = bench.names, bench.draw.device
    model = nn.ModuleDict({name: nn.Linear(bench.width, bench.width, device=device) for name in names})
    for name, value in zip(names, bench.squares, strict=False):
        model[name].weight.data = value.clone()
    model[names[1]].weight = model[names[0]].weight
    bench.candidate(model, f"{names[0]}.weight", f"{names[2]}.weight")
    return {"values": [model[name].weight for name in names], "names": parameters_of(model)}


def _refused(bench: _Bench, target: str, source: str) -> dict[str, Any]:
    """The error's name, and the model as it is afterwards."""
    model = bench.reader()
    model.table = nn.Parameter(bench.values["embedding.weight"].T.clone())
    return {"raises": _error_of(bench, model, target, source), "afterwards": dict(model.state_dict())}


def _error_of(bench: _Bench, model: nn.Module, target: str, source: str) -> str:
    try:
        bench.candidate(model, target, source)
    except NotImplementedError:
        raise
    except (ValueError, AttributeError) as error:
        return "ValueError" if isinstance(error, ValueError) else "AttributeError"
    except Exception as error:
        return f"another error, {type(error).__name__}"
    return "nothing"


def _not_parameters(bench: _Bench) -> dict[str, Any]:
    model = bench.reader()
    pairs = [("body.1.running_mean", "body.1.weight"), ("body.1.weight", "body.1.running_var"), ("decoder", PAIR[1])]
    errors = [_error_of(bench, model, *pair) for pair in pairs]
    return {"raises": errors, "afterwards": dict(model.state_dict())}


def _example(bench: _Bench) -> dict[str, Any]:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    bench.candidate(model, "1.weight", "0.weight")
    drawn = bench.ready()
    return {"the example": model[1].weight is model[0].weight, "other values": drawn.decoder.weight}

"""What `RunningMean` must show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, replica, shares_storage, with_arguments
from autograder.exercises.modules._shared import freshly_loaded, given, parameters_of, result_and

BUFFERS = Idea("what is remembered is state of the module: buffers", weight=1.5, point=True)
PAST = Idea("the graph of the past is let go", point=True)
MODES = Idea("only training is remembered", point=True)


class _Bench:
    """The candidate, and all that is drawn for it."""

    def __init__(self, candidate: Any, draw: Draw) -> None:
        self.candidate, self.draw = candidate, draw
        self.features, self.others = draw.sizes(2, 3, 8)
        self.batches = [3 + draw.normal(rows, self.features) for rows in (*draw.sizes(2, 2, 8), 1)]
        self.batches = draw.shuffled(self.batches)
        self.sentences = draw.normal(2, 3, self.features)
        self.later = 5 + draw.normal(6, self.features)
        self.whole = draw.integers(8, self.features, low=-9, high=10).float()
        self.as_many = 5 + draw.normal(8, self.features)

    def made(self) -> Any:
        zeros = torch.zeros(self.features, device=self.draw.device)
        return given(self.candidate(self.features), mean=zeros)

    def trained(self, count: int = 3) -> Any:
        module = self.made()
        for batch in self.batches[:count]:
            module(batch.clone())
        return module


@exercise(points=2)
def RunningMean(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Subtracts the mean of all rows seen in training: the mended module."""
    bench = _Bench(candidate, draw)
    made, trained, later = bench.made, bench.trained, bench.later
    yield "one batch", lambda: result_and(made(), bench.batches[0].clone(), _tallies)
    yield "three batches, one of them a single row", lambda: result_and(trained(2), bench.batches[2].clone(), _tallies)
    yield "any number of dimensions", lambda: _dimensions(bench)
    yield "what it keeps", lambda: [_kept(candidate(size)) for size in (bench.features, bench.others)], BUFFERS
    yield "saved and loaded", lambda: _goes_on(freshly_loaded(trained(), made()), later), BUFFERS
    yield "float64 on the way", lambda: _to_float64(made(), bench.whole, bench.as_many), BUFFERS
    yield "a replica", lambda: _apart(trained(), replica, later), BUFFERS
    yield "a deep copy", lambda: _apart(trained(), copy.deepcopy, later)
    yield "evaluation", lambda: result_and(trained().eval(), later.clone(), _tallies), MODES
    yield "evaluation before any training", lambda: result_and(made().eval(), later.clone(), _tallies), MODES
    yield "evaluation in between", lambda: _in_between(bench), MODES
    yield "training without gradients", lambda: _without_gradients(bench), MODES
    yield "two steps with a layer in front", _two_steps(bench), PAST
    yield "evaluation after training with a layer in front", _into_the_past(bench), PAST
    yield "the gradient takes the mean for a constant", lambda: _constant(bench)
    yield "the input is left alone", lambda: with_arguments(made(), later.clone())
    yield "the docstring's example", _example(bench)


def _kept(module: nn.Module) -> dict[str, Any]:
    names = {"saved": sorted(module.state_dict()), "parameters": parameters_of(module)}
    return {"buffers": dict(module.named_buffers()), **names}


def _tallies(module: Any) -> dict[str, Any]:
    """Copies: a later call may write into them."""
    return {"mean": module.mean.clone(), "count": int(module.count), "last": module.last.clone()}


def _dimensions(bench: _Bench) -> list[Any]:
    """A single row, sentences, and a view with gaps, one after the other."""
    module = bench.made()
    views = [bench.batches[0][0], bench.sentences, bench.sentences.repeat(1, 1, 2)[..., ::2].transpose(0, 1)]
    return [result_and(module, x.clone() if x.is_contiguous() else x, _tallies) for x in views]


def _in_between(bench: _Bench) -> dict[str, Any]:
    module = bench.trained(1)
    module.eval()(bench.later.clone())
    return result_and(module.train(), bench.batches[1].clone(), _tallies)


def _without_gradients(bench: _Bench) -> dict[str, Any]:
    """As when somebody gathers the mean of a data set: `no_grad` is another thing than `eval()`."""
    with torch.no_grad():
        return result_and(bench.trained(2), bench.batches[2].clone(), _tallies)


def _front(bench: _Bench) -> tuple[Any, list[Tensor]]:
    draw, features = bench.draw, bench.features
    front = given(nn.Linear(4, features), weight=draw.normal(features, 4), bias=draw.normal(features))
    return front, [draw.normal(rows, 4) for rows in (3, 2)]


def _two_steps(bench: _Bench) -> Callable[[], dict[str, Any]]:
    """A mean that still hangs on the first graph breaks the second step."""
    front, inputs = _front(bench)

    def run() -> dict[str, Any]:
        module = bench.made()
        for x in inputs:
            module(front(x)).square().sum().backward()
        return {"gradient": front.weight.grad, "mean": module.mean, "last": module.last}

    return run


def _into_the_past(bench: _Bench) -> Callable[[], dict[str, Any]]:
    """The gradient of a later result must not reach the layer by way of what is remembered."""
    front, inputs = _front(bench)

    def run() -> dict[str, Any]:
        module = bench.made()
        module(front(inputs[0]))
        module.eval()(front(inputs[1])).square().sum().backward()
        kept = {name: getattr(module, name).sum() for name in ("mean", "last")}
        back = {
            name: torch.autograd.grad(value, front.weight)[0] if value.requires_grad else None
            for name, value in kept.items()
        }
        return {"gradient": front.weight.grad, "by way of what is remembered": back}

    return run


def _constant(bench: _Bench) -> list[Any]:
    """The weights of the sum follow from the draw, so that the gradient does."""
    weights = bench.later.cos()

    def of(module: Any) -> Any:
        return gradients(lambda x: module(x) * weights, bench.later, wrt=0)

    return [of(bench.made()), of(bench.trained())]


def _to_float64(module: Any, whole: Tensor, as_many: Tensor) -> dict[str, Any]:
    """The mean of eight rows of whole numbers is exact in float32: no rounding of the first half stays. As many rows
    again are half of all: their share is exact, in whatever dtype it is computed."""
    module(whole.clone())
    return result_and(module.double(), as_many.double(), _tallies)


def _goes_on(module: Any, x: Tensor) -> dict[str, Any]:
    before = {"last, before it goes on": module.last.clone()}
    return {**before, **result_and(module, x.clone(), _tallies)}


def _apart(module: Any, twin_of: Callable[[Any], Any], x: Tensor) -> dict[str, Any]:
    """The original after its twin went on, and whether the twin's tensors are its own."""
    twin = twin_of(module)
    own = {name: not shares_storage(getattr(module, name), getattr(twin, name)) for name in ("mean", "last")}
    twin(x.clone())
    return {"own tensors": own, "twin": _tallies(twin), "original": _tallies(module)}


def _example(bench: _Bench) -> Callable[[], list[Any]]:
    given_rows = [torch.tensor([[1.0], [3.0]], device=bench.draw.device), bench.draw.normal(4, 1)]
    return lambda: [bench.candidate(1).to(bench.draw.device)(x) for x in given_rows]

"""What `RunningMean` must show."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, replica, shares_storage, with_arguments
from autograder.exercises.modules._shared import FEATURES, freshly_loaded, given, parameters_of, result_and


@exercise(points=2)
def RunningMean(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Subtracts the mean of all rows seen in training: the mended module."""
    batches = [3 + draw.normal(rows, FEATURES) for rows in (4, 1, 7)]
    sentences, later = draw.normal(2, 3, FEATURES), 5 + draw.normal(6, FEATURES)
    whole = draw.integers(8, FEATURES, low=-9, high=10).float()

    def made() -> Any:
        return given(candidate(FEATURES), mean=torch.zeros(FEATURES, device=draw.device))

    def trained(count: int = 3) -> Any:
        module = made()
        for batch in batches[:count]:
            module(batch.clone())
        return module

    yield "what it keeps", lambda: _kept(made())
    yield "one batch", lambda: {"result": made()(batches[0].clone()), **_tallies(trained(1))}
    yield "three batches of 4, 1 and 7 rows", lambda: {"result": trained(2)(batches[2].clone()), **_tallies(trained())}
    yield "a batch of sentences", lambda: result_and(made(), sentences.clone(), _tallies)
    yield "evaluation", lambda: result_and(trained().eval(), later.clone(), _tallies)
    yield "evaluation before any training", lambda: made().eval()(later.clone())
    yield "the gradient takes the mean for a constant", lambda: gradients(trained(), later, wrt=0)
    yield "the past's graph is let go", lambda: _two_steps(made(), draw)
    yield "float64 on the way", lambda: _to_float64(made(), whole, later)
    yield "saved and loaded", lambda: _goes_on(freshly_loaded(trained(), made()), later)
    yield "a deep copy", lambda: _apart(trained(), copy.deepcopy, later)
    yield "a replica", lambda: _apart(trained(), replica, later)
    yield "the input is left alone", lambda: with_arguments(made(), later.clone())


def _kept(module: nn.Module) -> dict[str, Any]:
    buffers = {name: [str(value.dtype), *value.shape] for name, value in module.named_buffers()}
    return {"buffers": buffers, "saved": sorted(module.state_dict()), "parameters": parameters_of(module)}


def _tallies(module: Any) -> dict[str, Any]:
    return {"mean": module.mean, "count": int(module.count), "last": module.last}


def _two_steps(module: Any, draw: Draw) -> dict[str, Any]:
    """Two training steps with a layer that learns in front; a mean that still hangs on the first graph breaks the
    second."""
    front = given(nn.Linear(4, FEATURES), weight=draw.normal(FEATURES, 4), bias=draw.normal(FEATURES))
    inputs = [draw.normal(3, 4), draw.normal(2, 4)]
    for x in inputs:
        module(front(x)).square().sum().backward()
    return {"gradient": front.weight.grad, "mean": module.mean, "mean needs a gradient": module.mean.requires_grad}


def _to_float64(module: Any, whole: Tensor, later: Tensor) -> dict[str, Any]:
    """The mean of eight rows of whole numbers is exact in float32: no rounding of the first half stays."""
    module(whole.clone())
    return result_and(module.double(), later.double(), _tallies)


def _goes_on(module: Any, x: Tensor) -> dict[str, Any]:
    before = {"last, before it goes on": module.last.clone()}
    return {**before, **result_and(module, x.clone(), _tallies)}


def _apart(module: Any, twin_of: Callable[[Any], Any], x: Tensor) -> dict[str, Any]:
    """The original after its twin went on, and whether the twin's tensors are its own."""
    twin = twin_of(module)
    own = {name: not shares_storage(getattr(module, name), getattr(twin, name)) for name in ("mean", "last")}
    twin(x.clone())
    return {"own tensors": own, "twin": _tallies(twin), "original": _tallies(module)}

"""What `Linear` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.modules._shared import given, parameter_gradients, parameters_of

LINEAR = [nn.Linear, nn.LazyLinear, nn.Bilinear, F.linear, F.bilinear]


PRODUCT = Idea("the last dimension goes through the weight, whatever stands before it", weight=3, point=True)
MEMBERS = Idea("weight and bias are parameters of the module", weight=2, point=True)
START = Idea("the first weights")


@exercise(points=2, without=LINEAR)
def Linear(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A linear layer for any number of leading dimensions."""
    inputs, outputs, rows, words = draw.sizes(4, 2, 7)
    weight, bias = draw.normal(outputs, inputs) / 2, draw.normal(outputs)
    vector, batch, sentences = draw.normal(inputs), draw.normal(rows, inputs), draw.normal(rows, words, inputs)
    four, square = draw.normal(2, 3, words, inputs), draw.normal(inputs, inputs)
    gaps = draw.normal(inputs, words, rows).permute(2, 1, 0)
    large = (draw.integer(60, 140), draw.integer(1900, 2100))

    def layer(**options: Any) -> Any:
        return given(candidate(inputs, outputs, **options), weight=weight, bias=bias)

    yield "one vector, no batch", lambda: layer()(vector.clone()), PRODUCT
    yield "a batch", lambda: layer()(batch.clone()), PRODUCT
    yield "a batch of sentences", lambda: layer()(sentences.clone()), PRODUCT
    yield "four dimensions", lambda: layer()(four.clone()), PRODUCT
    yield "as many rows as inputs", lambda: layer()(square.clone()), PRODUCT
    yield "no rows at all", lambda: [layer()(x) for x in (batch[:0], batch[:1], sentences[:, :0])]
    yield "not contiguous", lambda: layer()(gaps)
    yield "names, shapes and values in the state_dict", lambda: _members(layer()), MEMBERS
    yield "gradients", lambda: parameter_gradients(layer(), sentences), MEMBERS
    yield "float64", lambda: _converted(layer(), sentences), MEMBERS
    yield "without a bias", lambda: _without_bias(layer(bias=False), sentences), MEMBERS
    yield "the first weights", lambda: _first_weights(candidate(*large), candidate(*large), large[0]), START
    yield "as many outputs as inputs", lambda: _square(candidate, square, batch)
    yield "the input is left alone", lambda: with_arguments(layer(), batch.clone())
    yield "the docstring's example", lambda: _example(candidate, words, outputs)


def _members(layer: Any) -> dict[str, Any]:
    return {"parameters": parameters_of(layer), "state": dict(layer.state_dict())}


def _converted(layer: Any, x: Tensor) -> dict[str, Any]:
    found = {"float64": layer.double()(x.double())}
    return {**found, "bfloat16": layer.bfloat16()(x.bfloat16())}


def _without_bias(layer: Any, x: Tensor) -> dict[str, Any]:
    return {**_members(layer), "bias": layer.bias, "result": layer(x)}


def _first_weights(layer: Any, another: Any, inputs: int) -> dict[str, Any]:
    """Of some hundred thousand draws, in units of 1/√inputs: the farthest, and the spread of an even draw (1 there)."""
    found: dict[str, Any] = {}
    for name in ("weight", "bias"):
        values = getattr(layer, name).detach() * inputs**0.5
        alike = bool((values == values.flatten()[0]).all())
        again = not alike and torch.equal(getattr(layer, name), getattr(another, name))
        farthest, spread = values.abs().max().item(), values.std().item() * 3**0.5
        found[name] = {
            "shape": list(values.shape), "farthest": round(farthest, 1), "spread": round(spread, 1),
            "middle": round(values.mean().item(), 1) + 0.0, "dtype": str(values.dtype),
            "numbers": "all the same" if alike else "different ones",
            "in another layer of these sizes": "the same numbers" if again else "other numbers",
        }  # fmt: skip
    return found


def _square(candidate: Any, weight: Tensor, x: Tensor) -> Any:
    """Here a weight on its side has the right shape."""
    layer = candidate(len(weight), len(weight), bias=False).to(x.device)
    layer.load_state_dict({"weight": weight})
    return layer(x)


def _example(candidate: Any, words: int, outputs: int) -> list[Any]:
    more = candidate(3, outputs)(torch.zeros(4, words, 3))
    return [list(candidate(3, 2)(torch.zeros(4, 7, 3)).shape), list(more.shape)]

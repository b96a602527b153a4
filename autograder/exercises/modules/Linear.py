"""What `Linear` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.modules._shared import given, parameter_gradients, shapes_in_state

LINEAR = [nn.Linear, nn.LazyLinear, nn.Bilinear, F.linear, F.bilinear]


@exercise(points=2, without=LINEAR)
def Linear(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A linear layer for any number of leading dimensions."""
    weight, bias = draw.normal(3, 4) / 2, draw.normal(3)

    def layer(**options: Any) -> Any:
        return given(candidate(4, 3, **options), weight=weight, bias=bias)

    yield "names and shapes in the state_dict", lambda: shapes_in_state(layer())
    yield "a batch", lambda: layer()(draw.normal(5, 4))
    yield "one vector, no batch", lambda: layer()(draw.normal(4))
    yield "a batch of sentences", lambda: layer()(draw.normal(2, 5, 4))
    yield "four dimensions", lambda: layer()(draw.normal(2, 3, 6, 4))
    yield "as many rows as inputs", lambda: layer()(draw.normal(4, 4))
    yield "no rows at all", lambda: layer()(draw.normal(0, 4))
    yield "not contiguous", lambda: layer()(draw.normal(4, 6, 2).permute(2, 1, 0))
    yield "float64", lambda: layer().double()(draw.normal(2, 5, 4, dtype=torch.float64))
    yield "without a bias", lambda: _without_bias(layer(bias=False), draw.normal(2, 5, 4))
    yield "gradients", lambda: parameter_gradients(layer(), draw.normal(2, 5, 4))
    yield "the first weights", lambda: _first_weights(candidate(100, 64))
    yield "the input is left alone", lambda: with_arguments(layer(), draw.normal(2, 4))


def _without_bias(layer: Any, x: Tensor) -> dict[str, Any]:
    return {"state": shapes_in_state(layer), "bias": layer.bias, "result": layer(x)}


def _first_weights(layer: Any) -> dict[str, Any]:
    """Uniform between ±1/√inputs, for weight and bias: what 6400 and 64 draws of it must show."""
    found = {}
    for name in ("weight", "bias"):
        values = getattr(layer, name).detach() * 100**0.5
        within = bool((values.abs() <= 1).all())
        found[name] = {
            "within ±1/√inputs": within,
            "on both sides of 0": bool(values.min() < -0.5 < 0.5 < values.max()),
        }
    spread = 0.55 < layer.weight.detach().std().item() * 100**0.5 < 0.61  # 1/√3 = 0.577
    return {**found, "spread evenly": spread, "drawn anew": not torch.equal(layer.weight[0], layer.weight[1])}

"""What `unscale_and_clip` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise
from autograder.exercises.mixed_precision._shared import memory_of_gradients, spoil, two_weights

TRUE = Idea("the limit holds for the true gradients, all together", weight=2.5, point=True)
ONCE = Idea("what can be walked through once is enough", weight=1.0)
SOME = Idea("odd gradients: none, zero, not finite", weight=1.0)
LEFT = Idea("gradients change where they lie, parameters do not", weight=0.5)


@exercise(points=2)
def unscale_and_clip(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Gradients divided by the scale, then clipped to a norm: the mended draft."""
    scale = 2.0 ** draw.integer(3, 12)
    unreached = nn.Parameter(draw.normal(2))
    yield "one parameter", _clipped(candidate, _with_gradients(draw, scale)[:1], scale, 0.25), TRUE
    yield "above the limit", _clipped(candidate, _with_gradients(draw, scale), scale, 0.5), TRUE
    yield "below the limit", _clipped(candidate, _with_gradients(draw, scale), scale, 50.0), TRUE
    yield "a scale of 65,536", _clipped(candidate, _with_gradients(draw, 65536.0), 65536.0, 1.0), TRUE
    yield "a scale of 1", _clipped(candidate, _with_gradients(draw, 1.0), 1.0, 0.75), TRUE
    yield "a scale below 1", _clipped(candidate, _with_gradients(draw, 0.25), 0.25, 1.0), TRUE
    yield "the docstring's example", _example(candidate, draw), TRUE
    yield (
        "a generator, as model.parameters() is",
        _clipped(candidate, _with_gradients(draw, 64.0), 64.0, 1.0, iter),
        ONCE,
    )
    yield "a generator, below the limit", _clipped(candidate, _with_gradients(draw, scale), scale, 50.0, iter), ONCE
    yield "a parameter without gradient", _clipped(candidate, [unreached, *_with_gradients(draw, 8.0)], 8.0, 1.0), SOME
    yield "gradients of zero", _zeros(candidate, draw), SOME
    yield "an overflow shows in the norm", _overflowed(candidate, draw), SOME
    yield "a limit of 0", _clipped(candidate, _with_gradients(draw, 8.0), 8.0, 0.0), SOME
    yield "the memory of the gradients", _where_they_lie(candidate, draw), LEFT
    yield "the parameters are left alone", _parameters_afterwards(candidate, draw), LEFT


def _with_gradients(draw: Draw, scale: float) -> list[nn.Parameter]:
    """Two parameters whose gradients are `scale` times normal numbers, of a norm above 1."""
    parameters = two_weights(draw)
    for parameter in parameters:
        parameter.grad = draw.normal(*parameter.shape) * scale
        parameter.grad.view(-1)[0] = scale * draw.choice([-1.5, 1.5])
    return parameters


def _clipped(
    candidate: Any, parameters: list[nn.Parameter], scale: float, limit: float, hand_over: Callable[..., Any] = list
) -> Thunk:
    def look() -> Any:
        norm = candidate(hand_over(parameters), scale, limit)
        return {"norm": norm, "gradients": [parameter.grad for parameter in parameters]}

    return look


def _example(candidate: Any, draw: Draw) -> Thunk:
    pair, scale = draw.uniform(2, low=10.0, high=40.0), float(draw.integer(3, 9))

    def run(gradient: torch.Tensor, scale: float) -> Any:
        weight = nn.Parameter(torch.zeros(2, device=draw.device))
        weight.grad = gradient
        return candidate([weight], scale=scale, max_norm=1.0), weight.grad

    example = torch.tensor([24.0, 32.0], device=draw.device)
    return lambda: {"the example": run(example, 8.0), "other numbers": run(pair, scale)}


def _zeros(candidate: Any, draw: Draw) -> Thunk:
    """All gradients zero: nothing to shorten, and no 0 / 0. Beside it the same function on others."""
    zero, others = _with_gradients(draw, 0.0), _with_gradients(draw, 8.0)
    parts = {"zeros": _clipped(candidate, zero, 8.0, 1.0), "others": _clipped(candidate, others, 8.0, 1.0)}
    return lambda: {name: look() for name, look in parts.items()}


def _overflowed(candidate: Any, draw: Draw) -> Thunk:
    """The norm where a gradient is not finite; beside it one where all are."""
    cases: dict[str, list[nn.Parameter]] = {}
    for value in draw.shuffled([torch.inf, -torch.inf, torch.nan]):
        parameters = _with_gradients(draw, 8.0)
        gradient = draw.choice(parameters).grad
        assert gradient is not None
        spoil(draw, gradient, value)
        cases[f"norm with {value}"] = parameters
    fine = _clipped(candidate, _with_gradients(draw, 8.0), 8.0, 1.0)

    def look() -> Any:
        shown: dict[str, Any] = {"without": fine()}
        for name, parameters in cases.items():
            norm = candidate(parameters, 8.0, 1.0)
            told = isinstance(norm, torch.Tensor) and not norm.isfinite().all()
            shown[name] = "not finite" if told else norm
        return shown

    return look


def _where_they_lie(candidate: Any, draw: Draw) -> Thunk:
    parameters = _with_gradients(draw, 8.0)

    def look() -> Any:
        there = memory_of_gradients(parameters)
        norm = candidate(parameters, 8.0, 0.5)
        gradients = [parameter.grad for parameter in parameters]
        return {"norm": norm, "gradients": gradients, "what lies there": there}

    return look


def _parameters_afterwards(candidate: Any, draw: Draw) -> Thunk:
    parameters = _with_gradients(draw, 8.0)
    look = _clipped(candidate, parameters, 8.0, 0.5)
    return lambda: {"result": look(), "parameters afterwards": parameters}

"""What `unscale_and_clip` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.mixed_precision._shared import gradient_of, two_weights


@exercise(points=2)
def unscale_and_clip(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Gradients divided by the scale, then clipped to a norm: the mended draft."""

    def clipped(parameters: list[nn.Parameter], scale: float, limit: float, hand_over: Callable = list) -> Any:
        norm = candidate(hand_over(parameters), scale, limit)
        return {"norm": norm, "gradients": [parameter.grad for parameter in parameters]}

    def overflowed() -> Any:
        parameters = _with_gradients(draw, 8.0)
        gradient_of(parameters[1])[2] = torch.inf
        return {"norm": candidate(parameters, 8.0, 1.0)}

    def values() -> Any:
        parameters = _with_gradients(draw, 8.0)
        return {**clipped(parameters, 8.0, 0.5), "parameters afterwards": parameters}

    unreached = nn.Parameter(draw.normal(2))
    yield "above the limit", lambda: clipped(_with_gradients(draw, 1024.0), 1024.0, 0.5)
    yield "below the limit", lambda: clipped(_with_gradients(draw, 1024.0), 1024.0, 50.0)
    yield "a scale of 65,536", lambda: clipped(_with_gradients(draw, 65536.0), 65536.0, 1.0)
    yield "a scale of 1", lambda: clipped(_with_gradients(draw, 1.0), 1.0, 1.0)
    yield "a scale below 1", lambda: clipped(_with_gradients(draw, 0.25), 0.25, 1.0)
    yield "a generator, as model.parameters() is", lambda: clipped(_with_gradients(draw, 64.0), 64.0, 1.0, iter)
    yield "a parameter without gradient", lambda: clipped([unreached, *_with_gradients(draw, 8.0)], 8.0, 1.0)
    yield "one parameter", lambda: clipped(_with_gradients(draw, 8.0)[:1], 8.0, 0.25)
    yield "gradients of zero", lambda: clipped(_with_gradients(draw, 0.0), 8.0, 1.0)
    yield "an overflow shows in the norm", overflowed
    yield "the parameters are left alone", values


def _with_gradients(draw: Draw, scale: float) -> list[nn.Parameter]:
    """Two parameters whose gradients are `scale` times normal numbers."""
    parameters = two_weights(draw)
    for parameter in parameters:
        parameter.grad = draw.normal(*parameter.shape) * scale
    return parameters

"""What `master_weight_step` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.mixed_precision._shared import gradient_of, two_weights


@exercise(points=3)
def master_weight_step(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One step of an optimizer on float32 masters of half-precision weights."""
    yield "one step", lambda: _mastered(candidate, draw, 1)
    yield "one step, bfloat16", lambda: _mastered(candidate, draw, 1, dtype=torch.bfloat16)
    yield "twenty steps too small for float16", lambda: _mastered(candidate, draw, 20, lr=2.0**-14)
    yield "gradients too small for float16", lambda: _mastered(candidate, draw, 3, size=2.0**-30, scale=2.0**24)
    yield "three steps with momentum", lambda: _mastered(candidate, draw, 3, momentum=0.5)
    yield "an overflow", lambda: _mastered(candidate, draw, 1, bad={0: torch.inf})
    yield "an overflow in the second of three steps", lambda: _mastered(candidate, draw, 3, bad={1: torch.nan})
    yield "the scale grows after two steps", lambda: _mastered(candidate, draw, 5, growth_interval=2)
    yield "a weight without gradient", lambda: _mastered(candidate, draw, 2, skip=1)
    yield "one step, looked at even after an error", lambda: _looked_at(candidate, draw)
    yield "the weights stay where they lie", lambda: _in_place(candidate, draw)


def _mastered(
    candidate: Any, draw: Draw, steps: int, *, dtype: torch.dtype = torch.float16, lr: float = 0.125, size: float = 1.0,
    scale: float = 256.0, momentum: float = 0.0, growth_interval: int = 1000, bad: dict[int, float] | None = None,
    skip: int = -1,
) -> Any:  # fmt: skip
    """Weights, masters and scale after some steps; `skip` is a weight without gradient."""
    weights = [nn.Parameter(item.detach().clamp(-3, 3).to(dtype)) for item in two_weights(draw)]
    slopes = [[_eighths(draw, *weight.shape) * size * scale for weight in weights] for _ in range(steps)]
    masters, optimizer, scaler = _set_up(weights, lr / size, momentum, scale, growth_interval)
    for step in range(steps):
        for number, (weight, slope) in enumerate(zip(weights, slopes[step], strict=True)):
            weight.grad = None if number == skip and step == steps - 1 else slope.to(dtype)
        if bad and step in bad:
            gradient_of(weights[1])[2] = bad[step]
        candidate(weights, masters, optimizer, scaler)
    return {
        "weights": [weight.detach().float() for weight in weights],
        "dtypes": [weight.dtype for weight in weights],
        "masters": masters,
        "the weights are the rounded masters": all(map(torch.equal, weights, [item.to(dtype) for item in masters])),
        "scale": scaler.get_scale(),
    }


def _eighths(draw: Draw, *shape: int) -> Tensor:
    """Multiples of an eighth between -2 and 2: exact in every format."""
    return draw.integers(*shape, low=-16, high=17).float() / 8


def _set_up(weights: list[nn.Parameter], lr: float, momentum: float, scale: float, growth_interval: int) -> Any:
    masters = [weight.detach().float().requires_grad_() for weight in weights]
    optimizer = torch.optim.SGD(masters, lr=lr, momentum=momentum)
    scaler = torch.amp.GradScaler(weights[0].device.type, init_scale=scale, growth_interval=growth_interval)
    scaler.scale(torch.zeros((), device=weights[0].device))  # the library's scaler wakes up here
    return masters, optimizer, scaler


def _looked_at(candidate: Any, draw: Draw) -> Any:
    """How far one step came."""
    weights = [nn.Parameter(item.detach().half()) for item in two_weights(draw)]
    masters, optimizer, scaler = _set_up(weights, 0.125, 0.0, 256.0, 1)
    for weight in weights:
        weight.grad = _eighths(draw, *weight.shape).half()
    try:
        candidate(weights, masters, optimizer, scaler)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise
    return {"masters": masters, "scale": scaler.get_scale(), "weights": [item.detach().float() for item in weights]}


def _in_place(candidate: Any, draw: Draw) -> Any:
    weights = [nn.Parameter(item.detach().half()) for item in two_weights(draw)]
    masters, optimizer, scaler = _set_up(weights, 0.125, 0.0, 256.0, 1000)
    places = [item.data_ptr() for item in (*weights, *masters)]
    for weight in weights:
        weight.grad = _eighths(draw, *weight.shape).half()
    kept = [gradient_of(weight).clone() for weight in weights]
    candidate(weights, masters, optimizer, scaler)
    return {
        "weights": [weight.detach().float() for weight in weights],
        "same memory": places == [item.data_ptr() for item in (*weights, *masters)],
        "the weights need gradients": [weight.requires_grad for weight in weights],
        "gradients of the weights unchanged": all(map(torch.equal, map(gradient_of, weights), kept)),
    }

"""What `LossScaler` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.mixed_precision._shared import gradient_of, two_weights

Faults = dict[int, tuple[int, float]]

SCALERS = [torch.amp.GradScaler, torch._amp_foreach_non_finite_check_and_unscale_, torch._amp_update_scale_]


@exercise(points=4, without=SCALERS)
def LossScaler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A scale for the loss that backs off after an overflow and grows after quiet steps."""
    infinite = torch.inf
    bad = {step: (0, infinite) for step, hit in enumerate(draw.mask(14, keep=0.3).tolist()) if hit}
    yield "the loss is multiplied", lambda: candidate(init_scale=8.0).scale(draw.normal())
    yield "the scale at the start", lambda: [candidate().get_scale(), candidate(init_scale=4.0).get_scale()]
    yield "three quiet steps", lambda: _trace(candidate(), draw, 3)
    yield "an overflow at the second step", lambda: _trace(candidate(), draw, 3, {1: (0, infinite)})
    yield "minus infinity", lambda: _trace(candidate(), draw, 3, {1: (0, -infinite)})
    yield "NaN", lambda: _trace(candidate(), draw, 3, {0: (0, torch.nan)})
    yield "only the last parameter overflows", lambda: _trace(candidate(), draw, 3, {1: (1, infinite)})
    yield "growth after 3 quiet steps", lambda: _trace(candidate(growth_interval=3), draw, 8)
    yield "an overflow starts the count anew", lambda: _trace(candidate(growth_interval=3), draw, 7, {2: (0, infinite)})
    yield "other factors", lambda: _trace(candidate(16.0, 4.0, 0.25, 2), draw, 6, {3: (0, infinite)})
    yield "factors by name", lambda: _trace(candidate(backoff_factor=0.125), draw, 2, {0: (0, infinite)})
    yield "overflows at random, with momentum", lambda: _trace(candidate(growth_interval=2), draw, 14, bad, 0.5)
    yield "two thousand quiet steps, as torch counts", lambda: _long_calm(candidate(), draw)
    yield "unscale_, look, then step", lambda: _unscaled_by_hand(candidate(), draw)
    yield "unscale_ twice", lambda: _unscaled_twice(candidate(), draw)
    yield "two optimizers, one overflows", lambda: _two_optimizers(candidate(), draw)
    yield "a parameter without gradient", lambda: _without_gradient(candidate(), draw)


def _backward(scaler: Any, weights: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
    """A backward pass whose true gradients are `slopes`."""
    loss = sum((weight * slope).sum() for weight, slope in zip(weights, slopes, strict=True))
    scaler.scale(loss).backward()


def _trace(scaler: Any, draw: Draw, steps: int, bad: Faults | None = None, momentum: float = 0.0) -> Any:
    """Scale and weights after each step, and the last gradients.

    `bad`: step → (which parameter, what its gradient gets).
    """
    weights = two_weights(draw)
    slopes = [[draw.normal(*weight.shape) for weight in weights] for _ in range(steps)]
    for step, (which, value) in (bad or {}).items():
        slopes[step][which].view(-1)[1] = value
    optimizer = torch.optim.SGD(weights, lr=0.25, momentum=momentum)
    scales, lines = [], []
    for step in range(steps):
        optimizer.zero_grad()
        _backward(scaler, weights, slopes[step])
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
        lines.append(torch.cat([weight.detach().flatten() for weight in weights]))
    return {
        "scale after each step": scales,
        "weights after each step": torch.stack(lines),
        "last gradients": [weight.grad for weight in weights],
    }


def _long_calm(scaler: Any, draw: Draw) -> Any:
    """The scale right before, at and after the step at which it grows by default."""
    weight = nn.Parameter(draw.normal(1))
    optimizer = torch.optim.SGD([weight], lr=0.25)
    _backward(scaler, [weight], [draw.normal(1)])
    scales = []
    for _ in range(2001):
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return {"scale after 1, 1999, 2000 and 2001 steps": [scales[0], *scales[-3:]]}


def _unscaled_by_hand(scaler: Any, draw: Draw) -> Any:
    weights, slopes = two_weights(draw), [draw.normal(3, 4), draw.normal(5)]
    optimizer = torch.optim.SGD(weights, lr=0.25)
    _backward(scaler, weights, slopes)
    scaler.unscale_(optimizer)
    seen = [gradient_of(weight).clone() for weight in weights]
    scaler.step(optimizer)
    scaler.update()
    return {"after unscale_": seen, "weights": weights, "second round": _trace(scaler, draw, 1)}


def _unscaled_twice(scaler: Any, draw: Draw) -> Any:
    weights, slopes = two_weights(draw), [draw.normal(3, 4), draw.normal(5)]
    optimizer = torch.optim.SGD(weights, lr=0.25)
    _backward(scaler, weights, slopes)
    scaler.unscale_(optimizer)
    return scaler.unscale_(optimizer)


def _two_optimizers(scaler: Any, draw: Draw) -> Any:
    weights, slopes = two_weights(draw), [draw.normal(3, 4), draw.normal(5)]
    slopes[0][1, 2] = torch.inf
    optimizers = [torch.optim.SGD([weight], lr=0.25) for weight in weights]
    _backward(scaler, weights, slopes)
    for optimizer in optimizers:
        scaler.step(optimizer)
    scaler.update()
    return {"overflowed": weights[0], "went on": weights[1], "scale": scaler.get_scale()}


def _without_gradient(scaler: Any, draw: Draw) -> Any:
    weights, slope, frozen = two_weights(draw), draw.normal(5), nn.Parameter(draw.normal(2), requires_grad=False)
    optimizer = torch.optim.SGD([weights[0], frozen, weights[1]], lr=0.25)
    _backward(scaler, weights[1:], [slope])
    scaler.step(optimizer)
    scaler.update()
    return {"weights": [*weights, frozen], "scale": scaler.get_scale()}

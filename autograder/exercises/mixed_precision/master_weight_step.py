"""What `master_weight_step` must show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise
from autograder.exercises.mixed_precision._shared import gradient_of, spoil, two_weights

MASTERS = Idea("small steps add up in the masters, and the weights are their copies", weight=2.0, point=True)
SKIPPED = Idea("the scaler skips an overflow and keeps the scale", weight=1.5, point=True)
NONE = Idea("a weight without gradient", weight=1.0)
PLACE = Idea("the weights and their gradients stay where and what they are", weight=1.0)


@exercise(points=3)
def master_weight_step(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One step of an optimizer on float32 masters of half-precision weights."""
    half, brain, scale = torch.float16, torch.bfloat16, 2.0 ** draw.integer(4, 9)
    which, step = draw.integer(0, 2), draw.integer(1, 3)
    yield "the docstring's example", _example(candidate, draw), MASTERS
    yield "one step", Course(draw, half, 1, scale).of(candidate), MASTERS
    yield "one step, bfloat16", Course(draw, brain, 1, scale).of(candidate), MASTERS
    yield "twenty steps too small for float16", Course(draw, half, 20, scale, lr=2.0**-14).of(candidate), MASTERS
    yield "gradients too small for float16", Course(draw, half, 3, 2.0**24, size=2.0**-30).of(candidate), MASTERS
    yield "three steps with momentum", Course(draw, half, 3, scale, momentum=0.5).of(candidate), MASTERS
    yield "an overflow", Course(draw, half, 1, scale, bad={0: torch.inf}).of(candidate), SKIPPED
    yield "NaN in the middle", Course(draw, half, 4, scale, bad={step: torch.nan}, momentum=0.5).of(candidate), SKIPPED
    yield "the scale grows after two steps", Course(draw, brain, 5, scale, interval=2).of(candidate), SKIPPED
    yield "its master stays", Course(draw, half, 3, scale, none={2: which}).of(candidate), NONE
    yield "with momentum", Course(draw, half, 3, scale, none={2: which}, momentum=0.5).of(candidate), NONE
    yield "none at first", Course(draw, half, 2, scale, none={0: which}, momentum=0.5).of(candidate), NONE
    yield "masters that differ at the start", _apart(candidate, draw, scale, which), PLACE
    yield "the memory of the weights", _in_place(candidate, draw, scale), PLACE
    yield "the gradients of the weights", _gradients_afterwards(candidate, draw, scale), PLACE
    yield "one step, looked at even after an error", _looked_at(candidate, draw, scale), PLACE


@dataclass
class Course:
    """Some steps, drawn when it is made.

    Attributes:
        lr, size: the gradients are multiples of an eighth, times `size`; the steps do not depend on it.
        interval: after so many steps without overflow the scale grows.
        bad: step → what stands somewhere in the gradient of a weight.
        none: step → the weight that has no gradient there.
    """

    draw: Draw
    dtype: torch.dtype
    steps: int
    scale: float
    lr: float = 0.125
    size: float = 1.0
    momentum: float = 0.0
    interval: int = 1000
    bad: dict[int, float] | None = None
    none: dict[int, int] | None = None

    def of(self, candidate: Any) -> Thunk:
        """The thunk that takes these steps."""
        weights = half_weights(self.draw, self.dtype)
        gradients: list[list[Tensor | None]] = []
        for step in range(self.steps):
            line = [eighths(self.draw, weight) * self.size * self.scale for weight in weights]
            if self.bad and step in self.bad:
                spoil(self.draw, self.draw.choice(line), self.bad[step])
            gone = (self.none or {}).get(step, -1)
            gradients.append([None if at == gone else item.to(self.dtype) for at, item in enumerate(line)])
        return lambda: self._taken(candidate, weights, gradients)

    def _taken(self, candidate: Any, weights: list[nn.Parameter], gradients: list[list[Tensor | None]]) -> Any:
        masters = masters_of(weights)
        optimizer = torch.optim.SGD(masters, lr=self.lr / self.size, momentum=self.momentum)
        scaler, scales = scaler_for(weights, self.scale, self.interval), []
        for line in gradients:
            for weight, gradient in zip(weights, line, strict=True):
                weight.grad = gradient
            candidate(list(weights), list(masters), optimizer, scaler)
            scales.append(scaler.get_scale())
        return {**shown(weights, masters), "scale after each step": scales}


def half_weights(draw: Draw, dtype: torch.dtype) -> list[nn.Parameter]:
    return [nn.Parameter(item.detach().clamp(-3, 3).to(dtype)) for item in two_weights(draw)]


def eighths(draw: Draw, like: Tensor) -> Tensor:
    """Multiples of an eighth between -2 and 2, without 0: exact in every format."""
    signs = 2 * draw.integers(*like.shape, high=2) - 1
    return signs * draw.integers(*like.shape, low=1, high=17).float() / 8


def masters_of(weights: list[nn.Parameter]) -> list[Tensor]:
    return [weight.detach().float().requires_grad_() for weight in weights]


def scaler_for(weights: list[nn.Parameter], scale: float, interval: int = 1000) -> torch.amp.GradScaler:
    scaler = torch.amp.GradScaler(weights[0].device.type, init_scale=scale, growth_interval=interval)
    scaler.scale(torch.zeros((), device=weights[0].device))  # the library's scaler wakes up here
    return scaler


def shown(weights: list[nn.Parameter], masters: list[Tensor]) -> dict[str, Any]:
    """The weights in float64: each of their digits counts."""
    return {
        "masters": masters,
        "weights": [weight.detach().double() for weight in weights],
        "dtypes": [weight.dtype for weight in weights],
    }


def _one_step(draw: Draw, scale: float, interval: int = 1000) -> tuple[Any, ...]:
    """Weights with gradients, masters, an optimizer and a scaler."""
    weights = half_weights(draw, torch.float16)
    for weight in weights:
        weight.grad = (eighths(draw, weight) * scale).half()
    masters = masters_of(weights)
    return weights, masters, torch.optim.SGD(masters, lr=0.125), scaler_for(weights, scale, interval)


def _example(candidate: Any, draw: Draw) -> Thunk:
    start, slope, scale = 1.0 + draw.integer(1, 9) / 8, 1e-4 * draw.integer(2, 9), 2.0 ** draw.integer(3, 9)

    def run(start: float, slope: float, scale: float) -> Any:
        weight = nn.Parameter(torch.full((1,), start, dtype=torch.float16, device=draw.device))
        master = torch.full((1,), start, device=draw.device, requires_grad=True)
        scaler = torch.amp.GradScaler(draw.device.type, init_scale=scale)
        scaler.scale(weight.float().sum() * slope).backward()
        candidate([weight], [master], torch.optim.SGD([master], lr=1.0), scaler)
        return weight.item(), master.item()

    return lambda: {"the example": run(1.0, 0.0001, 4.0), "other numbers": run(start, slope, scale)}


def _apart(candidate: Any, draw: Draw, scale: float, gone: int) -> Thunk:
    """The masters are other numbers than the weights, and one weight has no gradient: it gets its master all the
    same, and so do both after an overflow."""
    steps = [_one_step(draw, scale), _one_step(draw, scale)]
    elsewhere = [[draw.normal(*master.shape) for master in masters] for _, masters, *_ in steps]
    steps[0][0][gone].grad = None
    spoil(draw, draw.choice(steps[1][0]).grad, torch.inf)

    def look() -> Any:
        for (_, masters, *_), values in zip(steps, elsewhere, strict=True):
            for master, value in zip(masters, values, strict=True):
                master.data.copy_(value)
        for weights, masters, optimizer, scaler in steps:
            candidate(list(weights), list(masters), optimizer, scaler)
        return [shown(weights, masters) for weights, masters, *_ in steps]

    return look


def _in_place(candidate: Any, draw: Draw, scale: float) -> Thunk:
    weights, masters, optimizer, scaler = _one_step(draw, scale)

    def look() -> Any:
        there = [item.detach() for item in (*weights, *masters)]
        candidate(list(weights), list(masters), optimizer, scaler)
        return {
            "what lies there": [item.double() for item in there],
            **shown(weights, masters),
            "the weights need gradients": [weight.requires_grad for weight in weights],
        }

    return look


def _gradients_afterwards(candidate: Any, draw: Draw, scale: float) -> Thunk:
    weights, masters, optimizer, scaler = _one_step(draw, scale)

    def look() -> Any:
        before = [gradient_of(weight) for weight in weights]
        candidate(list(weights), list(masters), optimizer, scaler)
        count = sum(weight.grad is not None for weight in weights)
        return {"masters": masters, "weights with a gradient": count, "gradients of the weights": before}

    return look


def _looked_at(candidate: Any, draw: Draw, scale: float) -> Thunk:
    """How far one step came."""
    weights, masters, optimizer, scaler = _one_step(draw, scale, 1)

    def look() -> Any:
        try:
            candidate(list(weights), list(masters), optimizer, scaler)
        except RuntimeError as error:
            if isinstance(error, NotImplementedError):
                raise
        return {**shown(weights, masters), "scale": scaler.get_scale()}

    return look

"""Rounds of training with a loss scaler, and what can be seen in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk
from autograder.engine.probes import refusal
from autograder.exercises.mixed_precision._shared import gradient_of, spoil, two_weights

LR = 0.25


def power(draw: Draw) -> float:
    """A scale to begin with: a power of two, so that right answers agree exactly."""
    return 2.0 ** draw.integer(3, 15)


def slopes_for(weights: Sequence[Tensor], draw: Draw) -> list[Tensor]:
    """True gradients."""
    return [draw.normal(*weight.shape) for weight in weights]


def backward(scaler: Any, weights: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
    """A backward pass whose true gradients are `slopes`."""
    loss = sum((weight * slope).sum() for weight, slope in zip(weights, slopes, strict=True))
    scaler.scale(loss).backward()


def trace(
    scaler: Any, weights: list[nn.Parameter], slopes: list[list[Tensor]], momentum: float = 0.0, groups: Any = None
) -> Any:
    """Scale and weights after each step, and the last gradients.

    Args:
        slopes: for each step the true gradients.
        groups: what the optimizer gets instead of `weights`.
    """
    optimizer = torch.optim.SGD(groups or weights, lr=LR, momentum=momentum)
    scales, lines = [], []
    for step in slopes:
        optimizer.zero_grad()
        backward(scaler, weights, step)
        scaler.step(optimizer)
        scaler.update()
        scales.append(float(scaler.get_scale()))
        lines.append(torch.cat([weight.detach().flatten() for weight in weights]))
    return {
        "scale after each step": scales,
        "weights after each step": torch.stack(lines),
        "last gradients": [weight.grad for weight in weights],
    }


def by_hand(candidate: Any, draw: Draw) -> Thunk:
    """The gradients are unscaled and halved before the step, in a round without and in one with an overflow; then
    comes a round in which they are not."""
    weights, scale = two_weights(draw), power(draw)
    quiet, bad, later = (slopes_for(weights, draw) for _ in range(3))
    spoil(draw, draw.choice(bad), torch.inf)

    def look() -> Any:
        scaler, optimizer = candidate(init_scale=scale), torch.optim.SGD(weights, lr=LR)
        return {
            "a quiet round": _halved(scaler, optimizer, weights, quiet),
            "an overflow": _halved(scaler, optimizer, weights, bad),
            "next round": trace(scaler, weights, [later]),
        }

    return look


def _halved(scaler: Any, optimizer: Any, weights: list[nn.Parameter], slopes: list[Tensor]) -> Any:
    optimizer.zero_grad()
    backward(scaler, weights, slopes)
    scaler.unscale_(optimizer)
    seen = [gradient_of(weight).clone() for weight in weights]
    for weight in weights:
        gradient_of(weight).mul_(0.5)
    scaler.step(optimizer)
    scaler.update()
    return {"after unscale_": seen, "weights": [weight.detach().clone() for weight in weights]}


def unscaled_twice(candidate: Any, draw: Draw) -> Thunk:
    """After `unscale_` and after `step` it is too late for another `unscale_`, until the next round."""
    weights, scale = two_weights(draw), power(draw)
    rounds = [slopes_for(weights, draw) for _ in range(3)]

    def look() -> Any:
        scaler, optimizer, shown = candidate(init_scale=scale), torch.optim.SGD(weights, lr=LR), {}
        for method, slopes in zip(("unscale_", "step"), rounds, strict=False):
            optimizer.zero_grad()
            backward(scaler, weights, slopes)
            getattr(scaler, method)(optimizer)
            again = refusal(RuntimeError, scaler.unscale_, optimizer)
            shown[f"after {method}"] = {"it is": again, "gradients": [gradient_of(item).clone() for item in weights]}
            scaler.update()
        return {**shown, "next round": trace(scaler, weights, rounds[2:])}

    return look


def two_optimizers(candidate: Any, draw: Draw, bad: list[list[int]]) -> Thunk:
    """One scaler for both.

    Args:
        bad: for each round, whose gradients overflow.
    """
    weights, scale, rounds = two_weights(draw), power(draw), []
    for which in bad:
        rounds.append(slopes_for(weights, draw))
        for number in which:
            spoil(draw, rounds[-1][number], torch.inf)

    def look() -> Any:
        scaler, scales = candidate(init_scale=scale, growth_interval=3), []
        optimizers = [torch.optim.SGD([weight], lr=LR) for weight in weights]
        for slopes in rounds:
            for optimizer in optimizers:
                optimizer.zero_grad()
            backward(scaler, weights, slopes)
            for optimizer in optimizers:
                scaler.step(optimizer)
            scaler.update()
            scales.append(float(scaler.get_scale()))
        return {"weights": weights, "scale after each round": scales}

    return look


def two_scalers(candidate: Any, draw: Draw) -> Thunk:
    """Each with a weight of its own; the second overflows in the first round, the first in the second."""
    weights, scales = two_weights(draw), [power(draw), power(draw)]
    rounds = [slopes_for(weights, draw) for _ in range(3)]
    spoil(draw, rounds[0][1], torch.inf)
    spoil(draw, rounds[1][0], torch.inf)

    def look() -> Any:
        scalers = [candidate(init_scale=scale) for scale in scales]
        optimizers = [torch.optim.SGD([weight], lr=LR) for weight in weights]
        for slopes in rounds:
            for scaler, optimizer, weight, slope in zip(scalers, optimizers, weights, slopes, strict=True):
                optimizer.zero_grad()
                backward(scaler, [weight], [slope])
                scaler.step(optimizer)
            for scaler in scalers:
                scaler.update()
        return {"weights": weights, "scales": [float(scaler.get_scale()) for scaler in scalers]}

    return look

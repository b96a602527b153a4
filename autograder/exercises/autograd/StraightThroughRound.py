"""What `StraightThroughRound` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments


@exercise(points=4)
def StraightThroughRound(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Rounding that lets gradients through."""
    x, half = draw.normal(3, 4), draw.integers(9, low=-7, high=8) / 4

    def step(value: float, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.tensor(value, device=draw.device, dtype=dtype)

    def returned(x_learns: bool, step_learns: bool) -> Any:
        """What `backward` hands to the engine, and what arrives."""
        one, other = draw.normal(4).requires_grad_(x_learns), step(0.3).requires_grad_(step_learns)
        u, v = draw.normal(4), draw.normal(4)
        y = candidate.apply(one, other)
        handed = y.grad_fn.apply(u)
        y.backward(v)
        return {"is None": [item is None for item in handed], "grads": [one.grad, other.grad]}

    def scaled(x: Tensor, size: Tensor) -> Tensor:
        return candidate.apply(x, size) * torch.arange(1, x.numel() + 1, device=x.device).view_as(x)

    def trained() -> Any:
        w, size, data, target = draw.normal(4).requires_grad_(), step(0.4), draw.normal(5, 4), draw.normal(5)
        loss = ((data @ candidate.apply(w, size.requires_grad_())) - target).square().mean()
        return [loss, *torch.autograd.grad(loss, [w, size])]

    def beside() -> Any:
        leaf, v = draw.normal(4).requires_grad_(), draw.normal(4)
        found = torch.autograd.grad(3 * leaf + candidate.apply(leaf, step(0.5)), leaf, v)
        return {"gradient": found, "what arrived, afterwards": v}

    yield "steps of a quarter", lambda: candidate.apply(x, step(0.25))
    yield "steps of 0.3", lambda: candidate.apply(3 * x, step(0.3))
    yield "halfway between two steps", lambda: candidate.apply(half, step(0.5))
    yield "one number", lambda: gradients(scaled, draw.normal(), step(0.3))
    yield "both gradients", lambda: gradients(scaled, x, step(0.3))
    yield "float64", lambda: gradients(scaled, x.double(), step(0.3, torch.float64))
    yield "not contiguous", lambda: gradients(lambda a, s: scaled(a.mT[::2], s), x, step(0.7))
    yield "only x learns", lambda: returned(True, False)
    yield "only the step learns", lambda: returned(False, True)
    yield "in a loss", trained
    yield "the inputs are left alone", lambda: with_arguments(candidate.apply, draw.normal(4), step(0.2))
    yield "the gradient that arrives is left alone", beside
    yield "the input is changed before the way back", lambda: _rounded_then_changed(candidate, draw, step(0.3))


def _rounded_then_changed(candidate: Any, draw: Draw, size: Tensor) -> dict[str, Any]:
    """The step's gradient, when somebody writes into `x` after the way there. A refusal is right too."""
    start, change, v = draw.normal(5), draw.normal(5), draw.normal(5)

    def gradient(changed: bool) -> Tensor:
        x, learned = start.clone(), size.clone().requires_grad_()
        y = candidate.apply(x, learned)
        if changed:
            x.mul_(change)
        return torch.autograd.grad(y, learned, v)[0]

    right = gradient(False)
    try:
        same = bool(torch.allclose(gradient(True), right, rtol=1e-4, atol=1e-6))
    except RuntimeError:
        same = True
    return {"gradient": right, "a wrong gradient after x was changed": not same}

"""What `clip_gradients` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.hooks._shared import grads, left_on, small


@exercise(points=2)
def clip_gradients(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Hooks that keep every element of a gradient within limits."""

    def learn(model: nn.Module, x: Tensor) -> dict[str, Any]:
        model(x).square().sum().backward()
        return grads(model)

    def clipped(limit: float, x: Tensor, passes: int = 1) -> Any:
        model = draw.fill_(small())
        handles = candidate(model.parameters(), limit)
        return {"handles": len(handles), "grads": [learn(model, x) for _ in range(passes)][-1]}

    def frozen() -> Any:
        model, x = draw.fill_(small()), draw.normal(3, 4)
        model[0].weight.requires_grad_(False)
        handles = candidate(list(model.parameters()), 0.5)
        return {"grads": learn(model, x), "handles": len(handles)}

    def neighbours() -> Any:
        inside, outside, slope = draw.normal(5).requires_grad_(), draw.normal(5).requires_grad_(), draw.normal(5)
        candidate([inside], 0.25)
        (slope * (inside + outside)).sum().backward()
        return {"clipped": inside.grad, "not asked for": outside.grad}

    def earlier() -> Any:
        weight, slope = draw.normal(6).requires_grad_(), draw.normal(6)
        weight.grad = 5 * draw.normal(6)
        candidate(iter([weight]), 0.5)
        (weight * slope).sum().backward()
        return weight.grad

    def off_again() -> Any:
        model, x = draw.fill_(small()), draw.normal(3, 4)
        for handle in candidate(model.parameters(), 0.1):
            handle.remove()
        return {"grads": learn(model, x), **left_on(model)}

    def hostile() -> Any:
        weight = draw.normal(4).requires_grad_()
        candidate([weight], 2.0)
        (weight * torch.tensor([torch.inf, -torch.inf, -3.0, 1.0], device=draw.device)).sum().backward()
        return {"gradient": weight.grad, "weight": weight}

    yield "the parameters of a network", lambda: clipped(0.5, draw.normal(3, 4))
    yield "a wide limit changes nothing", lambda: clipped(1e6, draw.normal(3, 4))
    yield "infinite gradients", hostile
    yield "each of two passes by itself", lambda: clipped(0.5, draw.normal(3, 4), passes=2)
    yield "what lay in .grad before", earlier
    yield "a frozen parameter", frozen
    yield "a neighbour that shares the gradient", neighbours
    yield "handles take it off again", off_again

"""What `gradient_norms` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.hooks._shared import (
    Nested,
    Reader,
    Twice,
    after_error,
    grads,
    half_evaluated,
    hooks_left,
    left_on,
    small,
)


@exercise(points=2)
def gradient_norms(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How much gradient arrives at each layer, in the order of arrival."""

    def loss(result: Tensor) -> Tensor:
        return (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).reshape(result.shape)).sum()

    nested, twice, reader = map(draw.fill_, (Nested(), Twice(), Reader()))

    def norms(model: nn.Module, x: Tensor, loss: Callable[[Tensor], Tensor] = loss) -> Any:
        return {"lines": candidate(model, x, loss), **hooks_left(model)}

    yield "a small network", lambda: norms(draw.fill_(small()), draw.normal(2, 4))
    yield "one row", lambda: norms(draw.fill_(small()), draw.normal(1, 4))
    yield "a mean as the loss", lambda: norms(draw.fill_(small()), draw.normal(5, 4), lambda y: y.square().mean())
    yield "modules within modules", lambda: norms(nested, draw.normal(2, 5))
    yield "a layer used twice", lambda: norms(twice, draw.normal(3, 4))
    yield "a layer that returns a tuple", lambda: norms(reader, draw.normal(2, 6, 3))

    def learns() -> Any:
        model = draw.fill_(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)))
        before, x = draw.normal(2, 4), draw.normal(2, 4)
        loss(model(before)).backward()
        return {**norms(model, x), "grads afterwards": grads(model)}

    def input_after() -> Any:
        model, x = draw.fill_(small()), draw.normal(2, 4)
        return {**norms(model, x), "x": x, "x needs a gradient": x.requires_grad, "its grad": x.grad}

    def again() -> Any:
        model, x, y = half_evaluated(draw.fill_(small())), draw.normal(2, 4), draw.normal(3, 4)
        return {"two calls": [norms(model, x), norms(model, y)], **left_on(model)}

    def error() -> Any:
        model = draw.fill_(small())
        return after_error(lambda: candidate(model, draw.normal(2, 4), lambda y: 1 / 0), model)

    yield "gradients add up in the parameters as always", learns
    yield "the caller's input is left alone", input_after
    yield "two calls leave the model as it was", again
    yield "nothing is left behind by an error in the loss", error

"""What `hessian_vector_product` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import largest_tensor
from autograder.exercises.autograd._shared import READY_MADE, learning


@exercise(points=3, without=READY_MADE)
def hessian_vector_product(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How the gradient changes along a direction."""
    w, bent = draw.normal(5, 4), draw.normal(4, 4)

    def coupled(x: Tensor) -> Tensor:
        return (w @ x).tanh().square().sum()

    def quartic(x: Tensor) -> Tensor:
        return (x**4).sum() * x[0].sum()

    def pair(*shape: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        return draw.normal(*shape, dtype=dtype), draw.normal(*shape, dtype=dtype)

    def left_alone() -> Any:
        x, v, weight = draw.normal(4), draw.normal(4), learning(w.clone())
        found = candidate(lambda x: (weight @ x).tanh().square().sum(), x, v)
        left = {"need a gradient": [x.requires_grad, v.requires_grad], "grads": [x.grad, v.grad, weight.grad]}
        return {"product": found, "graph left": found.requires_grad, **left}

    def learner() -> Any:
        x, v = learning(draw.normal(4)), learning(draw.normal(4))
        found = candidate(coupled, x, v)
        return {"product": found, "graph left": found.requires_grad, "grads": [x.grad, v.grad]}

    def along() -> Any:
        x = draw.normal(4)
        return [candidate(coupled, x, v) for v in (torch.zeros_like(x), w[0])]

    def frugal() -> Any:
        """Sixty numbers: the whole matrix would hold 3600."""
        x, v = pair(60)

        def run(x: Tensor, v: Tensor) -> Tensor:
            with torch.enable_grad():
                return candidate(lambda x: (x.sin() * x.roll(1)).sum(), x, v)

        product, largest = largest_tensor(run, x, v)
        return {"product": product, "a tensor of more than 120 numbers": largest > 120}

    def straight() -> Any:
        weight = draw.normal(4).requires_grad_()
        functions = [lambda x: (w @ x).sum(), lambda x: (weight * x).sum(), lambda x: (w @ x).sum() + x[0] ** 2]
        x, v = pair(4)
        return [candidate(function, x, v) for function in functions]

    yield "coupled numbers", lambda: candidate(coupled, *pair(4))
    yield "a quadratic form", lambda: candidate(lambda x: x @ bent @ x, *pair(4))
    yield "a matrix", lambda: candidate(quartic, *pair(3, 2))
    yield "one number", lambda: candidate(lambda x: x.exp() * x.square(), *pair())
    yield "a batch of one", lambda: candidate(quartic, *pair(1, 5))
    yield "along nothing, and along a row", along
    yield "float64", lambda: candidate(quartic, *pair(3, 2, dtype=torch.float64))
    yield "not contiguous", lambda: candidate(quartic, draw.normal(2, 3).mT, draw.normal(3, 4)[:, ::2])
    yield "a linear function has no second derivative", straight
    yield "nothing is left behind", left_alone
    yield "an x that learns already", learner
    yield "60 numbers: memory", frugal

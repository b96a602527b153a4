"""What `jacobian` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.autograd._shared import READY_MADE, learning, refusal


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.function(x)


@exercise(points=3, without=READY_MADE)
def jacobian(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Every derivative of every result."""
    w = draw.normal(3, 4)

    def once() -> Any:
        function = Counted(lambda x: (w @ x).sigmoid())
        return {"jacobian": candidate(function, draw.normal(4)), "calls of the function": function.calls}

    def left_alone() -> Any:
        x, weight = draw.normal(4), learning(w.clone())
        found = candidate(lambda x: (weight @ x).tanh(), x)
        left = {"x needs a gradient": x.requires_grad, "x.grad": x.grad, "the weight's grad": weight.grad}
        return {"jacobian": found, "graph left": found.requires_grad, **left}

    def learner() -> Any:
        x = learning(draw.normal(4))
        found = candidate(lambda x: w @ x.exp(), x)
        return {"jacobian": found, "graph left": found.requires_grad, "x.grad": x.grad}

    def refused() -> Any:
        numbers = [draw.normal(4), draw.integers(4, high=9)]
        real = candidate(lambda x: 0.5 * x, numbers[0])
        return {"real numbers": real, "whole": refusal(lambda: candidate(lambda x: 0.5 * x, numbers[1]))}

    def partly(x: Tensor) -> Tensor:
        return torch.cat([x[1:2], torch.ones_like(x[:2]), x[:1] * x[3:]])

    yield "four numbers to three", lambda: candidate(lambda x: (w @ x).tanh(), draw.normal(4))
    yield "as many results as inputs", lambda: candidate(lambda x: x.cumsum(0).sin(), draw.normal(5))
    yield "a matrix to a vector", lambda: candidate(lambda x: (w * x).exp().sum(1), draw.normal(3, 4))
    yield "a vector to a matrix", lambda: candidate(lambda x: w * x.square(), draw.normal(4))
    yield "two dimensions to three", lambda: candidate(lambda x: x.unsqueeze(-1) * w[0, :2], draw.normal(2, 3))
    yield "a number comes out", lambda: candidate(lambda x: (w @ x).square().sum(), draw.normal(4))
    yield "a number goes in", lambda: candidate(lambda x: w * x.exp(), draw.normal())
    yield "one number to one", lambda: candidate(lambda x: x.square(), draw.normal(1))
    yield "results that do not depend on x", lambda: candidate(partly, draw.normal(4))
    yield "float64", lambda: candidate(lambda x: (w.double() @ x).tanh(), draw.normal(4, dtype=torch.float64))
    yield "not contiguous", lambda: candidate(lambda x: x.reshape(-1).sin()[:5], draw.normal(4, 6).mT[::2])
    yield "the function is called once", once
    yield "nothing is left behind", left_alone
    yield "an x that learns already", learner
    yield "whole numbers are refused", refused

"""What `jacobian` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd._shared import READY_MADE, but_for, learning, left_on, next_use

ROWS = Idea("a row for each result, in the shape of results and inputs", weight=3, point=True)
ONCE = Idea("the function is called once", weight=2)
NO_PART = Idea("a result that does not depend on x has a row of zeros", weight=1)
UNTOUCHED = Idea("x is left as it was", weight=2.5)
WEIGHTS = Idea("the function's weights are left as they were", weight=2.5)
DTYPES = Idea("the dtype of x", weight=1)
REST = Idea("layouts, and what is refused", weight=1)


@exercise(points=3, without=READY_MADE)
def jacobian(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Every derivative of every result."""
    results, inputs, third = draw.sizes(3, 2, 6)
    w = draw.normal(results, inputs)

    def vector() -> Tensor:
        return draw.normal(inputs)

    def example() -> Any:
        point, other = torch.tensor([1.0, 2.0], device=draw.device), draw.normal(2)
        return {
            "example": candidate(lambda x: x.cumsum(0), point),
            "other numbers": candidate(lambda x: x.cumsum(0).exp(), other),
        }

    yield "the docstring's example", example, ROWS
    yield "one number to one", lambda: candidate(lambda x: x.square(), draw.normal(1)), ROWS
    yield "a vector to another", lambda: candidate(lambda x: (w @ x).tanh(), vector()), ROWS
    yield "as many results as inputs", lambda: candidate(lambda x: x.cumsum(0).sin(), vector()), ROWS
    yield "a number comes out", lambda: candidate(lambda x: (w @ x).square().sum(), vector()), ROWS
    yield "a number goes in", lambda: candidate(lambda x: w * x.exp(), draw.normal()), ROWS
    yield "a matrix to a vector", lambda: candidate(lambda x: (w * x).exp().sum(1), draw.normal(results, inputs)), ROWS
    yield "a vector to a matrix", lambda: candidate(lambda x: w * x.square(), vector()), ROWS
    yield "a matrix to its transpose", lambda: candidate(lambda x: x.mT.square(), draw.normal(third, inputs)), ROWS
    yield "two dimensions to three", lambda: candidate(lambda x: x.unsqueeze(-1) * w[0, :2], draw.normal(2, 3)), ROWS
    yield "a function that hands the gradient through", lambda: candidate(lambda x: x + 1, vector()), ROWS
    yield "a function that changes with every call", lambda: _once(candidate, draw, w), ONCE
    yield "some results do not depend on x", lambda: _partly(candidate, draw), NO_PART
    yield "what is left on x", lambda: _left_on_x(candidate, draw, w), UNTOUCHED
    yield "what is left on the function's weights", lambda: _with_weights(candidate, draw, w), WEIGHTS
    yield "float64, bfloat16, and float64 within", lambda: _dtypes(candidate, draw, w), DTYPES
    yield "not contiguous", lambda: _strided(candidate, draw), REST
    yield "whole numbers are refused", lambda: _whole(candidate, draw), REST


class Restless:
    """A function that is another one at each call, as one with dropout is."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.function(self.calls * x)


def _once(candidate: Any, draw: Draw, w: Tensor) -> Any:
    function = Restless(lambda x: (w @ x).sigmoid())
    return {"jacobian": candidate(function, draw.normal(w.shape[1])), "calls of the function": function.calls}


def _partly(candidate: Any, draw: Draw) -> Any:
    place, other = draw.permutation(4)[:2].tolist()

    def partly(x: Tensor) -> Tensor:
        return torch.cat([x[place : place + 1], torch.ones_like(x[:2]), x[:1] * x[other : other + 1]])

    return candidate(partly, draw.normal(4))


def _left_on_x(candidate: Any, draw: Draw, w: Tensor) -> Any:
    """Of a plain tensor, a leaf that learns already, and a tensor with a history."""
    plain, leaf = draw.normal(w.shape[1]), learning(draw.normal(w.shape[1]))
    found = [candidate(lambda x: (w @ x).sin(), x) for x in (plain, plain, leaf, leaf.exp())]
    return {
        "jacobians": found,
        "the next use of the results": [next_use(item) for item in found],
        **left_on(plain, leaf),
    }


def _with_weights(candidate: Any, draw: Draw, w: Tensor) -> Any:
    weight = learning(w.clone())
    found = candidate(lambda x: (weight @ x).tanh(), draw.normal(w.shape[1]))
    return {"jacobian": found, "the next use of the result": next_use(found), **left_on(weight)}


def _dtypes(candidate: Any, draw: Draw, w: Tensor) -> Any:
    kinds = [
        (lambda x: (w.double() @ x).tanh(), torch.float64),
        (lambda x: w.bfloat16() * x, torch.bfloat16),
        (lambda x: w.double() @ x.double(), torch.float32),
    ]
    x = draw.normal(w.shape[1])
    return [candidate(function, x.to(kind)) for function, kind in kinds]


def _strided(candidate: Any, draw: Draw) -> Any:
    turned, repeated = draw.normal(4, 6).mT[::2], draw.normal(3).expand(2, 3)
    return [candidate(lambda x: x.reshape(-1).sin()[:5], x) for x in (turned, repeated)]


def _whole(candidate: Any, draw: Draw) -> Any:
    real, whole = draw.normal(3), draw.integers(3, high=9)
    return [but_for(x is real, candidate, torch.exp, x) for x in draw.shuffled([real, whole])]

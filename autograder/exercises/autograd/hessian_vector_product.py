"""What `hessian_vector_product` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import largest_tensor
from autograder.exercises.autograd._shared import READY_MADE, learning, left_on, next_use

PRODUCT = Idea("the Hessian times the vector", weight=3, point=True)
FRUGAL = Idea("without the matrix", weight=2, point=True)
STRAIGHT = Idea("no second derivative: zeros", weight=1.5)
UNTOUCHED = Idea("x and the vector are left as they were", weight=2.5)
WEIGHTS = Idea("the function's weights are left as they were", weight=2.5)
KINDS = Idea("dtype and layout of x", weight=1)

A_FEW = 4  # tensors of the size of x are few; the matrix holds as many as x has numbers


def quartic(x: Tensor) -> Tensor:
    return (x**4).sum() * x[0].sum()


@exercise(points=3, without=READY_MADE)
def hessian_vector_product(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How the gradient changes along a direction."""
    length, height, width = draw.sizes(3, 2, 6)
    w, bent = draw.normal(length + 1, length), draw.normal(length, length)

    def coupled(x: Tensor) -> Tensor:
        return (w @ x).tanh().square().sum()

    def pair(*shape: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        return draw.normal(*shape, dtype=dtype), draw.normal(*shape, dtype=dtype)

    def example() -> Any:
        point, direction = (torch.tensor(numbers, device=draw.device) for numbers in ([1.0, 3.0], [1.0, 0.0]))
        others = pair(2)
        return {
            "example": candidate(lambda x: x[0] ** 2 * x[1], point, direction),
            "other numbers": candidate(lambda x: x[0] ** 2 * x[1], *others),
        }

    def along() -> Any:
        x = draw.normal(length)
        return [candidate(coupled, x, v) for v in (torch.zeros_like(x), w[0])]

    yield "the docstring's example", example, PRODUCT
    yield "one number", lambda: candidate(lambda x: x.exp() * x.square(), *pair()), PRODUCT
    yield "a quadratic form", lambda: candidate(lambda x: x @ bent @ x, *pair(length)), PRODUCT
    yield "coupled numbers", lambda: candidate(coupled, *pair(length)), PRODUCT
    yield "along nothing, and along a row", along, PRODUCT
    yield "a matrix", lambda: candidate(quartic, *pair(height, width)), PRODUCT
    yield "a batch of one", lambda: candidate(quartic, *pair(1, width)), PRODUCT
    yield "memory for many numbers", lambda: _frugal(candidate, draw), FRUGAL
    yield "memory for a matrix", lambda: _frugal_matrix(candidate, draw), FRUGAL
    yield "linear functions", lambda: _straight(candidate, draw), STRAIGHT
    yield "what is left on x and the vector", lambda: _left_on_both(candidate, draw), UNTOUCHED
    yield "what is left on the function's weights", lambda: _with_weights(candidate, draw, w), WEIGHTS
    yield "float64 and bfloat16", lambda: _dtypes(candidate, draw), KINDS
    yield "not contiguous", lambda: candidate(quartic, draw.normal(2, 3).mT, draw.normal(3, 4)[:, ::2]), KINDS


def _measured(candidate: Any, function: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Any:
    def run(x: Tensor, v: Tensor) -> Tensor:
        with torch.enable_grad():
            return candidate(function, x, v)

    product, largest = largest_tensor(run, x, v)
    few = "a few times x at most" if largest <= A_FEW * x.numel() else largest
    return {"product": product, "numbers in the largest tensor": few}


def _frugal(candidate: Any, draw: Draw) -> Any:
    """Some fifty numbers: the whole matrix would hold thousands."""
    size = draw.integer(40, 60)
    return _measured(candidate, lambda x: (x.sin() * x.roll(1)).sum(), draw.normal(size), draw.normal(size))


def _frugal_matrix(candidate: Any, draw: Draw) -> Any:
    shape = draw.sizes(2, 5, 9)
    return _measured(candidate, lambda x: (x.exp() * x.roll(1, 0)).sum(), draw.normal(*shape), draw.normal(*shape))


def _along_each(candidate: Any, draw: Draw, functions: list[Callable[[Tensor], Tensor]]) -> Any:
    x, v = draw.normal(4), draw.normal(4)
    found = [candidate(function, x, v) for function in draw.shuffled(functions)]
    return {"products": found, "the next use of each": [next_use(item) for item in found]}


def _straight(candidate: Any, draw: Draw) -> Any:
    """The gradient is a constant, or a weight; beside it a function that is linear in all numbers but one."""
    w, weight = draw.normal(5, 4), draw.normal(4).requires_grad_()
    functions: list[Callable[[Tensor], Tensor]] = [
        lambda x: (w @ x).sum(), lambda x: (weight * x).sum(), lambda x: (w @ x).sum() + x[0] ** 2,
    ]  # fmt: skip
    return _along_each(candidate, draw, functions)


def _left_on_both(candidate: Any, draw: Draw) -> Any:
    """Of plain tensors, of leaves that learn already, and of an x with a history."""
    plain, v = draw.normal(4), draw.normal(4)
    leaf, learned = learning(draw.normal(4)), learning(draw.normal(4))
    pairs = [(plain, v), (plain, v), (leaf, learned), (leaf.sin(), v)]
    found = [candidate(lambda x: (x.exp() * x.roll(1)).sum(), *pair) for pair in pairs]
    left = left_on(plain, v, leaf, learned)
    return {"products": found, "the next use of the results": [next_use(item) for item in found], **left}


def _with_weights(candidate: Any, draw: Draw, w: Tensor) -> Any:
    weight = learning(w.clone())
    found = candidate(lambda x: (weight @ x).tanh().square().sum(), draw.normal(w.shape[1]), draw.normal(w.shape[1]))
    return {"product": found, "the next use of the result": next_use(found), **left_on(weight)}


def _dtypes(candidate: Any, draw: Draw) -> Any:
    """A function that bends, and one that is linear: zeros have a dtype, too."""
    x, v = draw.normal(3, 2), draw.normal(3, 2)
    return [
        candidate(function, x.to(kind), v.to(kind))
        for function in (quartic, torch.sum)
        for kind in (torch.float64, torch.bfloat16)
    ]

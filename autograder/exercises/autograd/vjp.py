"""What `vjp` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd._shared import READY_MADE, but_for, learning, left_on, next_use

PRODUCT = Idea("the vector times the Jacobian, for each input", weight=3, point=True)
TRACE = Idea("nothing is left behind", weight=3, point=True)
NO_PART = Idea("what plays no part has the gradient zero", weight=2)
KINDS = Idea("shape and dtype of each input", weight=1)
REFUSED = Idea("what is refused", weight=1)


@exercise(points=2, without=READY_MADE)
def vjp(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A vector times a Jacobian, for every input."""
    rows, inner, columns = draw.sizes(3, 2, 7)
    a, b, v = draw.normal(rows, inner), draw.normal(inner, columns), draw.normal(rows, columns)

    def example() -> Any:
        one, two, vector = (torch.tensor(pair, device=draw.device) for pair in ([1.0, 2.0], [5.0, 7.0], [1.0, 10.0]))
        others, another = (draw.normal(2), draw.normal(2)), draw.normal(2)
        return {
            "example": candidate(torch.mul, (one, two), vector),
            "other numbers": candidate(torch.mul, others, another),
        }

    def named() -> Any:
        return candidate(function=torch.matmul, inputs=[a, b], vector=v)

    yield "the docstring's example", example, PRODUCT
    yield "a number comes out", lambda: candidate(lambda x: x.square().sum(), (a,), draw.normal()), PRODUCT
    yield "a number goes in", lambda: candidate(lambda x: x * b[0], (draw.normal(),), draw.normal(columns)), PRODUCT
    yield "a matrix product", lambda: candidate(torch.matmul, (a, b), v), PRODUCT
    yield "as many results as inputs", lambda: candidate(lambda x: x.cumsum(0).exp(), (v[0],), b[0]), PRODUCT
    yield "a broadcast input", lambda: candidate(torch.mul, (v, draw.normal(columns)), draw.normal(*v.shape)), PRODUCT
    yield "the same tensor twice", lambda: candidate(lambda x, y: x * x * y, (a, a), draw.normal(*a.shape)), PRODUCT
    yield "called by its parameters' names", named, PRODUCT
    yield "one of three plays no part", lambda: _one_of_three(candidate, draw), NO_PART
    yield "nothing on the inputs, after two calls", lambda: _twice(candidate, draw), TRACE
    yield "nothing on the function's weights", lambda: _with_weights(candidate, draw), TRACE
    yield "nothing on inputs that learn already", lambda: _learners(candidate, draw), TRACE
    yield "float64 and bfloat16", lambda: _dtypes(candidate, a, b, v), KINDS
    yield "not contiguous", lambda: _strided(candidate, draw), KINDS
    yield "an empty batch", lambda: [candidate(torch.matmul, (a[:size], b), v[:size]) for size in (0, 1)], KINDS
    yield "vectors of another shape", lambda: _vectors(candidate, draw, a, b, v), REFUSED
    yield "whole numbers", lambda: _whole(candidate, draw), REFUSED


def _one_of_three(candidate: Any, draw: Draw) -> Any:
    first, second = draw.permutation(3)[:2].tolist()
    given = [draw.normal(4) for _ in range(3)]
    return candidate(lambda *inputs: inputs[first].exp() * inputs[second], given, draw.normal(4))


def _twice(candidate: Any, draw: Draw) -> Any:
    x, u = draw.normal(4), draw.normal(4)
    return {"two calls": [candidate(torch.sin, (x,), u) for _ in range(2)], **left_on(x, u)}


def _with_weights(candidate: Any, draw: Draw) -> Any:
    weight = learning(draw.normal(3))
    found = candidate(lambda x: (weight * x).tanh(), (draw.normal(2, 3),), draw.normal(2, 3))
    return {"vjp": found, "the next use of the result": [next_use(item) for item in found], **left_on(weight)}


def _learners(candidate: Any, draw: Draw) -> Any:
    leaf, plain, vector = learning(draw.normal(3)), draw.normal(3), learning(draw.normal(3))
    found = candidate(lambda x, y, z: x * y + z.square(), (leaf, leaf.exp(), plain), vector)
    return {
        "vjp": found,
        "the next use of the result": [next_use(item) for item in found],
        **left_on(leaf, plain, vector),
    }


def _dtypes(candidate: Any, a: Tensor, b: Tensor, v: Tensor) -> Any:
    """The last input plays no part: its zeros have a dtype, too."""
    kinds = (torch.float64, torch.bfloat16)
    return [candidate(lambda x, y, z: x @ y, [one.to(kind) for one in (a, b, a)], v.to(kind)) for kind in kinds]


def _strided(candidate: Any, draw: Draw) -> Any:
    turned, every_second, repeated = draw.normal(4, 3).mT, draw.normal(4, 10)[:, ::2], draw.normal(5).expand(3, 5)
    return candidate(lambda x, y, z: x @ y * z, (turned, every_second, repeated), draw.normal(3, 5))


def _vectors(candidate: Any, draw: Draw, a: Tensor, b: Tensor, v: Tensor) -> Any:
    """Broadcasting or flattening would make each of them fit."""
    vectors = draw.shuffled([v, v.mT, v[0], v[:, :1], v[0, 0], v.reshape(-1)])
    return [but_for(vector is v, candidate, torch.matmul, (a, b), vector) for vector in vectors]


def _whole(candidate: Any, draw: Draw) -> Any:
    real, whole, vector = draw.normal(4), draw.integers(4, high=9), draw.normal(4)
    good = (real, real)
    return [
        but_for(inputs is good, candidate, lambda *inputs: 0.5 * sum(inputs), inputs, vector)
        for inputs in draw.shuffled([good, (whole,), (real, whole)])
    ]

"""What `vjp` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.autograd._shared import READY_MADE, learning, refusal


@exercise(points=2, without=READY_MADE)
def vjp(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A vector times a Jacobian, for every input."""
    a, b, v = draw.normal(3, 4), draw.normal(4, 5), draw.normal(3, 5)
    weight = draw.normal(3)

    def own(kinds: Sequence[Tensor]) -> dict[str, Any]:
        """What the call left on the tensors that it was given."""
        return {"need a gradient": [item.requires_grad for item in kinds], "grads": [item.grad for item in kinds]}

    def with_weights() -> Any:
        w = learning(weight.clone())
        found = candidate(lambda x: (w * x).tanh(), (draw.normal(2, 3),), draw.normal(2, 3))
        return {"vjp": found, "graph left": [item.requires_grad for item in found], "the weight's grad": w.grad}

    def learners() -> Any:
        leaf, plain = learning(draw.normal(3)), draw.normal(3)
        middle = leaf.exp()
        given = (leaf, middle, plain)
        found = candidate(lambda x, y, z: x * y + z.square(), given, draw.normal(3))
        leaves = {"need a gradient": [item.requires_grad for item in given], "grads": [leaf.grad, plain.grad]}
        return {"vjp": found, "graph left": [item.requires_grad for item in found], **leaves}

    def twice() -> Any:
        x, u = draw.normal(4), draw.normal(4)
        return {"two calls": [candidate(torch.sin, (x,), u) for _ in range(2)], **own([x, u])}

    def refused() -> Any:
        whole, short, u = draw.integers(4, high=9), draw.normal(5), draw.normal(4)
        return {
            "the right shape": candidate(torch.matmul, (a, b), v),
            "a vector of another shape": refusal(lambda: candidate(torch.matmul, (a, b), short)),
            "whole numbers": refusal(lambda: candidate(lambda x: 0.5 * x, (whole,), u)),
        }

    yield "a matrix product", lambda: candidate(torch.matmul, (a, b), v)
    yield "a number comes out", lambda: candidate(lambda x: x.square().sum(), (a,), draw.normal())
    yield "a number goes in", lambda: candidate(lambda x: x * b[0], (draw.normal(),), draw.normal(5))
    yield "a broadcast input", lambda: candidate(lambda x, y: x * y, (a, draw.normal(4)), draw.normal(3, 4))
    yield "as many results as inputs", lambda: candidate(lambda x: x.cumsum(0).exp(), (draw.normal(5),), v[0])
    yield "one of three plays no part", lambda: candidate(lambda x, y, z: x * z, (a, b, a + 1), draw.normal(3, 4))
    yield "the same tensor twice", lambda: candidate(lambda x, y: x * x * y, (a, a), draw.normal(3, 4))
    yield "float64", lambda: candidate(torch.matmul, (a.double(), b.double()), v.double())
    yield "not contiguous", lambda: candidate(torch.matmul, (draw.normal(4, 3).mT, draw.normal(4, 10)[:, ::2]), v)
    yield "two calls leave nothing on the inputs", twice
    yield "weights of the function", with_weights
    yield "inputs that learn already", learners
    yield "an empty batch", lambda: candidate(torch.matmul, (a[:0], b), v[:0])
    yield "what is refused", refused

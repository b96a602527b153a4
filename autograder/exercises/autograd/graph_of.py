"""What `graph_of` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise

DEEP = 3500  # operations in a row; deeper than Python and Jupyter let functions call themselves


class Thrice(Function):
    """A node that Python made."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return 3 * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 3 * grad


@exercise(points=2)
def graph_of(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The nodes of a graph, and where each sends its gradient."""
    x, w, b = (draw.normal(3).requires_grad_() for _ in range(3))
    frozen = draw.normal(3)

    def doubled(times: int, y: Tensor) -> Tensor:
        for _ in range(times):
            y = y + y
        return y

    def nothing() -> Any:
        with torch.no_grad():
            y = x * w
        return {"a leaf": candidate(x), "no_grad": candidate(y), "a sum": candidate(x + w), "plain": candidate(frozen)}

    def deep() -> Any:
        y = x
        for _ in range(DEEP):
            y = y.neg()
        lines = candidate(y)
        return {"lines": len(lines), "the last two": lines[-2:]}

    def afterwards() -> Any:
        leaf = draw.normal(4).requires_grad_()
        result = (leaf.tanh() * leaf).sum()
        lines = candidate(result)
        result.backward()
        return {"lines": lines, "the gradient, afterwards": leaf.grad}

    first, _, third = draw.normal(3, 2).requires_grad_().unbind()
    yield "a product and a sum", lambda: candidate((x * w).sum())
    yield "numbers, and a tensor that needs no gradient", lambda: candidate((2 * x + frozen).exp())
    yield "one tensor twice", lambda: candidate(x * x)
    yield "two sums of one kind", lambda: candidate((x + w) * (w + b))
    yield "a long way and a short one", lambda: candidate(x.exp().tanh() * x)
    yield "eight doublings: 256 ways, ten nodes", lambda: candidate(doubled(8, x))
    yield "two outputs of one node", lambda: candidate(first * third)
    yield "a branch that was detached", lambda: candidate((x.exp().detach() * w).sum())
    yield "a node that Python made", lambda: candidate(Thrice.apply(x) + w)
    yield "no graph, and one beside it", nothing
    yield f"{DEEP} operations in a row", deep
    yield "the graph still serves", afterwards

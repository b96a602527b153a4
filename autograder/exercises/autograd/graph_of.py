"""What `graph_of` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

WALK = Idea("each node once, with all its edges, in the order of finding", weight=3, point=True)
DEEP = Idea("a graph of thousands of nodes in a row", weight=2.5)
NOTHING = Idea("no graph, no lines", weight=1.5)
SERVES = Idea("the graph still serves afterwards", weight=1)

DEEP_AT_LEAST = 3500  # operations in a row; deeper than Python and Jupyter let functions call themselves
UNARY: list[Callable[[Tensor], Tensor]] = [
    torch.exp, torch.tanh, torch.sin, torch.cos, torch.neg, torch.abs, torch.square, torch.relu, torch.sinh, torch.cosh,
]  # fmt: skip
BINARY: list[Callable[[Tensor, Tensor], Tensor]] = [torch.add, torch.sub, torch.mul, torch.div, torch.maximum]


class Thrice(Function):
    """A node that Python made."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return 3 * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 3 * grad


@exercise(points=2)
def graph_of(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The nodes of a graph, and where each sends its gradient."""
    x, w, b = (draw.normal(3).requires_grad_() for _ in range(3))
    frozen = draw.normal(3)

    def one() -> Callable[[Tensor], Tensor]:
        return draw.choice(UNARY)

    def two() -> Callable[[Tensor, Tensor], Tensor]:
        return draw.choice(BINARY)

    def each(*results: Tensor) -> list[Any]:
        """Several graphs, each of operations that are drawn."""
        return [candidate(result) for result in results]

    def example() -> Any:
        ones = torch.ones(3, requires_grad=True, device=draw.device)
        another = one()(two()(x, one()(w)))
        return {"example": candidate((2 * ones).sum()), "another": candidate(another)}

    def in_a_row() -> Any:
        return each(one()(one()(x)), one()(one()(one()(x)).sum()))

    def with_constants() -> Any:
        return each(one()(two()(x, frozen)), two()(2.5 * one()(w), one()(frozen)))

    def twice() -> Any:
        same = one()(w)
        return each(two()(x, x), two()(same, same), one()(two()(x, x)))

    def of_one_kind() -> Any:
        operation, inner = two(), one()
        return each(two()(operation(x, w), operation(w, b)), two()(inner(x), inner(x)))

    def long_and_short() -> Any:
        near = one()(x)
        return each(two()(one()(one()(x)), x), two()(x, one()(one()(x))), two()(one()(one()(near)), near))

    def doubled() -> Any:
        y, operation = one()(x), two()
        for _ in range(draw.integer(7, 10)):
            y = operation(y, y)
        return candidate(y)

    def of_one_node() -> Any:
        parts = draw.normal(3, 2).requires_grad_().unbind()
        first, second = draw.permutation(3)[:2].tolist()
        return each(one()(two()(parts[first], parts[second])), two()(one()(parts[second]), parts[first]))

    def detached() -> Any:
        return each(two()(one()(x).detach(), one()(w)), two()(one()(b), one()(x).detach()))

    def by_python() -> Any:
        return each(two()(Thrice.apply(one()(x)), w), Thrice.apply(two()(x, b)))

    def overlapping() -> Any:
        y = two()(one()(x), w)
        return each(y, one()(two()(y, b)), y)

    def whole() -> Any:
        """An expression with all of it: numbers, constants, shared parts, branches of different lengths."""
        shared = one()(two()(x, w))
        left, right = two()(one()(shared), one()(b)), two()(2.5 * shared, frozen)
        return candidate(two()(two()(left, right), two()(one()(frozen), x)).sum())

    yield "the docstring's example", example, WALK
    yield "operations in a row", in_a_row, WALK
    yield "numbers, and a tensor that needs no gradient", with_constants, WALK
    yield "one tensor twice", twice, WALK
    yield "two nodes of one kind", of_one_kind, WALK
    yield "a long way and a short one", long_and_short, WALK
    yield "two outputs of one node", of_one_node, WALK
    yield "a branch that was detached", detached, WALK
    yield "a node that Python made", by_python, WALK
    yield "doublings: hundreds of ways, a few nodes", doubled, WALK
    yield "a whole expression", whole, WALK
    yield "a graph, a larger one around it, and the first again", overlapping, WALK
    yield "results without a graph, and some with one", lambda: _without(candidate, draw, x, w), NOTHING
    yield "thousands of operations in a row", lambda: _deep(candidate, draw, x), DEEP
    yield "a backward pass afterwards", lambda: _afterwards(candidate, draw), SERVES


def _without(candidate: Any, draw: Draw, x: Tensor, w: Tensor) -> Any:
    """A leaf, a plain tensor, what `no_grad` made and what was detached; beside them two real graphs."""
    with torch.no_grad():
        unrecorded = x * w
    graphs = [draw.choice(UNARY)(draw.choice(BINARY)(x, w)) for _ in range(2)]
    return [candidate(item) for item in draw.shuffled([x, draw.normal(3), unrecorded, graphs[0].detach(), *graphs])]


def _deep(candidate: Any, draw: Draw, x: Tensor) -> Any:
    y, pair = x, draw.shuffled(UNARY)[:2]
    for step in range(DEEP_AT_LEAST + draw.integer(0, 500)):
        y = pair[step % 2](y)
    lines = candidate(y)
    return {"lines": len(lines), "the last three": lines[-3:]}


def _afterwards(candidate: Any, draw: Draw) -> Any:
    leaf, operation = draw.normal(4).requires_grad_(), draw.choice(UNARY)
    result = (operation(leaf) * leaf.tanh()).sum()
    lines = candidate(result)
    result.backward()
    return {"lines": lines, "the gradient, afterwards": leaf.grad}

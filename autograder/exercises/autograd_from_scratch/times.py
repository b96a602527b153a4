"""What `times` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd_from_scratch._shared import NO_AUTOGRAD
from helpers.nodes import Node

BACK = Idea("each gets the gradient times the other's value", weight=3, point=True)
CLEAN = Idea("nothing else is touched", weight=1)


@exercise(points=1, without=NO_AUTOGRAD)
def times(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A node for a product, with its two edges."""

    def leaf(name: str, *shape: int, dtype: torch.dtype = torch.float32) -> Node:
        return Node(draw.normal(*shape, dtype=dtype), name=name)

    def product(*shape: int, dtype: torch.dtype = torch.float32) -> Any:
        a, b = leaf("a", *shape, dtype=dtype), leaf("b", *shape, dtype=dtype)
        return _told(candidate(a, b), draw.normal(*shape, dtype=dtype), a, b)

    def example() -> Any:
        shown = []
        for left, right in ((10.0, 4.0), draw.normal(2).tolist()):
            numbers = torch.tensor([left, right], device=draw.device)
            a, b = Node(numbers[0], name="a"), Node(numbers[1], name="b")
            shown.append(_told(candidate(a, b), torch.ones_like(a.value), a, b))
        return {"example": shown[0], "another": shown[1]}

    def itself() -> Any:
        a = leaf("a", 3)
        return _told(candidate(a, a), draw.normal(3), a, a)

    def of_products() -> Any:
        """The inner ones keep their edges."""
        a, b, grad = leaf("a", 3), leaf("b", 3), draw.normal(3)
        inner = candidate(a, b)
        inner.name = "the product of a and b"
        outer = candidate(inner, a)
        return {"outer": _told(outer, grad, inner, a), "inner": _told(inner, grad, a, b)}

    def later() -> Any:
        """Products made one after the other, and asked only then."""
        pairs = [(leaf("a", 2), leaf("b", 2)) for _ in range(3)]
        made = [candidate(*pair) for pair in pairs]
        grad = draw.normal(2)
        return [_told(node, grad, *pair) for node, pair in zip(made, pairs, strict=True)]

    def several() -> Any:
        """One edge, asked for several gradients, which stay what they were."""
        node, grads = candidate(leaf("a", 3), leaf("b", 3)), [draw.normal(3) for _ in range(3)]
        back = [function(grad) for grad in grads for _, function in node.edges]
        return {"what comes back": back, "the gradients afterwards": grads}

    def left_alone() -> Any:
        a, b = leaf("a", 3), Node(draw.normal(3), [(leaf("c", 3), torch.neg)], draw.normal(3), "b")
        made = candidate(a, b)
        for _, function in made.edges:
            function(draw.normal(3))
        return {"result": made.value, **{node.name: [node.value, len(node.edges), node.grad] for node in (a, b)}}

    yield "the docstring's example", example, BACK
    yield "single numbers", product, BACK
    yield "vectors", lambda: product(4), BACK
    yield "a node times itself", itself, BACK
    yield "a product of products", of_products, BACK
    yield "several products, asked at the end", later, BACK
    yield "by keyword", lambda: _by_keyword(candidate, leaf("a", 3), leaf("b", 3), draw.normal(3))
    yield "matrices in float64", lambda: product(2, 3, dtype=torch.float64)
    yield "no numbers at all", lambda: [product(rows, 2) for rows in draw.shuffled([0, 1])]
    yield "several gradients over one edge", several, CLEAN
    yield "what went in is left alone", left_alone, CLEAN


def _told(node: Any, grad: Tensor, *sources: Node) -> dict[str, Any]:
    """The value, and for each edge where it leads and what goes back over it."""
    names = [next((known.name for known in sources if known is source), "another object") for source, _ in node.edges]
    back = [function(grad) for _, function in node.edges]
    return {"value": node.value, "edges lead to": names, "what goes back": back, "gradient so far": node.grad}


def _by_keyword(candidate: Any, a: Node, b: Node, grad: Tensor) -> Any:
    return _told(candidate(a=a, b=b), grad, a, b)

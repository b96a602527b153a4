"""What `backward` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd_from_scratch._shared import KINDS, NO_AUTOGRAD, Graph, arms, made
from helpers.nodes import Node

SUM = Idea("what comes over several edges is added, and handed on once", weight=3, point=True)
ANEW = Idea("what was there before does not count", weight=2)
INPLACE = Idea("no gradient is written into", weight=1.5)
ONES = Idea("the result begins with ones", weight=1.5)


@exercise(points=2, without=NO_AUTOGRAD)
def backward(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Sends a gradient back along a given order: the mended engine."""

    def gone_back(kind: Callable[[Graph], None], *shape: int, dtype: torch.dtype = torch.float32) -> Callable[[], Any]:
        def told() -> Any:
            graph = made(kind, draw, *shape, dtype=dtype)
            returned = candidate(graph.result, graph.order)
            return {"gradients": graph.gradients(), "calls of each edge": graph.calls, "returned": returned}

        return told

    yield "the docstring's example", lambda: _example(candidate, draw), SUM
    for name, kind in KINDS.items():
        yield name, gone_back(kind), SUM
    yield "vectors", gone_back(arms, 3), ONES
    yield "float64", gone_back(arms, 2, dtype=torch.float64), ONES
    yield "bfloat16", gone_back(KINDS["nodes in a row"], 2, dtype=torch.bfloat16), ONES
    yield "edges between shapes", lambda: _shapes(candidate, draw), ONES
    yield "a result of which nothing lies behind", lambda: _alone(candidate, draw), ONES
    yield "gradients from before", lambda: _before(candidate, draw), ANEW
    yield "called twice", lambda: _twice(candidate, draw), ANEW
    yield "two results of one graph, in turn", lambda: _two_results(candidate, draw), ANEW
    yield "edges that hand on the very tensor", lambda: _identity(candidate, draw), INPLACE
    yield "edges that keep a tensor", lambda: _kept(candidate, draw), INPLACE
    yield "by keyword, and values and edges afterwards", lambda: _afterwards(candidate, draw)
    yield "thousands of nodes in a row", lambda: _deep(candidate, draw)


def _example(candidate: Any, draw: Draw) -> Any:
    shown = []
    for value in (3.0, draw.normal().item()):
        a = Node(torch.tensor(value, device=draw.device))
        square = Node(a.value * a.value, [(a, lambda grad, a=a: grad * a.value)] * 2)  # type: ignore[misc]
        candidate(square, [square, a])
        shown.append([square.grad, a.grad])
    return {"example": shown[0], "another": shown[1]}


def _shapes(candidate: Any, draw: Draw) -> Any:
    """A sum over a product with a matrix: gradients have the shapes of their own values."""
    x, matrix = Node(draw.normal(3)), draw.normal(2, 3)
    y = Node(matrix @ x.value, [(x, lambda grad: matrix.mT @ grad)])
    total = Node(y.value.sum(), [(y, lambda grad: grad.expand(2)), (y, lambda grad: 3 * grad.expand(2))])
    candidate(total, [total, y, x])
    return [node.grad for node in (total, y, x)]


def _alone(candidate: Any, draw: Draw) -> Any:
    nodes = [Node(draw.normal(*shape)) for shape in draw.shuffled([(), (2, 3), (0, 2)])]
    for node in nodes:
        candidate(node, [node])
    return [node.grad for node in nodes]


def _before(candidate: Any, draw: Draw) -> Any:
    graph = made(KINDS["a tangle"], draw)
    for node in graph.nodes:
        node.grad = draw.normal()
    candidate(graph.result, graph.order)
    return graph.gradients()


def _twice(candidate: Any, draw: Draw) -> Any:
    graph, found = made(arms, draw, 2), []
    for _ in range(2):
        candidate(graph.result, graph.order)
        found.append([None if grad is None else grad.clone() for grad in graph.gradients()])
    return found


def _two_results(candidate: Any, draw: Draw) -> Any:
    graph = Graph(draw)
    a, b = graph.node(), graph.node()
    shared = graph.node(a, b)
    results = [graph.node(shared, a), graph.node(b, shared)]
    found = []
    for result in (*results, results[0]):
        candidate(result, [result, shared, a, b])
        found.append([node.grad for node in (result, shared, a, b)])
    return found


def _identity(candidate: Any, draw: Draw) -> Any:
    """As the edges of a sum do: the node and what it was made from may then hold one tensor."""

    def plus(a: Node, b: Node) -> Node:
        return Node(a.value + b.value, [(a, lambda grad: grad), (b, lambda grad: grad)])

    a, b = Node(draw.normal(2)), Node(draw.normal(2))
    first = plus(a, b)
    second = plus(first, first)
    third = plus(second, a)
    nodes = [third, second, first, a, b]
    for _ in range(2):
        candidate(third, nodes)
    return [node.grad for node in nodes]


def _kept(candidate: Any, draw: Draw) -> Any:
    """A function that returns a tensor of its own, which is to stay what it is."""
    own, a, b = draw.normal(2), Node(draw.normal(2)), Node(draw.normal(2))
    middle = Node(draw.normal(2), [(b, lambda grad: own), (a, lambda grad: own)])
    result = Node(draw.normal(2), [(middle, lambda grad: 2 * grad), (a, lambda grad: own), (b, lambda grad: grad)])
    candidate(result, [result, middle, a, b])
    return {"gradients": [node.grad for node in (result, middle, a, b)], "the function's own tensor": own}


def _afterwards(candidate: Any, draw: Draw) -> Any:
    graph = made(arms, draw, 2)
    order, edges = graph.order, [list(node.edges) for node in graph.nodes]
    candidate(result=graph.result, order=order)
    return {
        "gradients": graph.gradients(),
        "values": [node.value for node in graph.nodes],
        "nodes whose edges are others now": sum(
            now.edges != then for now, then in zip(graph.nodes, edges, strict=True)
        ),
        "the order": [node.name for node in order],
    }


def _deep(candidate: Any, draw: Draw) -> Any:
    graph = Graph(draw)
    node = first = graph.node()
    signs: list[Callable[[Tensor], Tensor]] = [lambda grad: -grad, lambda grad: grad + 1]
    for step in range(3000 + draw.integer(0, 200)):
        node = Node(node.value, [(node, signs[step % 2])])
        graph.nodes.append(node)
    candidate(node, graph.order)
    return first.grad

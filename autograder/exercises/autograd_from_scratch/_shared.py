"""What several experiments of this topic share: what must not be used, graphs that are drawn, and a way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from helpers.nodes import Node

FUNCTIONAL = torch.autograd.functional

NO_AUTOGRAD = [
    torch.autograd.grad, torch.autograd.backward, Tensor.backward, Tensor.requires_grad_, Tensor.requires_grad,
    torch.func.grad, torch.func.grad_and_value, torch.func.vjp, torch.func.jvp, torch.func.jacrev, torch.func.jacfwd,
    torch.func.hessian, torch.func.linearize,
    FUNCTIONAL.vjp, FUNCTIONAL.jvp, FUNCTIONAL.jacobian, FUNCTIONAL.hessian, FUNCTIONAL.hvp, FUNCTIONAL.vhp,
]  # fmt: skip


class Graph:
    """Nodes with names, whose edges multiply by factors that are drawn: no operation of anybody's answer.

    Attributes:
        nodes: in the order of making, so that a node comes after all that it was made from.
        calls: how often each edge's function was called, in the order of making.
        like: shape and dtype of all values.
    """

    def __init__(self, draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> None:
        self.draw, self.like = draw, draw.normal(*shape, dtype=dtype)
        self.nodes: list[Node] = []
        self.calls: list[int] = []

    def node(self, *sources: Node) -> Node:
        """A node made from others; from none, a leaf."""
        edges = [(source, self._edge()) for source in sources]
        made = Node(self.draw.normal(*self.like.shape, dtype=self.like.dtype), edges, name=f"node {len(self.nodes)}")
        self.nodes.append(made)
        return made

    def row(self, node: Node, length: int) -> Node:
        """`length` nodes in a row, each made from the one before."""
        for _ in range(length):
            node = self.node(node)
        return node

    def long_row(self, length: int) -> None:
        """Thousands of nodes in a row. All hold one value and share one function, which makes them quickly."""
        value, back = self.draw.normal(), self._edge()
        self.nodes = [Node(value, name="node 0")]
        for number in range(1, length):
            self.nodes.append(Node(value, [(self.nodes[-1], back)], name=f"node {number}"))

    def _edge(self) -> Callable[[Tensor], Tensor]:
        factor, place = self.draw.uniform(low=0.5, high=1.5, dtype=self.like.dtype), len(self.calls)
        self.calls.append(0)

        def back(grad: Tensor) -> Tensor:
            self.calls[place] += 1
            return grad * factor

        return back

    def gradients(self) -> list[Any]:
        return [node.grad for node in self.nodes]

    @property
    def result(self) -> Node:
        return self.nodes[-1]

    @property
    def order(self) -> list[Node]:
        """Every node before those that it was made from: the other way round than they were made."""
        return self.nodes[::-1]


def chain(graph: Graph) -> None:
    graph.row(graph.node(), graph.draw.integer(2, 5))


def twice(graph: Graph) -> None:
    """A node that goes into the next one twice, and has something behind it."""
    middle = graph.node(graph.node(), graph.node())
    graph.node(graph.node(middle, middle))


def arms(graph: Graph) -> None:
    """A node that reaches the result over a short arm and over a long one, either of them first."""
    shared = graph.node(graph.node(), graph.node())
    longer = graph.row(shared, graph.draw.integer(2, 5))
    graph.node(*graph.draw.shuffled([shared, longer]))


def long_first(graph: Graph) -> None:
    shared = graph.node(graph.node(), graph.node())
    graph.node(graph.row(shared, graph.draw.integer(2, 5)), shared)


def short_first(graph: Graph) -> None:
    shared = graph.node(graph.node(), graph.node())
    graph.node(shared, graph.row(shared, graph.draw.integer(2, 5)))


def doublings(graph: Graph) -> None:
    node = graph.node()
    for _ in range(graph.draw.integer(7, 10)):
        node = graph.node(node, node)


def tangle(graph: Graph) -> None:
    """Each node is made from some of those before it; what is left over goes into the result."""
    for _ in range(2):
        graph.node()
    for _ in range(graph.draw.integer(8, 12)):
        count = graph.draw.integer(1, 4)
        graph.node(*(graph.draw.choice(graph.nodes) for _ in range(count)))
    used = {source for node in graph.nodes for source, _ in node.edges}
    graph.node(*graph.draw.shuffled([node for node in graph.nodes if node not in used]))


KINDS: dict[str, Callable[[Graph], None]] = {
    "nodes in a row": chain,
    "a node that goes into another twice": twice,
    "the long arm comes first": long_first,
    "the short arm comes first": short_first,
    "doublings: hundreds of ways, a few nodes": doublings,
    "a tangle": tangle,
}


def made(kind: Callable[[Graph], None], draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Graph:
    graph = Graph(draw, *shape, dtype=dtype)
    kind(graph)
    return graph


def sent_back(result: Any, leaves: Sequence[Any] = ()) -> list[Any]:
    """Sends ones back from `result`; the gradients of the leaves, None where nothing came.

    A node hands on what it has when as much has come as there are edges into it.
    """
    missing, found = {result: 0}, [result]
    for node in found:
        for source, _ in node.edges:
            if source not in missing:
                found.append(source)
            missing[source] = missing.get(source, 0) + 1
    arrived = {result: torch.ones_like(result.value)}
    ready = [result]
    for node in ready:
        for source, back in node.edges:
            share = back(arrived[node])
            arrived[source] = arrived[source] + share if source in arrived else share
            missing[source] -= 1
            if not missing[source]:
                ready.append(source)
    return [arrived.get(leaf) for leaf in leaves]

"""What `topological_order` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd_from_scratch._shared import KINDS, NO_AUTOGRAD, Graph, made
from helpers.nodes import Node

ORDER = Idea("each node once, before all that it was made from", weight=3, point=True)
DEEP = Idea("10,000 nodes in a row", weight=2.5)
WAYS = Idea("many ways are not walked one by one", weight=1.5)
CLEAN = Idea("the graph stays as it is", weight=1.5)

LOOKS = 20_000  # at edges, of a graph with some thirty nodes


@exercise(points=2, without=NO_AUTOGRAD)
def topological_order(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The nodes of a graph, each before those that it was made from."""

    def told_of(kind: Callable[[Graph], None]) -> Callable[[], Any]:
        def told() -> Any:
            graph = made(kind, draw)
            return _told(candidate(graph.result), graph)

        return told

    def example() -> Any:
        return {"example": _example(candidate, draw), "another": told_of(KINDS["a tangle"])()}

    def alone() -> Any:
        graph = Graph(draw)
        graph.node()
        return [_told(candidate(graph.result), graph), told_of(KINDS["nodes in a row"])()]

    def equal() -> Any:
        """Nodes that hold equal values and have equal names are different nodes."""
        graph = made(KINDS["a tangle"], draw)
        for node in graph.nodes:
            node.value, node.name = graph.nodes[0].value, ""
        return _told(candidate(graph.result), graph)

    def part() -> Any:
        """From a node in the middle: only what lies behind it."""
        graph = made(KINDS["a tangle"], draw)
        middle = next(node for node in reversed(graph.nodes[:-2]) if node.edges)
        order = candidate(middle)
        behind = Graph(draw)
        behind.nodes = [node for node in graph.nodes if node in _behind(middle)]
        return {"from the middle": _told(order, behind), "then the whole": _told(candidate(graph.result), graph)}

    def deep() -> Any:
        graph = Graph(draw)
        graph.long_row(10_000 + draw.integer(0, 200))
        return _told(candidate(graph.result), graph, gradients=False)

    yield "the docstring's example", example, ORDER
    for name, kind in KINDS.items():
        yield name, told_of(kind), ORDER
    yield "a node of which nothing lies behind", alone
    yield "equal values are not one node", equal
    yield "from a node in the middle", part
    yield "10,000 nodes in a row", deep, DEEP
    yield "a million ways", lambda: _many_ways(candidate, draw), WAYS
    yield "called twice, and the graph afterwards", lambda: _again(candidate, draw), CLEAN


def _told(order: Any, graph: Graph, gradients: bool = True) -> dict[str, Any]:
    """What holds for every right order, whichever it is; and the gradients that arrive along it."""
    place = {node: number for number, node in reversed(list(enumerate(order)))}
    edges = [(node, source) for node in graph.nodes for source, _ in node.edges]
    told: dict[str, Any] = {
        "length of the list": len(order),
        "different nodes of the graph in it": sum(node in place for node in graph.nodes),
        "nodes that stand after something they were made from": len(
            {node for node, source in edges if node in place and place.get(source, len(order)) < place[node]}
        ),
    }
    if gradients:
        told["gradients along it"] = _along(order, graph)
    return told


def _along(order: list[Node], graph: Graph) -> list[Any]:
    """What has come to each node when all have handed on what they had, in this order."""
    come: dict[Node, Any] = {graph.result: graph.draw.uniform(low=1.0, high=2.0)}
    for node in order:
        for source, back in node.edges:
            if node in come:
                come[source] = come.get(source, 0.0) + back(come[node])
    return [come.get(node) for node in graph.nodes]


def _behind(node: Node) -> list[Node]:
    found = [node]
    for one in found:
        found += [source for source, _ in one.edges if source not in found]
    return found


def _example(candidate: Any, draw: Draw) -> list[str]:
    """A graph that has only one order."""
    a = Node(draw.normal(), name="a")
    b = Node(draw.normal(), [(a, lambda grad: grad)], name="b")
    c = Node(draw.normal(), [(a, lambda grad: grad), (b, lambda grad: grad)], name="c")
    return [node.name for node in candidate(c)]


class Watched(Node):
    """Counts the looks at its edges, and ends what would go on for years."""

    looks = 0

    def __getattribute__(self, name: str) -> Any:
        if name == "edges":
            Watched.looks += 1
            if Watched.looks > LOOKS:
                raise RuntimeError(f"the edges of some thirty nodes were looked at more than {LOOKS:,} times")
        return super().__getattribute__(name)


def _many_ways(candidate: Any, draw: Draw) -> Any:
    """From one node to the next lead two edges, so that the ways double with each: more than a million at the end."""
    graph = Graph(draw)
    node: Node = graph.node()
    for _ in range(20 + draw.integer(0, 8)):
        node = Watched(node.value, [(node, lambda grad: grad), (node, lambda grad: grad)])
        graph.nodes.append(node)
    Watched.looks = 0
    order = candidate(node)
    Watched.looks = 0
    return _told(order, graph, gradients=False)


def _again(candidate: Any, draw: Draw) -> Any:
    graph = made(KINDS["a tangle"], draw)
    before = [(node, list(node.edges), sorted(vars(node))) for node in graph.nodes]
    first, second = candidate(graph.result), candidate(graph.result)
    return {
        "first": _told(first, graph),
        "second": _told(second, graph),
        "nodes whose edges are others now": sum(node.edges != edges for node, edges, _ in before),
        "nodes with attributes more or less": sum(sorted(vars(node)) != names for node, _, names in before),
        "gradients": graph.gradients(),
    }

"""Figures of `05_autograd_from_scratch`: graphs of small numbers, and the way back through them, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from helpers.nodes import Node, all_nodes, minus, multiplied, plus, results_first
from helpers.plots import heatmaps
from helpers.style import Picture
from helpers.suspects import lineup_of
from helpers.values import draw_nodes

Order: TypeAlias = "Callable[[Node], list[Node]]"
Backward: TypeAlias = "Callable[[Node, list[Node]], None]"


def leaf(value: float, name: str) -> Node:
    return Node(torch.tensor(value), name=name)


def pixel(product: Callable[[Node, Node], Node] = multiplied) -> Node:
    """The error of one pixel: weight 10, row 4 and bias 20 give 60, and the photograph has 90."""
    said = plus(_named(product(leaf(10.0, "weight"), leaf(4.0, "row"))), leaf(20.0, "bias"))
    miss = minus(said, leaf(90.0, "photo"))
    return _named(product(miss, miss))


def arms() -> Node:
    """A value that reaches the result over a short arm and over a long one."""
    shared = plus(leaf(1.0, "a"), leaf(2.0, "b"))
    longer = plus(plus(shared, leaf(1.0, "c")), leaf(2.0, "d"))
    return multiplied(shared, longer)


def doublings(times: int = 3) -> Node:
    """A number added to itself, and the sum to itself, and so on."""
    node = leaf(1.0, "a")
    for _ in range(times):
        node = plus(node, node)
    return node


def _named(node: Node) -> Node:
    node.name = node.name or "×"
    return node


def depth_first(result: Node) -> list[Node]:
    """Each node once, as soon as a walk into the depth finds it: too early for some."""
    order: dict[Node, None] = {}
    waiting = [result]
    while waiting:
        node = waiting.pop()
        if node not in order:
            order[node] = None
            waiting += [source for source, _ in reversed(node.edges)]
    return list(order)


GRAPHS: dict[str, Callable[[], Node]] = {
    "one pixel": pixel,
    "a short arm and a long one": arms,
    "three doublings": doublings,
}
YOURS, DEPTH, BREADTH = "your topological_order", "depth first", "breadth first"
ORDERS = [YOURS, DEPTH, BREADTH]


def way_back(topological_order: Order, backward: Backward) -> Callable[[str, str, int], Picture]:
    """A picture for `explore`: a graph after some nodes have handed their gradient on, in one of three orders."""
    orders: dict[str, Order] = {YOURS: topological_order, DEPTH: depth_first, BREADTH: all_nodes}

    def picture(graph: str, order: str, steps: int) -> Picture:
        result = GRAPHS[graph]()
        nodes = orders[order](result)
        done, edges = nodes[:steps], {node: node.edges for node in nodes}
        for node in nodes[steps:]:
            node.edges = []  # it has nobody to hand on to, so far
        backward(result, nodes)
        for node in nodes:
            node.edges = edges[node]
        wrong = _wrong(GRAPHS[graph](), result) if steps >= len(nodes) else []
        last = done[-1] if done else None
        said = f"{last.name} has handed on" if last and steps <= len(nodes) else "all have handed on"
        return draw_nodes(
            result, f"{graph}, {order}: " + (said if last else "the result begins with 1"), next_one=last, wrong=wrong
        )

    return picture


def _wrong(fresh: Node, drawn: Node) -> list[Node]:
    """The nodes of a drawn graph whose gradient differs from that of the same graph, gone back as one should."""
    fresh.grad = torch.ones_like(fresh.value)
    for node in results_first(fresh):
        for source, back in node.edges:
            share = back(node.grad)
            source.grad = share if source.grad is None else source.grad + share
    pairs = zip(all_nodes(fresh), all_nodes(drawn), strict=True)
    return [mine for right, mine in pairs if mine.grad is None or not torch.equal(mine.grad, right.grad)]


def lineup(exercise: str, inputs: tuple[str, Tensor, Tensor]) -> Picture:
    """The gradients that the library and each suspect find, as one row of numbers; blank where the shape is another."""
    makers = lineup_of(exercise)
    right = makers["the library"](*inputs)
    names = [f"{name}{place}" for name, grad in zip("xy", right, strict=True) for place in range(grad.numel())]
    rows = [_row(make, inputs, right) for make in makers.values()]
    return heatmaps({inputs[0]: torch.stack(rows)}, rows=list(makers), columns=names, xlabel="", ylabel="")


def _row(make: Callable[..., Any], inputs: tuple[str, Tensor, Tensor], right: Sequence[Tensor]) -> Tensor:
    try:
        grads = make(*inputs)
    except RuntimeError:  # a shape that does not fit
        grads = [torch.zeros(0)] * len(right)
    fitting = [
        mine.double() if mine.shape == one.shape else torch.full(one.shape, torch.nan).double()
        for mine, one in zip(grads, right, strict=True)
    ]
    return torch.cat([item.flatten() for item in fitting])

"""Figures of `05_autograd_from_scratch`: graphs of small numbers, there and back.

A graph is drawn from left (what goes in) to right (the result): values above, gradients below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from autograder.engine.catalogue import own_catalogue
from helpers.nodes import Node, all_nodes, minus, multiplied, plus, results_first
from helpers.plots import heatmaps
from helpers.style import BLUE, GREEN, INK, ORANGE, RED, WIDTH, Picture, style

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


# ---------------------------------------------------------------------------------------------------- the picture


def draw(result: Node, title: str = "", *, next_one: Node | None = None, wrong: Sequence[Node] = ()) -> Picture:
    """A graph of small numbers: values above, gradients below where there are any.

    Args:
        next_one: the node that has just handed its gradient on.
        wrong: nodes whose gradient is not what it should be.
    """
    places = _places(result)
    low, high = min(y for _, y in places.values()) - 0.75, max(y for _, y in places.values()) + 0.75
    with style():
        figure = Picture(figsize=(WIDTH, high - low + 0.35))
        figure.set_layout_engine("none")
        axis = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axis.set(xlim=(0, WIDTH), ylim=(low, high + 0.35))
        axis.axis("off")
        axis.text(0.1, high + 0.1, title, fontsize=11)
        for node, place in places.items():
            for order, (source, _) in enumerate(node.edges):
                twice = [other for other, _ in node.edges].count(source) > 1
                far = place[0] - places[source][0] > 0.6 * WIDTH  # it would run into the boxes between
                _arrow(axis, places[source], place, (0.28 if order else -0.28) if twice else 0.2 * far)
        for node, place in places.items():
            _box(axis, place, node, node is next_one, node in wrong)
        _key(axis, low)
    return figure


def _places(result: Node) -> dict[Node, tuple[float, float]]:
    """Columns by the longest way to the result; in a column, nodes near those that they go into."""
    order = results_first(result)
    column = dict.fromkeys(order, 0)
    for node in order:
        for source, _ in node.edges:
            column[source] = max(column[source], column[node] + 1)
    stride = (WIDTH - 1.3) / max(1, *column.values())
    heights: dict[Node, float] = {result: 0.0}
    for level in range(1, 1 + max(column.values())):
        wishes = {node: _wish(node, order, heights) for node in order if column[node] == level}
        lowest = -1e9
        for node in sorted(wishes, key=lambda item: wishes[item]):
            heights[node] = lowest = max(wishes[node], lowest + 1.15)
    return {node: (WIDTH - 0.65 - stride * column[node], heights[node]) for node in order}


def _wish(node: Node, order: list[Node], heights: dict[Node, float]) -> float:
    """Beside the node that it goes into; the first input a little below the second."""
    at = [(heights[into], [source for source, _ in into.edges], into) for into in order if into in heights]
    wishes = [
        height + 0.6 * (sources.index(node) - (len(set(sources)) - 1) / 2)
        for height, sources, _ in at
        if node in sources
    ]
    return -sum(-wish for wish in wishes) / len(wishes)


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float], rad: float) -> None:
    arrow = {"arrowstyle": "-|>", "color": INK, "connectionstyle": f"arc3,rad={rad}", "linewidth": 1.3}
    axis.annotate(
        "", (end[0] - 0.36, end[1]), (start[0] + 0.36, start[1]), arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0}
    )


def _box(axis: Axes, place: tuple[float, float], node: Node, going: bool, wrong: bool) -> None:
    x, y = place
    shape = FancyBboxPatch((x - 0.3, y - 0.14), 0.6, 0.28, boxstyle="round,pad=0.05")
    edge = ORANGE if going else (BLUE if node.edges else GREEN)
    shape.set(facecolor="#FFF4DC" if going else "white", edgecolor=edge, linewidth=3 if going else 1.6)
    axis.add_patch(shape)
    axis.text(x, y, node.name, ha="center", va="center", fontsize=9.5, color="black")
    axis.text(x, y + 0.22, _number(node.value), ha="center", va="bottom", fontsize=10, color=BLUE)
    if node.grad is not None:
        text = f"{_number(node.grad)}{' ✗' if wrong else ''}"
        axis.text(
            x, y - 0.22, text, ha="center", va="top", fontsize=10, weight="bold", color=RED if wrong else "#9A6A00"
        )


def _number(value: Tensor) -> str:
    return f"{value.item():.4g}".replace("-", "−") if value.numel() == 1 else str(tuple(value.shape))


def _key(axis: Axes, low: float) -> None:
    words = (("value", BLUE), ("gradient", "#9A6A00"))
    for place, (word, colour) in enumerate(words):
        axis.text(WIDTH - 1.75 + 0.65 * place, low + 0.08, word, fontsize=8.5, color=colour)


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
        return draw(
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
    found = own_catalogue().find(exercise).suspects
    assert found is not None
    right = found.library(*inputs)
    names = [f"{name}{place}" for name, grad in zip("xy", right, strict=True) for place in range(grad.numel())]
    rows = [_row(make, inputs, right) for make in (found.library, *found.wrong.values())]
    return heatmaps(
        {inputs[0]: torch.stack(rows)}, rows=["the library", *found.wrong], columns=names, xlabel="", ylabel=""
    )


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

"""Draws a computation from left (what goes in) to right (the result): every number, and below it its gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from helpers.nodes import Back, Node, results_first
from helpers.style import BLUE, GREEN, INK, ORANGE, RED, WIDTH, Picture, style


def draw_values(title: str = "", /, **tensors: Tensor) -> Picture:
    """The single numbers of a computation and how each was made of others; below each its `.grad`, where it has one.

    Args:
        tensors: what to draw, by its name, in the order of the computation, the result last; results keep their
            gradients by `retain_grad`. A number that is not among them is passed over.
    """
    nodes: dict[str, Node] = {}
    for name, tensor in tensors.items():
        grad = tensor.grad if tensor.is_leaf or tensor.retains_grad else None
        edges: list[tuple[Node, Back]] = [(nodes[source], _unused) for source in sources(tensor, tensors)]
        nodes[name] = Node(tensor.detach(), edges, grad, name)
    return draw_nodes(nodes[name], title)


def _unused(grad: Tensor) -> Tensor:
    """How the gradient gets back is autograd's; the drawing only shows where from."""
    return grad


def sources(tensor: Tensor, tensors: Mapping[str, Tensor]) -> list[str]:
    """The names of those from which a tensor was computed, one for each use."""
    found: list[str] = []
    waiting: list[Any] = [tensor.grad_fn] if tensor.grad_fn is not None else []
    named = {item.grad_fn: name for name, item in tensors.items() if item.grad_fn is not None}
    while waiting:
        for after, _ in waiting.pop(0).next_functions:
            if after is None:
                continue
            leaf = [name for name, item in tensors.items() if getattr(after, "variable", None) is item]
            if leaf or after in named:
                found += leaf or [named[after]]
            else:
                waiting.append(after)
    return found


def draw_nodes(result: Node, title: str = "", *, next_one: Node | None = None, wrong: Sequence[Node] = ()) -> Picture:
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
        "", (end[0] - 0.4, end[1]), (start[0] + 0.4, start[1]), arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0}
    )


def _box(axis: Axes, place: tuple[float, float], node: Node, going: bool, wrong: bool) -> None:
    x, y = place
    shape = FancyBboxPatch((x - 0.34, y - 0.14), 0.68, 0.28, boxstyle="round,pad=0.05")
    edge = ORANGE if going else (BLUE if node.edges else GREEN)
    shape.set(facecolor="#FFF4DC" if going else "white", edgecolor=edge, linewidth=3 if going else 1.6)
    axis.add_patch(shape)
    axis.text(x, y, node.name or "×", ha="center", va="center", fontsize=9.5, color="black")
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

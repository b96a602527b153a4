"""Draws a computation from left to right: every number in its box, its gradient below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from helpers.style import BLUE, GREEN, INK, ORANGE, WIDTH, Picture, style

HALF, TALL = 0.5, 0.2  # inches from the middle of a box to its sides, and to its top


def draw_values(title: str = "", /, **tensors: Tensor) -> Picture:
    """The single numbers of a computation and how each was made of others; below each its `.grad`, where it has one.

    Args:
        tensors: what to draw, by its name, in the order of the computation; results keep their gradients by
            `retain_grad`. A number that is not among them is passed over.
    """
    made_of = {name: sources(tensor, tensors) for name, tensor in tensors.items()}
    layers: dict[str, int] = {}
    for name, parts in made_of.items():
        layers[name] = 1 + max((layers[source] for source in parts), default=-1)
    last = max(layers.values())
    for name in reversed(list(tensors)):  # a number waits until it is needed
        users = [layers[user] for user, parts in made_of.items() if name in parts]
        layers[name] = min(users, default=last + 1) - 1
    return _drawn(title, tensors, made_of, layers)


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


def _drawn(
    title: str, tensors: Mapping[str, Tensor], made_of: Mapping[str, list[str]], layers: Mapping[str, int]
) -> Picture:
    columns = 1 + max(layers.values())
    rows = max(list(layers.values()).count(layer) for layer in range(columns))
    stride = min(2.0, (WIDTH - 2 * HALF - 0.4) / max(1, columns - 1))
    places: dict[str, tuple[float, float]] = {}
    for name, layer in layers.items():
        above = [other for other in layers if layers[other] == layer]
        height = -1.15 * (above.index(name) - (len(above) - 1) / 2)
        places[name] = (HALF + 0.2 + stride * layer, height)
    half = 1.15 * rows / 2 + 0.1
    with style():
        figure = Picture(figsize=(WIDTH, 2 * half + 0.3))
        figure.set_layout_engine("none")
        axis = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axis.set(xlim=(0, WIDTH), ylim=(-half, half + 0.3))
        axis.axis("off")
        axis.set_title(title)
        axis.text(0.1, half + 0.05, title, fontsize=11)
        for name, parts in made_of.items():
            for order, source in enumerate(parts):
                _arrow(axis, places[source], places[name], 0.35 * parts[:order].count(source))
        for name, tensor in tensors.items():
            _box(axis, *places[name], name, tensor)
    return figure


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float], rad: float) -> None:
    arrow = {"arrowstyle": "-|>", "color": INK, "connectionstyle": f"arc3,rad={rad}", "linewidth": 1.3}
    ends = ((end[0] - HALF - 0.03, end[1]), (start[0] + HALF + 0.03, start[1]))
    axis.annotate("", *ends, arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0})


def _box(axis: Axes, x: float, y: float, name: str, tensor: Tensor) -> None:
    shape = FancyBboxPatch((x - HALF + 0.05, y - TALL), 2 * HALF - 0.1, 2 * TALL, boxstyle="round,pad=0.05")
    shape.set(facecolor="#DDF3EC" if tensor.is_leaf else "white", edgecolor=GREEN if tensor.is_leaf else BLUE)
    axis.add_patch(shape)
    axis.text(x, y + 0.09, name, ha="center", va="center", fontsize=8.5, color="black")
    axis.text(x, y - 0.1, _number(tensor), ha="center", va="center", fontsize=10, weight="bold", color="black")
    if (tensor.is_leaf or tensor.retains_grad) and tensor.grad is not None:
        frame = {"boxstyle": "round,pad=0.18", "facecolor": "#FFF4DC", "edgecolor": ORANGE}
        axis.text(
            x, y - 0.44, _number(tensor.grad, "+"), ha="center", va="center", fontsize=9, color="black", bbox=frame
        )


def _number(tensor: Tensor, sign: str = "") -> str:
    return f"{tensor.item():{sign}.4g}".replace("-", "−")

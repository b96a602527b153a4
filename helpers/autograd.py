"""The graph viewer of the lesson on autograd.

A graph is read from a result's `grad_fn`, laid out in layers from right (the result) to left (the leaves), and drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch
from torch import Tensor

from helpers.style import BLUE, GREEN, GREY, INK, ORANGE, RED, WIDTH, Picture, style

OPERATION, ACCUMULATE, LEAF, BEND = "operation", "AccumulateGrad", "leaf", "bend"
EDGES = {OPERATION: BLUE, ACCUMULATE: ORANGE, LEAF: GREEN}
FILLS = {OPERATION: "white", ACCUMULATE: "#FFF4DC", LEAF: "#DDF3EC"}
CORNERS = {OPERATION: "round,pad=0.06", ACCUMULATE: "square,pad=0.06", LEAF: "round,pad=0.06,rounding_size=0.2"}
NOTE = 0.17  # inches that a line on a saved tensor takes


@dataclass
class Box:
    """One thing in the picture.

    Attributes:
        kind: an operation's node, an AccumulateGrad, a leaf tensor, or a bend in a long arrow.
        title: what stands in it.
        saved: what the node keeps for the way back, in words.
        after: the numbers of the boxes that the gradient goes to from here.
        layer: steps from the result, along the longest way.
        y: its place within the layer.
    """

    kind: str
    title: str = ""
    saved: list[str] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    layer: int = 0
    y: float = 0.0


def read_graph(result: Tensor, names: Mapping[str, Tensor] | None = None) -> list[Box]:
    """The boxes of a result's graph; the result's own node comes first. Empty where there is none."""
    nodes: list[Any] = [result.grad_fn] if result.grad_fn is not None else []
    boxes, leaves = [], []
    for node in nodes:
        after = [one for one, _ in node.next_functions if one is not None]
        nodes += [one for one in dict.fromkeys(after) if one not in nodes]
        kind = ACCUMULATE if type(node).__name__ == "AccumulateGrad" else OPERATION
        box = Box(kind, type(node).__name__, _saved(node, names or {}), [nodes.index(one) for one in after])
        boxes.append(box)
        if kind == ACCUMULATE:
            leaves.append((box, node.variable))
    for box, tensor in leaves:
        box.after = [len(boxes)]
        boxes.append(Box(LEAF, _words(tensor, names or {})))
    _layer(boxes)
    return boxes


def _saved(node: Any, names: Mapping[str, Tensor]) -> list[str]:
    """What a node keeps: name of the slot and of the tensor, or why it can no longer be had."""
    slots = [slot for slot in dir(node) if slot.startswith("_saved_")]
    if hasattr(node, "saved_tensors"):  # a Function written in Python
        slots = ["saved_tensors"]
    found = []
    for slot in slots:
        try:
            value = getattr(node, slot)
        except RuntimeError as error:
            found.append("changed since" if "inplace" in str(error) else "freed")
            continue
        kept = value if isinstance(value, tuple) else (value,)
        label = slot.removeprefix("_saved_").replace("saved_tensors", "saved")
        found += [_words(item, names, label) for item in kept if isinstance(item, Tensor)]
    return found


def _words(tensor: Tensor, names: Mapping[str, Tensor], label: str = "") -> str:
    """`w (3,)`; where nobody has named the tensor, the name of its slot in the node."""
    same = (name for name, item in names.items() if item is tensor or _twins(item, tensor))
    return f"{next(same, label)} {tuple(tensor.shape)}".strip()


def _twins(one: Tensor, other: Tensor) -> bool:
    return one.data_ptr() == other.data_ptr() and one.shape == other.shape


def _layer(boxes: list[Box]) -> None:
    """Every box comes after all that lead to it; a box is looked at once all of these have their layer."""
    waiting = [0] * len(boxes)
    for box in boxes:
        for one in box.after:
            waiting[one] += 1
    ready = [box for box, count in zip(boxes, waiting, strict=True) if not count]
    for box in ready:
        for one in box.after:
            boxes[one].layer = max(boxes[one].layer, box.layer + 1)
            waiting[one] -= 1
            if not waiting[one]:
                ready.append(boxes[one])


def _bend(boxes: list[Box]) -> list[Box]:
    """The same boxes, with a bend in each layer that an arrow crosses, so that arrows go around what is there."""
    bent = list(boxes)
    for box in boxes:
        for place, target in enumerate(box.after):
            last = box
            for layer in range(box.layer + 1, boxes[target].layer):
                bent.append(Box(BEND, after=[target], layer=layer))
                last.after[place if last is box else 0] = len(bent) - 1
                last = bent[-1]
    return bent


def _place(boxes: list[Box], height: Callable[[Box], float]) -> None:
    """Gives each box its height: near the mean of those that lead to it, without overlaps."""
    above: dict[int, list[float]] = {}
    for layer in range(1 + max(box.layer for box in boxes)):
        here = [(number, box) for number, box in enumerate(boxes) if box.layer == layer]
        wish = {number: sum(above.get(number, [0.0])) / len(above.get(number, [0.0])) for number, _ in here}
        here.sort(key=lambda item: wish[item[0]])
        lowest, shift = -1e9, 0.0
        for number, box in here:
            box.y = max(wish[number], lowest + height(box) / 2)
            lowest = box.y + height(box) / 2
            shift += (wish[number] - box.y) / len(here)
        for _, box in here:
            box.y += shift
            for position, one in enumerate(box.after):
                above.setdefault(one, []).append(box.y + 0.01 * position)


def draw_graph(result: Tensor, title: str = "", /, **names: Tensor) -> Picture:
    """What a result remembers: nodes, leaves and saved tensors. Arrows show where a gradient goes.

    Args:
        names: what to call tensors, as `w=w`.
    """
    boxes = _bend(read_graph(result, names))
    with style():
        if not boxes:
            return _nothing(title)
        _place(boxes, lambda box: 0.3 if box.kind == BEND else 0.62 + NOTE * len(box.saved))
        low = min(box.y - NOTE * len(box.saved) for box in boxes) - 0.75
        high = max(box.y for box in boxes) + (0.8 if title else 0.45)
        figure = Picture(figsize=(WIDTH, high - low))
        figure.set_layout_engine("none")
        axis = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axis.set(xlim=(0, WIDTH), ylim=(low, high))
        axis.axis("off")
        axis.text(0.1, high - 0.3, title, fontsize=11, family="monospace")
        _draw(axis, boxes)
        _legend(axis)
    return figure


def _nothing(title: str) -> Picture:
    figure = Picture(figsize=(WIDTH, 1.0))
    figure.set_layout_engine("none")
    figure.text(0.02, 0.6, title, fontsize=11, family="monospace")
    figure.text(0.02, 0.2, "grad_fn is None: this result remembers nothing.")
    return figure


def _draw(axis: Axes, boxes: list[Box]) -> None:
    columns = 1 + max(box.layer for box in boxes)
    stride = min(1.5, (WIDTH - 1.2) / max(1, columns - 1))
    places = [WIDTH - 0.65 - stride * box.layer - max(0.0, WIDTH - 1.2 - stride * (columns - 1)) / 2 for box in boxes]
    half = min(0.43, stride / 2 - 0.12)
    for box, x in zip(boxes, places, strict=True):
        for order, one in enumerate(box.after):
            start = (x - (0 if box.kind == BEND else half + 0.08), box.y)
            target = boxes[one]
            end = (places[one] + (0 if target.kind == BEND else half + 0.1), target.y)
            twice = box.after[:order].count(one)  # the second arrow to the same box takes a curve
            _arrow(axis, start, end, target.kind, 0.35 * twice, LEAF in (box.kind, target.kind))
    for box, x in zip(boxes, places, strict=True):
        if box.kind != BEND:
            _box(axis, x, box, half)


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float], kind: str, rad: float, last: bool) -> None:
    arrow = {
        "arrowstyle": "-" if kind == BEND else "-|>",
        "color": ORANGE if last else INK,
        "connectionstyle": f"arc3,rad={rad}",
        "shrinkA": 0,
        "shrinkB": 0,
        "linewidth": 1.3,
    }
    axis.annotate("", end, start, arrowprops=arrow)


def _box(axis: Axes, x: float, box: Box, half: float) -> None:
    shape = FancyBboxPatch((x - half, box.y - 0.17), 2 * half, 0.34, boxstyle=CORNERS[box.kind])
    shape.set(facecolor=FILLS[box.kind], edgecolor=EDGES[box.kind], linewidth=1.8)
    axis.add_patch(shape)
    text = box.title.replace("Backward", "\nBackward").replace("AccumulateGrad", "Accumulate\nGrad")
    weight = "bold" if box.kind == LEAF else "normal"
    axis.text(x, box.y, text, ha="center", va="center", fontsize=7.5, weight=weight, color="black")
    if box.saved:
        alarm = {"freed", "changed since"} & set(box.saved)
        frame = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": RED if alarm else GREY}
        text = "\n".join(box.saved)
        frame["linestyle"] = "--"
        axis.text(x, box.y - 0.3, text, ha="center", va="top", fontsize=7, color="black", bbox=frame)


def _legend(axis: Axes) -> None:
    handles: list[Any] = [
        Patch(facecolor=FILLS[kind], edgecolor=EDGES[kind], linewidth=1.8, label=label)
        for kind, label in ((OPERATION, "node"), (ACCUMULATE, "adds to a leaf's .grad"), (LEAF, "leaf tensor"))
    ]
    handles.append(Patch(facecolor="white", edgecolor=GREY, linestyle="--", label="saved for the way back"))
    handles.append(Line2D([], [], color=INK, marker="<", label="a gradient goes"))
    axis.legend(handles=handles, loc="lower center", ncols=5, fontsize=8, handlelength=1.3, columnspacing=1.2)


EXPRESSIONS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "(w * x + b).tanh().sum()": lambda w, x, b: (w * x + b).tanh().sum(),
    "w + b": lambda w, x, b: w + b,
    "w * w": lambda w, x, b: w * w,
    "w.exp() / w.exp().sum()": lambda w, x, b: w.exp() / w.exp().sum(),
    "e = w.exp();  e / e.sum()": lambda w, x, b: _shared(w.exp()),
    "w.softmax(0)": lambda w, x, b: w.softmax(0),
    "1 / (1 + (-w).exp())": lambda w, x, b: 1 / (1 + (-w).exp()),
    "w.sigmoid()": lambda w, x, b: w.sigmoid(),
    "w.detach() * b": lambda w, x, b: w.detach() * b,
    "w.detach().exp() * x": lambda w, x, b: w.detach().exp() * x,
}


def _shared(e: Tensor) -> Tensor:
    return e / e.sum()


AS_COMPUTED, GONE_BACK, CHANGED, CHANGED_DATA = (
    "as it was computed",
    "after result.backward(…)",
    "after w.mul_(2) under no_grad",
    "after w.data.mul_(2)",
)
EVENTS = [AS_COMPUTED, GONE_BACK, CHANGED, CHANGED_DATA]


def remembered(expression: str, event: str = AS_COMPUTED) -> Picture:
    """The graph of one of `EXPRESSIONS`, as it is after one of `EVENTS`."""
    x = torch.tensor([0.5, -1.0, 2.0])
    w = torch.tensor([1.0, 3.0, -2.0], requires_grad=True)
    b = torch.tensor([0.1, 0.2, 0.3], requires_grad=True)
    result = EXPRESSIONS[expression](w, x, b)
    if event == GONE_BACK and result.requires_grad:
        result.backward(torch.ones_like(result))
    elif event == CHANGED:
        with torch.no_grad():
            w.mul_(2)
    elif event == CHANGED_DATA:
        w.data.mul_(2)
    return draw_graph(result, expression, w=w, x=x, b=b, result=result)

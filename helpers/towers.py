"""The whole machine of lesson 12 as a drawing: what reads on the left, what writes on the right."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.style import BLUE, GREEN, INK, ORANGE, Picture, style

READS, WRITES = 0.0, 4.2  # where the two towers stand
HALF = 1.35  # of a box's width
STEP = 0.62  # from one box to the next one above it


def towers(encoder: int, decoder: int) -> Picture:
    """Two stacks of boxes with an arrow from the top of the encoder to each decoder layer.

    Args:
        encoder, decoder: how many layers each of them has.
    """
    reads = ["text", "embedding + position", *(f"encoder layer {n + 1}" for n in range(encoder)), "norm: the memory"]
    writes = ["written so far", "embedding + position", *(f"decoder layer {n + 1}" for n in range(decoder)), "norm",
        "out: scores"]  # fmt: skip
    with style():
        figure = Picture(figsize=(8.0, 3.4))
        axis = figure.subplots()
        for place, names in ((READS, reads), (WRITES, writes)):
            for height, name in enumerate(names):
                _box(axis, place, height * STEP, name)
                if height:
                    _arrow(axis, (place, (height - 1) * STEP + 0.2), (place, height * STEP - 0.2), INK)
        top = (len(reads) - 1) * STEP
        for layer in range(decoder):
            _arrow(axis, (READS + HALF, top), (WRITES - HALF, (2 + layer) * STEP), ORANGE)
        axis.set(xlim=(-1.6, 5.8), ylim=(-0.35, STEP * max(len(reads), len(writes)) - 0.2), title="")
        axis.axis("off")
    return figure


def _box(axis: Axes, x: float, y: float, name: str) -> None:
    edge = BLUE if "encoder" in name else GREEN if "decoder" in name else ORANGE if "memory" in name else INK
    axis.add_patch(
        FancyBboxPatch((x - HALF, y - 0.17), 2 * HALF, 0.34, boxstyle="round,pad=0.03", fill=False, edgecolor=edge)
    )
    axis.text(x, y, name, ha="center", va="center", fontsize=10)


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    axis.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.4})

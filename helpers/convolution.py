"""Explores a convolution, place by place."""

from __future__ import annotations

from collections.abc import Callable

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.style import DIVERGING, ORANGE, WIDTH, Picture, style

WINDOWS = {
    "left edge": [[-1.0, 0.0, 1.0]] * 3,
    "upper edge": [[-1.0] * 3, [0.0] * 3, [1.0] * 3],
    "outline": [[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]],
    "mean": [[1 / 9] * 3] * 3,
    "one to the right": [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
}
Conv = Callable[..., Tensor]


def window(name: str) -> Tensor:
    """A window by its name, as weights of shape (1, 1, 3, 3)."""
    return torch.tensor(WINDOWS[name])[None, None]


def stepper(conv: Conv, page: Tensor) -> Callable[..., Picture]:
    """A picture of one step: where the window lies, what it multiplies, and all results so far."""

    def picture(kind: str, stride: int, padding: int, place: int) -> Picture:
        result = conv(page[None, None], window(kind), stride=stride, padding=padding)[0, 0].detach()
        padded = torch.nn.functional.pad(page, (padding,) * 4)
        at = round(place / 100 * (result.numel() - 1))
        row, column = divmod(at, result.shape[1])
        with style():
            figure = Picture(figsize=(WIDTH, 3.3))
            left, middle, right = figure.subplots(1, 3, width_ratios=(1.3, 0.8, 1.1))
            left.imshow(padded.numpy(), cmap="gray_r", vmin=0, vmax=16)
            left.add_patch(_frame(row * stride, column * stride, 3))
            left.set(title=f"the page, {padded.shape[0]} × {padded.shape[1]}", xticks=[], yticks=[])
            _products(middle, padded[row * stride :, column * stride :][:3, :3], window(kind)[0, 0])
            middle.set_title(f"sum {float(result[row, column]):.1f}")
            shown = torch.where(torch.arange(result.numel()).reshape(result.shape) <= at, result, torch.nan)
            most = float(result.abs().max()) or 1.0
            right.imshow(shown.numpy(), cmap=DIVERGING, vmin=-most, vmax=most)
            right.add_patch(_frame(row, column, 1))
            right.set(title=f"the result, {result.shape[0]} × {result.shape[1]}", xticks=[], yticks=[])
        return figure

    return picture


def _frame(row: int, column: int, size: int) -> Rectangle:
    return Rectangle((column - 0.5, row - 0.5), size, size, fill=False, edgecolor=ORANGE, linewidth=3)


def _products(axis: Axes, seen: Tensor, weights: Tensor) -> None:
    """Ink times weight, nine times."""
    axis.imshow((seen * weights).numpy(), cmap=DIVERGING, vmin=-16, vmax=16)
    for row in range(3):
        for column in range(3):
            written = f"{seen[row, column]:.0f} · {weights[row, column]:.2g}"
            axis.text(column, row, written, ha="center", va="center", fontsize=7, color="black")
    axis.set(xticks=[], yticks=[])

"""Pictures of the lesson on products and masks."""

from __future__ import annotations

from collections.abc import Callable

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.style import GREEN, GREY, ORANGE, RED, SEQUENTIAL, WIDTH, Picture, style
from helpers.suspects import entries

SHAPES = ["(4320, 3)", "(4320, 1, 3)", "(8, 3)", "(8, 1, 3)", "(1, 8, 3)", "(3,)", "(8,)", "(1,)", "(8, 4320, 1)"]
PALE = "#F2F2F2"
PLACES = {"a pixel of the sky": (20, 33), "a pixel of the trees": (120, 15)}  # row and column, in every third pixel


def fitting(a: str, b: str) -> Picture:
    """Two shapes below each other, ending at the same place, and below them what broadcasting makes of them."""
    rows = [_sizes(a), _sizes(b)]
    length = max(map(len, rows))
    padded = [[0] * (length - len(row)) + row for row in rows]  # 0 stands for a dimension that is missing
    with style():
        figure = Picture(figsize=(WIDTH, 2.4))
        axis = figure.subplots()
        results = [_column(axis, place, *sizes) for place, sizes in enumerate(zip(*padded, strict=True))]
        axis.set(xlim=(-0.1, max(4, length)), ylim=(3.05, -0.05), xticks=[], yticks=[0.5, 1.5, 2.5])
        axis.set_yticklabels([f"a {a}", f"b {b}", "result"])
        axis.tick_params(left=False)
        axis.spines[:].set_visible(False)
        fits = None not in results
        axis.set_title(f"the result has shape {_shape(results)}" if fits else "these do not fit: see the red column")
    return figure


def _sizes(shape: str) -> list[int]:
    return [int(size) for size in shape.strip("()").split(",") if size.strip()]


def _shape(sizes: list[int | None]) -> str:
    return str(tuple(sizes))


def _column(axis: Axes, place: int, one: int, other: int) -> int | None:
    """Draws a column of two sizes and their result; None where they do not fit."""
    result = one if other in (0, 1, one) else other if one in (0, 1) else None
    for row, size in enumerate((one, other)):
        repeated = size in (0, 1) and result != size
        words = {0: "missing: repeated", 1: "1: repeated" if repeated else "1"}.get(size, str(size))
        _box(axis, place, row, words, RED if result is None else ORANGE if repeated else PALE)
    _box(axis, place, 2, "?" if result is None else str(result), RED if result is None else GREEN)
    return result


def _box(axis: Axes, place: int, row: int, words: str, colour: str) -> None:
    axis.add_patch(Rectangle((place + 0.04, row + 0.08), 0.92, 0.84, facecolor=colour, edgecolor="none"))
    light = colour in (GREEN, RED)
    axis.text(place + 0.5, row + 0.5, words, ha="center", va="center", color="white" if light else "black")


def sureness(softmax: Callable[..., Tensor], image: Tensor, palette: Tensor) -> Callable[..., Picture]:
    """A picture for `explore`: the shares of two pixels, and how sure each pixel of the image is.

    Args:
        softmax: called as `softmax(scores, dim, mask)`.
        image: shape (height, width, 3).
        palette: shape (paints, 3).
    """
    squares = torch.cdist(image, palette).square()

    def picture(temperature: float, forbidden: str) -> Picture:
        allowed = torch.tensor([str(paint) != forbidden for paint in range(len(palette))])
        shares = softmax(-squares / temperature, -1, allowed)
        with style():
            figure = Picture(figsize=(WIDTH, 3.3))
            grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.4))
            for row, (name, place) in enumerate(PLACES.items()):
                _bars(figure.add_subplot(grid[row, 0]), shares[place], palette, name, last=row == 1)
            _map(figure, figure.add_subplot(grid[:, 1]), shares.amax(-1))
        return figure

    return picture


def _bars(axis: Axes, shares: Tensor, palette: Tensor, name: str, *, last: bool) -> None:
    colours = [tuple(paint) for paint in palette.clamp(0, 1).tolist()]
    axis.bar(range(len(shares)), shares.tolist(), color=colours, edgecolor=GREY, linewidth=0.8)
    axis.set(ylim=(0, 1), xticks=range(len(shares)), title=name, ylabel="share")
    if last:
        axis.set_xlabel("paint")


def _map(figure: Picture, axis: Axes, winners: Tensor) -> None:
    shown = axis.imshow(winners.numpy(), cmap=SEQUENTIAL, vmin=0, vmax=1)
    axis.set(title=f"share of the winner, {float(winners.mean()):.2f} on average", xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    figure.colorbar(shown, ax=axis, shrink=0.7)


def lineup(exercise: str, inputs: tuple[Tensor, ...]) -> Picture:
    """What the library and each suspect of an exercise make of `inputs`."""
    return entries(exercise, inputs, "share, by row and column", most=9, limits=(0, 1))

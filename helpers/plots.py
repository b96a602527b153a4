"""The plots that lessons share. Each returns a figure; a notebook cell that ends with it shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from helpers.style import BLUE, CYCLE, DIVERGING, SEQUENTIAL, WIDTH, Picture, style

HIGHEST = 4.8  # inches of a figure with matrices
LETTER = 0.085  # inches that a letter of a name takes
MOST_NUMBERS = 12  # rows or columns up to which the numbers themselves are written


def heatmaps(
    panels: Mapping[str, Tensor],
    *,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    xlabel: str = "column",
    ylabel: str = "row",
    signed: bool = False,
    numbers: bool | None = None,
    limits: tuple[float, float] | None = None,
) -> Picture:
    """Matrices side by side on one colour scale.

    Args:
        panels: title → matrix, shape (rows, columns). A vector counts as one row; NaN stays blank.
        rows, columns: names at the axes, as words of a sentence.
        signed: blue below zero, white at zero, red above; else from dark (little) to light (much).
        numbers: write the values into the cells; without it, only where they are legible.
        limits: the ends of the colour scale; the data's own without it.
    """
    matrices = {title: _matrix(values) for title, values in panels.items()}
    low, high = limits or _limits(list(matrices.values()), signed)
    with style():
        figure = Picture(figsize=_size(list(matrices.values()), rows or (), columns or ()))
        axes = figure.subplots(1, len(matrices), squeeze=False)[0]
        for axis, (title, matrix) in zip(axes, matrices.items(), strict=True):
            image = axis.imshow(matrix, cmap=DIVERGING if signed else SEQUENTIAL, vmin=low, vmax=high)
            axis.set(title=title, xlabel=xlabel, ylabel=ylabel)
            _name_ticks(axis, rows, columns, matrix)
            if len({len(matrix) for matrix in matrices.values()}) == 1:
                axis.label_outer(remove_inner_ticks=True)  # the rows are named once, at the left
            if numbers or (numbers is None and max(matrix.shape) <= MOST_NUMBERS):
                _write_numbers(axis, matrix, low, high, signed)
        figure.colorbar(image, ax=list(axes), shrink=0.8)
        figure.set_layout_engine("compressed")  # panels of one shape: else long names at the left are cut off
    return figure


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    logx: bool = False,
    logy: bool = False,
) -> Picture:
    """Curves with a legend: name → (x values, y values). Dashes repeat what colour says."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        for position, (name, (x, y)) in enumerate(series.items()):
            dash = ("-", "--", "-.", ":")[position % 4]
            axis.plot(x, y, dash, label=name, linewidth=2, color=CYCLE[position % len(CYCLE)])
        axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
        if logx:
            axis.set_xscale("log")
        if logy:
            axis.set_yscale("log")
        if len(series) > 1:
            axis.legend()
    return figure


def bars(
    groups: Mapping[str, Mapping[str, float]], *, ylabel: str, xlabel: str = "", title: str = "", logy: bool = False
) -> Picture:
    """Bars in groups: name of the group (colour, legend) → label at the axis → height."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        labels = list(next(iter(groups.values())))
        width = 0.8 / len(groups)
        for position, (name, heights) in enumerate(groups.items()):
            places = [place - 0.4 + (position + 0.5) * width for place in range(len(labels))]
            hatch = ("", "//", "..", "xx")[position % 4]
            axis.bar(places, [heights[label] for label in labels], width, label=name, hatch=hatch)
        axis.set_xticks(range(len(labels)), labels)
        axis.set(ylabel=ylabel, xlabel=xlabel, title=title)
        if logy:
            axis.set_yscale("log")
        if len(groups) > 1:
            axis.legend()
    return figure


def histograms(groups: Mapping[str, Tensor], *, xlabel: str, bins: int = 40, title: str = "") -> Picture:
    """One histogram a group, one above the other on a common axis, so that none hides another."""
    values = {name: item.detach().flatten().double().cpu().numpy() for name, item in groups.items()}
    finite = np.concatenate([item[np.isfinite(item)] for item in values.values()])
    edges = np.linspace(finite.min(), finite.max() + 1e-12, bins + 1)
    with style():
        figure = Picture(figsize=(WIDTH, 0.7 + 0.9 * len(values)))
        axes = figure.subplots(len(values), 1, sharex=True, squeeze=False)[:, 0]
        for position, (axis, (name, item)) in enumerate(zip(axes, values.items(), strict=True)):
            axis.hist(item, bins=edges, color=CYCLE[position % len(CYCLE)], label=name, histtype="stepfilled")
            axis.set_ylabel(name, rotation=0, ha="right", va="center")
            axis.set_yticks([])
        axes[0].set_title(title)
        axes[-1].set_xlabel(xlabel)
    return figure


def _matrix(values: Tensor) -> np.ndarray:
    matrix = values.detach().double().cpu().numpy()
    return matrix.reshape(1, -1) if matrix.ndim < 2 else matrix


def _ratio(matrix: np.ndarray) -> float:
    return float(matrix.shape[0] / max(1, matrix.shape[1]))


def _size(matrices: list[np.ndarray], rows: Sequence[str], columns: Sequence[str]) -> tuple[float, float]:
    """Width and height in inches: panels as large as fits between names, titles and the colour bar."""
    beside = 1.6 + LETTER * max(map(len, rows), default=0)
    below = 1.1 + LETTER * max(map(len, columns), default=0)
    ratio = max(map(_ratio, matrices))
    panel = min((WIDTH - beside) / len(matrices), max(1.0, (HIGHEST - below) / ratio))
    return len(matrices) * panel + beside, max(1.6, ratio * panel + below)


def _limits(matrices: list[np.ndarray], signed: bool) -> tuple[float, float]:
    finite = np.concatenate([m[np.isfinite(m)].ravel() for m in matrices])
    if not finite.size:
        return 0.0, 1.0
    if signed:
        largest = float(np.abs(finite).max()) or 1.0
        return -largest, largest
    return float(finite.min()), float(finite.max())


def _name_ticks(axis: Axes, rows: Sequence[str] | None, columns: Sequence[str] | None, matrix: np.ndarray) -> None:
    axis.spines[:].set_visible(False)
    for names, place, count in ((rows, axis.yaxis, matrix.shape[0]), (columns, axis.xaxis, matrix.shape[1])):
        if names:
            place.set_ticks(range(count), list(names))
        elif count <= MOST_NUMBERS:
            place.set_ticks(range(count))
        else:
            place.set_major_locator(MaxNLocator(integer=True))  # there is no row 2.5
    if columns:
        axis.tick_params(axis="x", rotation=60 if len(columns) <= 10 else 90)


def _write_numbers(axis: Axes, matrix: np.ndarray, low: float, high: float, signed: bool) -> None:
    span = (high - low) or 1.0
    whole = bool(np.all(np.isnan(matrix) | (matrix == np.round(matrix))))
    for (row, column), value in np.ndenumerate(matrix):
        share = (value - low) / span
        dark = abs(share - 0.5) > 0.35 if signed else share < 0.5
        text = f"{value:.0f}" if whole else f"{value:.2f}"
        axis.text(column, row, text, ha="center", va="center", fontsize=8, color="white" if dark else "black")


def likeliest(panels: Mapping[str, Sequence[tuple[str, float]]], title: str = "") -> Picture:
    """Side by side, on one scale: a few names with their probabilities, in the given order from the top.

    Args:
        panels: title → names with their probabilities.
    """
    most = max(len(told) for told in panels.values())
    highest = max(share for told in panels.values() for _, share in told)
    with style():
        figure = Picture(figsize=(WIDTH, 1.0 + 0.3 * most))
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for axis, (name, told) in zip(axes, panels.items(), strict=True):
            shares = [share for _, share in told]
            drawn = axis.barh(range(len(told)), shares, color=BLUE)
            axis.bar_label(drawn, [f"{share:.{2 if highest > 0.1 else 3}f}" for share in shares], padding=2, fontsize=8)
            axis.set(xlabel="probability", xlim=(0, 1.6 * highest), xticks=[])
            axis.set_title(name, fontsize=10)
            axis.set_yticks(range(len(told)), [each for each, _ in told])
            axis.invert_yaxis()
        figure.suptitle(title)
    return figure

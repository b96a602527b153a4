"""178 wines of three growers, which come with scikit-learn, and pictures of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from helpers.installed import folder
from helpers.plots import heatmaps
from helpers.style import BLUE, GREEN, INK, ORANGE, WIDTH, Picture, style

MEASURED = (
    "alcohol", "malic acid", "ash", "alkalinity of ash", "magnesium", "phenols", "flavonoids", "other phenols",
    "proanthocyanins", "colour", "hue", "dilution", "proline",
)  # fmt: skip
GROWERS = ("grower 0", "grower 1", "grower 2")
COLOURS, MARKS = (BLUE, ORANGE, GREEN), ("o", "^", "s")
CELLAR = 50  # bottles that no training sees


class Wines(NamedTuple):
    """What is known, and what is to be told.

    Attributes:
        known: measurements of 128 wines, shape (128, 13), float32.
        growers: who made them, 0 to 2, shape (128,), int64.
        cellar: measurements of 50 more, shape (50, 13).
        made_by: who made those, shape (50,).
    """

    known: Tensor
    growers: Tensor
    cellar: Tensor
    made_by: Tensor


def wines() -> Wines:
    """The wines in an order that is drawn once and for all.

    Raises:
        ModuleNotFoundError: scikit-learn is not there.
    """
    file = folder("sklearn", "The wines") / "datasets" / "data" / "wine_data.csv"
    with file.open(encoding="utf-8") as lines:
        rows = [[float(number) for number in line] for line in list(csv.reader(lines))[1:]]
    table = torch.tensor(rows)[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    measured, made_by = table[:, :-1], table[:, -1].long()
    return Wines(measured[:-CELLAR], made_by[:-CELLAR], measured[-CELLAR:], made_by[-CELLAR:])


def ranges(measured: Tensor, made_by: Tensor) -> Picture:
    """Every measurement of every wine on one logarithmic axis: a row for each, the growers in it side by side."""
    with style():
        figure = Picture(figsize=(WIDTH, 4.2))
        axis = figure.subplots()
        for grower, name in enumerate(GROWERS):
            values = measured[made_by == grower]
            heights = torch.arange(len(MEASURED)) + 0.22 * (grower - 1)
            axis.plot(
                values.flatten(), heights.repeat(len(values)), MARKS[grower], color=COLOURS[grower], label=name,
                markersize=3, alpha=0.5, linestyle="none",
            )  # fmt: skip
        axis.set_yticks(range(len(MEASURED)), MEASURED)
        axis.set(xscale="log", xlabel="what was measured, each in its own unit (logarithmic)", ylim=(-0.6, 12.6))
        axis.invert_yaxis()
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def told(shares: Tensor, made_by: Tensor) -> Picture:
    """For each bottle the shares that a network gives to the growers: bottles from left to right, by true grower.

    Args:
        shares: shape (bottle, 3).
        made_by: shape (bottle,).
    """
    order = made_by.argsort(stable=True)
    ends = made_by.bincount(minlength=3).cumsum(0).tolist()
    figure = heatmaps(
        {"": shares[order].T}, rows=list(GROWERS), xlabel="bottles of the cellar, sorted by who made them",
        ylabel="answer", numbers=False, limits=(0.0, 1.0),
    )  # fmt: skip
    with style():
        axis = figure.axes[0]
        axis.set_aspect("auto")
        figure.set_size_inches(WIDTH, 2.2)
        for end in ends[:-1]:
            axis.axvline(end - 0.5, color="white", linewidth=3)
        figure.axes[1].set_ylabel("share")
    return figure


def bottle(answer: Callable[[Tensor], Tensor], data: Wines) -> Callable[..., Picture]:
    """A picture for `explore`: what was measured of one bottle, against all known wines, and what the network says.

    Args:
        answer: from measurements of shape (1, 13) to three scores, shape (1, 3).
    """
    mean, spread = data.known.mean(0), data.known.std(0)

    def picture(number: int, proline: float) -> Picture:
        measured = data.cellar[number : number + 1].clone()
        measured[0, -1] *= proline
        with torch.no_grad():
            shares = answer(measured).softmax(-1)[0]
        with style():
            figure = Picture(figsize=(WIDTH, 3.4))
            left, right = figure.subplots(1, 2, width_ratios=(2, 1))
            _deviations(left, (measured[0] - mean) / spread)
            right.bar(range(3), shares.tolist(), color=COLOURS)
            right.set_xticks(range(3), [f"grower\n{place}" for place in range(3)])
            right.set(ylabel="share", ylim=(0, 1), title=f"it was grower {int(data.made_by[number])}")
        return figure

    return picture


def _deviations(axis: Any, deviations: Tensor) -> None:
    axis.barh(range(len(MEASURED)), deviations.tolist(), color=INK)
    axis.axvline(0, color=INK, linewidth=1)
    axis.set_yticks(range(len(MEASURED)), MEASURED)
    axis.set(xlabel="above or below the mean of the known wines, in standard deviations", xlim=(-4, 4))
    axis.invert_yaxis()

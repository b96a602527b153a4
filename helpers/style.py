"""One palette for the whole course, readable by the colour-blind (Okabe and Ito, 2008), and one figure style."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"
CYCLE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)

SEQUENTIAL: Colormap = colormaps["cividis"]  # amounts: from none to much
DIVERGING: Colormap = LinearSegmentedColormap.from_list("blue-white-red", [BLUE, "#F5F5F5", RED])  # signs: white at 0

WIDTH = 8.0  # inches; the width of a notebook cell

RC: dict[Any, Any] = {
    "axes.prop_cycle": cycler(color=CYCLE),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "figure.figsize": (WIDTH, 3.0),
    "figure.constrained_layout.use": True,
    "figure.dpi": 96,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.size": 10,
    "image.interpolation": "nearest",
    "legend.frameon": False,
}


@contextmanager
def style() -> Iterator[None]:
    """The course's figure style while it lasts; the student's own settings are back afterwards."""
    with mpl.rc_context(RC):
        yield


def as_png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG image."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=96)
    return buffer.getvalue()

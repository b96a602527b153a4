"""One palette for the whole course, readable by the colour-blind (Okabe and Ito, 2008), and one figure style."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

from helpers.alt import described

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"
CYCLE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)

SEQUENTIAL: Colormap = colormaps["cividis"]  # amounts: from none to much
DIVERGING: Colormap = LinearSegmentedColormap.from_list("blue-white-red", [BLUE, "#F5F5F5", RED])  # signs: white at 0

INK = "#767676"  # 4.5 : 1 on white, 4.1 : 1 on JupyterLab's dark page

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
    # The page shines through, and what is written on it stands out on white and on a dark theme's grey alike.
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "hatch.color": "white",
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    "font.size": 10,
    "image.interpolation": "nearest",
    "legend.frameon": False,
}


@contextmanager
def style() -> Iterator[None]:
    """The course's figure style while it lasts; the student's own settings are back afterwards."""
    with mpl.rc_context(RC):
        yield


class Picture(Figure):
    """A figure that tells a notebook what it shows, for those who do not see it."""

    def alt_text(self) -> str:
        """Titles, axes, names and ends of what each panel shows, in sentences."""
        return described(self)

    def as_html(self) -> str:
        """The image with its alternative text, as HTML that needs no other file."""
        data = base64.b64encode(as_png(self)).decode("ascii")
        return f'<img alt="{escape(self.alt_text())}" src="data:image/png;base64,{data}" style="max-width:100%">'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        # JupyterLab gives an image/png no alternative text, so the image goes out as HTML.
        return {"text/html": self.as_html(), "text/plain": self.alt_text()}


def as_png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG image."""
    buffer = io.BytesIO()
    with style():  # what matplotlib makes only now, as ticks, has the course's colours, too
        FigureCanvasAgg(figure).print_png(buffer)  # `savefig` would draw it twice
    return buffer.getvalue()

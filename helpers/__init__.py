"""What lessons import: the palette, plots, widgets, corpora, small models."""

import sys
from typing import Any


def _show_figures_as_pictures() -> None:
    """Tells the notebook how to draw a figure that ends a cell: made without pyplot, it would be shown as text."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.formatters["image/png"]
        formatter.for_type_by_name("matplotlib.figure", "Figure", _drawn)


def _drawn(figure: Any) -> bytes:
    from helpers.style import as_png

    return as_png(figure)


_show_figures_as_pictures()

"""What a figure shows, in sentences, for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

MOST = 12  # names, bars or curves that are listed; more would be noise to a listener
MOST_WORDS = 60  # of those that stand in a picture without axes


def described(figure: Figure) -> str:
    """The figure's title, then for each panel what it is, what its axes mean, and what lies in it."""
    panels = [axis for axis in figure.axes if axis.get_label() != "<colorbar>"]
    keys = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    known: set[str] = set()
    parts = [figure.get_suptitle(), *(_panel(axis, known) for axis in panels), _listed("Legend", keys)]
    return " ".join(_sentence(part) for part in parts if part.strip()) or "A picture."


def _panel(axis: Axes, known: set[str]) -> str:
    title = " ".join(title for place in ("left", "center", "right") if (title := axis.get_title(loc=place)))
    if axis.images:
        said = [_map(axis, known)]
    elif axis.containers:
        said = [_bars(axis), *_axes(axis)]
    else:
        plotted = _listed("Plot of", _curves(axis) + _shapes(axis))
        said = [plotted, _words(axis), *([] if plotted else [_keys(axis)]), *_axes(axis)]
    head = [_headed(". ".join(title.splitlines()))] if title else []
    return " ".join([*head, *(_sentence(part) for part in said if part)])


def _headed(title: str) -> str:
    return title if title[-1] in ".!?" else f"{title}:"


def _map(axis: Axes, known: set[str]) -> str:
    values: Any = np.ma.masked_invalid(np.ma.asarray(axis.images[-1].get_array()))
    rows, columns = values.shape[:2]
    up, across = _names_at(axis.yaxis, axis.get_ylabel()), _names_at(axis.xaxis, axis.get_xlabel())
    up, across = (names if names not in known else "" for names in (up, across))
    known |= {up, across}
    said = f"A map of {rows} row{'s' * (rows > 1)}{up} by {columns} column{'s' * (columns > 1)}{across}"
    return f"{said}, values from {values.min():.3g} to {values.max():.3g}" if values.count() else f"{said}, all empty"


def _names_at(axis: Axis, label: str) -> str:
    """` (query: the, cat, sat)`; numbers that only count are left out."""
    names = [text.get_text() for text in axis.get_ticklabels()]
    told = ", ".join(_shortened(names)) if any(not name.lstrip("−-").isdigit() for name in names if name) else ""
    said = ": ".join(part for part in (_one_line(label), told) if part)
    return f" ({said})" if said else ""


def _bars(axis: Axes) -> str:
    """Each bar by the name at the axis, with what is written beside it or its ends; groups by their names."""
    containers = [bars for bars in axis.containers if isinstance(bars, BarContainer)]
    count = sum(len(bars) for bars in containers)
    beside = iter([text.get_text() for text in axis.texts] if len(axis.texts) == count else [])
    told: dict[str, list[str]] = {}
    for bars in containers:
        upright = bars.orientation == "vertical"
        group = str(bars.get_label()) if _is_name(bars.get_label()) else ""
        for bar in bars:
            said = f"{_name_of(axis, bar, upright)} {next(beside, None) or _ends(bar, upright)}"
            told.setdefault(group, []).append(said)
    groups = (f"{group}: {'; '.join(_shortened(said))}".removeprefix(": ") for group, said in told.items())
    return f"Bars: {'. '.join(groups)}"


def _name_of(axis: Axes, bar: Any, upright: bool) -> str:
    side = axis.xaxis if upright else axis.yaxis
    middle = bar.get_x() + bar.get_width() / 2 if upright else bar.get_y() + bar.get_height() / 2
    nearest = int(np.abs(np.asarray(side.get_ticklocs()) - middle).argmin())
    return side.get_ticklabels()[nearest].get_text()


def _ends(bar: Any, upright: bool) -> str:
    start, size = (bar.get_y(), bar.get_height()) if upright else (bar.get_x(), bar.get_width())
    return f"from {start:.3g} to {start + size:.3g}" if start else f"{size:.3g}"


def _curves(axis: Axes) -> list[str]:
    """The curves, and where each begins and ends."""
    told = []
    for line in axis.get_lines():
        if not _is_name(line.get_label()) and np.size(line.get_xdata()) <= 2:
            continue  # a line that somebody drew for orientation
        heights = np.asarray(line.get_ydata(), dtype=float)
        heights = heights[np.isfinite(heights)]
        name = str(line.get_label()) if _is_name(line.get_label()) else "a curve"
        told.append(f"{name}, from {heights[0]:.3g} to {heights[-1]:.3g}" if len(heights) else f"{name}, empty")
    return told


def _shapes(axis: Axes) -> list[str]:
    """The outlines that have names, as histograms: from where to where, and where they are highest."""
    told = []
    for shape in axis.patches:
        if isinstance(shape, Polygon) and _is_name(shape.get_label()):
            x, y = shape.get_xy().T
            raised = x[y > 0] if (y > 0).any() else x
            told.append(
                f"{shape.get_label()}, from {raised.min():.3g} to {raised.max():.3g}, most at {x[y.argmax()]:.3g}"
            )
    return told


def _axes(axis: Axes) -> list[str]:
    sides = (("Across", axis.get_xlabel()), ("Up", axis.get_ylabel()))
    told = {shape.get_label() for shape in axis.patches}  # a histogram's name stands where an axis' would
    return [f"{side}: {label}" for side, label in sides if label and label not in told and axis.axison]


def _words(axis: Axes) -> str:
    """What is written into the panel; digits that stand alone, as bits, are one item."""
    texts = [text.get_text() for text in axis.texts]
    texts += [cell.get_text().get_text() for table in axis.tables for cell in table.get_celld().values()]
    runs = [list(run) for _, run in groupby(filter(None, texts), lambda word: len(word) == 1)]
    return _listed("It reads", [word for run in runs for word in ([" ".join(run)] if len(run[0]) == 1 else run)])


def _keys(axis: Axes) -> str:
    """The legend of what has no names of its own."""
    legend = axis.get_legend()
    return _listed("Legend", [text.get_text() for text in legend.get_texts()]) if legend else ""


def _listed(what: str, names: Iterable[str]) -> str:
    told = "; ".join(_shortened([_one_line(name) for name in names], MOST_WORDS))
    return f"{what}: {told}" if told else ""


def _shortened(names: list[str], most: int = MOST) -> list[str]:
    return names if len(names) <= most else [*names[:most], f"and {len(names) - most} more"]


def _is_name(label: object) -> bool:
    """Whether somebody gave it: matplotlib's own begin with an underscore."""
    return bool(label) and not str(label).startswith("_")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sentence(text: str) -> str:
    text = _one_line(text)
    return text if text[-1] in ".!?:" else f"{text}."

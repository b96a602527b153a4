"""Figures and small things of `01_tensors`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from helpers.style import BLUE, CYCLE, GREY, ORANGE, SKY, WIDTH, Picture, style
from helpers.suspects import entries

Index: TypeAlias = "slice | int | list[int]"

PALE = "#F2F2F2"
CHOICES: dict[str, Index] = {
    ":": slice(None),
    "0": 0,
    "1": 1,
    "-1": -1,
    "1:": slice(1, None),
    ":2": slice(None, 2),
    "::2": slice(None, None, 2),
    "[2, 0]": [2, 0],
}


def outcomes(*expressions: str, **names: object) -> None:
    """Prints what each expression gives, or what it raises, on a line of its own.

    Args:
        expressions: source text; it may use `torch` and `np`.
        names: what else it may use.
    """
    width = max(map(len, expressions))
    for expression in expressions:
        try:
            found = str(eval(expression, {"torch": torch, "np": np, **names}))
        except (TypeError, RuntimeError, ValueError, AttributeError, AssertionError) as error:
            found = f"{type(error).__name__}: {error}"
        print(f"{expression:{width}}  →  {' '.join(found.split())}")


def tables(panels: Mapping[str, Tensor], rows: Sequence[str], columns: Sequence[str]) -> Picture:
    """Tables side by side; coloured is what differs from the first of them.

    Args:
        panels: title → numbers, shape (rows, columns). NaN stays blank.
        rows, columns: names at the axes.
    """
    first = next(iter(panels.values()))
    with style():
        figure = Picture(figsize=(WIDTH, 0.9 + 0.36 * len(rows)))
        axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
        for axis, (title, values) in zip(axes, panels.items(), strict=True):
            for (row, column), value in np.ndenumerate(values.detach().cpu().numpy()):
                same = bool(values[row, column] == first[row, column])
                _cell(axis, row, column, _short(float(value)), PALE if same else ORANGE)
            _frame(axis, len(rows), len(columns))
            axis.set_aspect("auto")
            axis.set_title(title, family="monospace" if "[" in title else None, fontsize=10)
            axis.set_xticks([place + 0.5 for place in range(len(columns))], columns)
            axis.set_yticks([place + 0.5 for place in range(len(rows))], rows)
    return figure


def strips(storage: Tensor, taken: Mapping[str, Tensor]) -> Picture:
    """The places of a storage in a line, once for each expression; coloured are those that it reads, in which order.

    Args:
        storage: its numbers.
        taken: expression → the places that it reads, any shape.
    """
    numbers = storage.flatten().tolist()
    with style():
        figure = Picture(figsize=(WIDTH, 0.8 + 0.42 * len(taken)))
        axis = figure.subplots()
        for row, places in enumerate(taken.values()):
            for place, value in enumerate(numbers):
                order = places.flatten().tolist()
                _cell(axis, row, place, _short(value), ORANGE if place in order else PALE)
                if place in order:
                    turn = f"{1 + order.index(place)}."
                    axis.text(place + 0.04, row + 0.06, turn, fontsize=6.5, ha="left", va="top", color="black")
        _frame(axis, len(taken), len(numbers))
        axis.set_aspect("auto")
        axis.set_yticks([row + 0.5 for row in range(len(taken))], list(taken), family="monospace")
        axis.set_xticks([place + 0.5 for place in range(len(numbers))], [str(place) for place in range(len(numbers))])
        axis.set(xlabel="place in the storage")
    return figure


def lineup(exercise: str, inputs: tuple[Tensor, ...]) -> Picture:
    """What the library and each suspect of an exercise make of a table."""
    return entries(exercise, inputs, "standardized", signed=True)


def promotions(dtypes: Sequence[torch.dtype]) -> Picture:
    """What each pair of dtypes promotes to: a table of names, coloured by kind."""
    names = [_name(dtype) for dtype in dtypes]
    with style():
        figure = Picture(figsize=(WIDTH, 0.9 + 0.36 * len(dtypes)))
        axis = figure.subplots()
        for row, one in enumerate(dtypes):
            for column, other in enumerate(dtypes):
                both = torch.promote_types(one, other)
                _cell(axis, row, column, _name(both), _kind(both))
        _frame(axis, len(dtypes), len(dtypes))
        axis.set_xticks([place + 0.5 for place in range(len(dtypes))], names)
        axis.set_yticks([place + 0.5 for place in range(len(dtypes))], names)
        axis.set(xlabel="dtype of b", ylabel="dtype of a", title="dtype of a + b")
    return figure


def block(x: Tensor, member: str, week: str, measurement: str) -> Picture:
    """A table for each member, side by side; what the index takes is coloured.

    Args:
        x: whole numbers, shape (members, weeks, measurements).
        member, week, measurement: keys of `CHOICES`.
    """
    index = (CHOICES[member], CHOICES[week], CHOICES[measurement])
    taken = torch.zeros(x.shape, dtype=torch.bool)
    taken[index] = True
    result = x[index]
    same = result.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    shape = tuple(result.shape)
    with style():
        figure = Picture(figsize=(WIDTH, 2.7))
        axes = figure.subplots(1, len(x))
        for number, axis in enumerate(axes):
            _numbers(axis, x[number], taken[number], ORANGE)
            axis.set(title=f"member {number}", xlabel="measurement", ylabel="week" if number == 0 else "")
        words = "a view" if same else "a copy"
        figure.suptitle(f"weeks[{member}, {week}, {measurement}]  has shape {shape}: {words}", fontsize=11)
    return figure


def gathered(table: Tensor, index: Tensor, result: Tensor) -> Picture:
    """A table, an index along its columns, and what it fetches; one colour for each row of the index."""
    width, height = table.shape[1], len(table)
    colours = [CYCLE[row % len(CYCLE)] for row in range(height)]
    with style():
        figure = Picture(figsize=(WIDTH, 2.4))
        axes = figure.subplots(1, 3, width_ratios=[width, index.shape[1], index.shape[1]])
        for axis, title, values in zip(
            axes, ("table", "index", "table.gather(1, index)"), (table, index, result), strict=True
        ):
            for row in range(height):
                for column in range(values.shape[1]):
                    picked = values is not table or column in index[row].tolist()
                    _cell(axis, row, column, str(int(values[row, column])), colours[row] if picked else PALE)
            _frame(axis, height, values.shape[1])
            axis.set_title(title)
    return figure


def sorted_out(answers: Mapping[str, bool]) -> Picture:
    """Names in two columns: those that share the memory of x, and those that lie in memory of their own."""
    columns = {
        "in the memory of x": [name for name, shared in answers.items() if shared],
        "in memory of its own": [name for name, shared in answers.items() if not shared],
    }
    longest = max(map(len, columns.values()))
    with style():
        figure = Picture(figsize=(WIDTH, 0.7 + 0.3 * longest))
        axis = figure.subplots()
        for place, ((title, names), colour) in enumerate(zip(columns.items(), (ORANGE, SKY), strict=True)):
            axis.text(place + 0.5, -0.2, title, ha="center", va="bottom", fontsize=11)
            for row, name in enumerate(names):
                _cell(axis, row, place, name, colour, family="monospace")
        _frame(axis, longest, 2)
        axis.set_ylim(longest, -0.9)
        axis.set_aspect("auto")
    return figure


def _short(value: float) -> str:
    """A number as one would write it by hand; nothing for NaN."""
    return "" if value != value else f"{round(value, 2):g}"


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _kind(dtype: torch.dtype) -> str:
    """A colour: floating point, whole numbers or booleans."""
    if dtype.is_floating_point:
        return ORANGE
    return PALE if dtype == torch.bool else SKY


def _numbers(axis: Axes, values: Tensor, marked: Tensor, colour: str) -> None:
    rows, columns = values.shape
    for row in range(rows):
        for column in range(columns):
            fill = colour if bool(marked[row, column]) else PALE
            _cell(axis, row, column, str(int(values[row, column])), fill)
    _frame(axis, rows, columns)
    axis.set_xticks([place + 0.5 for place in range(columns)], [str(place) for place in range(columns)])
    axis.set_yticks([place + 0.5 for place in range(rows)], [str(place) for place in range(rows)])


def _cell(axis: Axes, row: int, column: int, text: str, fill: str, family: str | None = None) -> None:
    axis.add_patch(Rectangle((column, row), 1, 1, facecolor=fill, edgecolor="white", linewidth=2))
    colour = "white" if fill == BLUE else "black"
    axis.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=9, color=colour, family=family)


def _frame(axis: Axes, rows: int, columns: int) -> None:
    """Rows count downwards, as in a printed matrix; no lines, no ticks until somebody names them."""
    axis.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0, colors=GREY)

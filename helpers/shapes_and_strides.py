"""Pictures of `02_shapes_and_strides`: memory as a line, a tensor as a grid, and the walk from one to the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor

from helpers.style import BLUE, CYCLE, INK, WIDTH, Picture, style
from helpers.suspects import lineup_of

PALE = "#F2F2F2"
PLACES = 12  # of the small picture's memory: three rows of four pixels

# What the explorer asks for: a grid of the numbers 0 … 11, by its name.
TARGETS: dict[str, list[list[int]]] = {
    "the picture itself": [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]],
    "every second column": [[0, 2], [4, 6], [8, 10]],
    "the lower right corner": [[6, 7], [10, 11]],
    "turned: columns become rows": [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]],
    "the first row, three times": [[0, 1, 2, 3]] * 3,
    "windows of three": [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]],
    "sheared: each row begins one later": [[0, 1, 2, 3], [5, 6, 7, 8]],
    "the diagonal": [[0, 5, 10]],
}


def cards(*expressions: str, **names: Tensor) -> None:
    """Prints the card of each expression: shape, stride, offset, and whether it is a view of the first name's tensor.

    Args:
        expressions: source text; it may use `torch`.
        names: the tensors that it may use; the first is the one whose memory counts.
    """
    whole = next(iter(names.values()))
    width = max(map(len, expressions))
    print(f"{'':{width}}  {'shape':12} {'stride':12} offset")
    for expression in expressions:
        try:
            found = eval(expression, {"torch": torch, **names})
        except (RuntimeError, ValueError, IndexError) as error:
            print(f"{expression:{width}}  {type(error).__name__}: {' '.join(str(error).split())[:96]}")
            continue
        same = found.untyped_storage().data_ptr() == whole.untyped_storage().data_ptr()
        shape, stride = str(tuple(found.shape)), str(found.stride())
        print(f"{expression:{width}}  {shape:12} {stride:12} {found.storage_offset():<6} {'view' if same else 'COPY'}")


def walk(
    shape: Sequence[int], stride: Sequence[int], offset: int = 0, *, memory: Tensor | None = None, title: str = ""
) -> Picture:
    """Memory as a line and the tensor of this card as a grid; one colour for each row, arrows for the first steps.

    Args:
        shape, stride: of one or two dimensions.
        memory: what the places hold; without it, each its own number.
    """
    line = torch.arange(PLACES) if memory is None else memory
    with style():
        figure = Picture(figsize=(WIDTH, 2.6))
        above, below = figure.subplots(2, 1, height_ratios=[1.5, 2])
        places = _places(shape, stride, offset)
        _draw_line(above, line, places)
        _draw_grid(below, places, line)
        figure.suptitle(title or _card(shape, stride, offset), fontsize=11)
    return figure


def walker(rows: int, columns: int, row_step: int, column_step: int, offset: int, target: str) -> Picture:
    """The explorer's picture: the walk of a card through 12 places, its grid, and the grid that is asked for."""
    card = (rows, columns), (row_step, column_step), offset
    places = _places(*card)
    inside = max(map(max, places)) < PLACES
    line = torch.arange(PLACES)
    with style():
        figure = Picture(figsize=(WIDTH, 3.5))
        figure.set_layout_engine("none")  # finding places for the panels would take most of the time
        above = figure.add_axes((0.02, 0.48, 0.96, 0.44))
        mine, wanted = (figure.add_axes((left, 0.02, 0.44, 0.36)) for left in (0.03, 0.53))
        _draw_line(above, line, places)
        if inside:
            _draw_grid(mine, places, line)
        else:
            _say(mine, f"place {max(map(max, places))} is asked for,\nthe memory ends at {PLACES - 1}: torch refuses")
        _draw_grid(wanted, TARGETS[target], line)
        mine.set_title("yours")
        wanted.set_title(f"{target}: {'you have it' if places == TARGETS[target] else 'not yet'}")
        figure.suptitle(_card(*card), fontsize=11)
    return figure


def lineup(exercise: str, inputs: tuple[Tensor, Tensor, Tensor, int]) -> Picture:
    """What the library and each suspect read from memory; what differs from the library is coloured."""
    readings = {name: _reading(make, inputs) for name, make in lineup_of(exercise).items()}
    right = readings["the library"]
    most = 14
    with style():
        figure = Picture(figsize=(WIDTH, 0.5 + 0.34 * len(readings)))
        axis = figure.subplots()
        for row, numbers in enumerate(readings.values()):
            for column, number in enumerate(numbers[:most]):
                other = column >= len(right) or number != right[column]
                _cell(axis, column, row, str(number), CYCLE[1] if other else PALE)
        _frame(axis, most, len(readings))
        axis.set_yticks([row + 0.5 for row in range(len(readings))], list(readings))
        axis.set_title(f"the first {most} numbers" if len(right) > most else "the numbers, one after the other")
        axis.set_aspect("auto")
    return figure


def _reading(suspect: object, inputs: tuple[Tensor, Tensor, Tensor, int]) -> list[object]:
    assert callable(suspect)
    try:
        return list(suspect(*inputs).tolist())
    except (IndexError, RuntimeError):
        return ["error"]


def _card(shape: Sequence[int], stride: Sequence[int], offset: int) -> str:
    return f"shape {tuple(shape)}, stride {tuple(stride)}, offset {offset}"


def _places(shape: Sequence[int], stride: Sequence[int], offset: int) -> list[list[int]]:
    """Where each number of a tensor of one or two dimensions lies, row by row."""
    if len(shape) == 1:
        shape, stride = (1, *shape), (0, *stride)
    rows, columns = shape
    return [[offset + row * stride[0] + column * stride[1] for column in range(columns)] for row in range(rows)]


def _draw_line(axis: Axes, line: Tensor, places: list[list[int]]) -> None:
    """The memory. A place has the colour of the first row that reaches it; below it, how many do, if several."""
    colours = {place: _colour(row) for row, found in reversed(list(enumerate(places))) for place in found}
    visits = Counter(place for found in places for place in found)
    for place, number in enumerate(line.tolist()):
        _cell(axis, place, 0, str(number), colours.get(place, PALE))
        if visits[place] > 1:
            axis.text(place + 0.5, 1.15, f"×{visits[place]}", ha="center", va="top", fontsize=8)
    axis.set(xlim=(-1.6, len(line)), ylim=(1.6, -2.4), xticks=[], yticks=[])
    start = places[0][0]
    if len(places[0]) > 1:
        _arrow(axis, start, places[0][1], "next column", 0.9)
    if len(places) > 1:
        _arrow(axis, start, places[1][0], "next row", 1.7)
    axis.text(-0.2, 0.5, "memory", ha="right", va="center")
    axis.spines[:].set_visible(False)


def _arrow(axis: Axes, start: int, end: int, name: str, height: float) -> None:
    """An arc above the line from one place to another, with what it is and how far it goes."""
    if end >= axis.get_xlim()[1]:
        return
    if start == end:
        axis.text(start + 0.5, -height, f"{name}: +0", ha="center", va="bottom", fontsize=9)
        return
    left, right = start + 0.5, end + 0.5
    arc = FancyArrowPatch(
        (left, -0.05), (right, -0.05), connectionstyle=f"bar,fraction={-0.5 * height / (right - left)}",
        arrowstyle="-|>", mutation_scale=9, color=INK, shrinkA=0, shrinkB=0,
    )  # fmt: skip
    axis.add_patch(arc)
    place, side = (right + 0.15, "left") if end < 9 else (left - 0.15, "right")
    axis.text(place, -height, f"{name}: +{end - start}", ha=side, va="center", fontsize=9)


def _draw_grid(axis: Axes, places: list[list[int]], line: Tensor) -> None:
    for row, found in enumerate(places):
        for column, place in enumerate(found):
            _cell(axis, column, row, str(int(line[place])), _colour(row))
    _frame(axis, max(6, len(places[0])), len(places))
    axis.set_aspect("equal")


def _say(axis: Axes, words: str) -> None:
    axis.text(0.5, 0.5, words, ha="center", va="center", transform=axis.transAxes)
    axis.axis("off")


def _colour(row: int) -> str:
    return CYCLE[row % len(CYCLE)]


def _cell(axis: Axes, column: int, row: int, text: str, fill: str) -> None:
    axis.add_patch(Rectangle((column, row), 1, 1, facecolor=fill, edgecolor="white", linewidth=2))
    colour = "white" if fill == BLUE else "black"
    axis.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=9, color=colour)


def _frame(axis: Axes, columns: int, rows: int) -> None:
    axis.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)

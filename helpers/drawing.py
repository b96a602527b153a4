"""A page to draw on with the mouse or a finger, and what a reader says about it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import ipywidgets
import torch
import traitlets
from torch import Tensor

from helpers.layers import PAGE
from helpers.style import BLUE, ORANGE, WIDTH, Picture, style

BLANK, INKED = "#F0F0F0", "#303030"
CELL = "26px"
SEVEN = ((2, 3), (2, 4), (2, 5), (2, 6), (2, 7), (2, 8), (3, 8), (4, 7), (5, 7), (6, 6), (7, 6), (8, 5), (9, 5))


class Page(ipywidgets.VBox):
    """Twelve rows of twelve squares; a click inks one, another click wipes it. `value` holds the inked places."""

    value = traitlets.Tuple()
    # What `explore` asks of a control that has a label; a page has none.
    description = ""
    style = SimpleNamespace(description_width="")

    def __init__(self, start: tuple[tuple[int, int], ...] = SEVEN, size: int = PAGE, **options: Any) -> None:
        self._squares = {(row, column): _square(row, column) for row in range(size) for column in range(size)}
        for place, square in self._squares.items():
            square.on_click(lambda _, place=place: self._toggle(place))
        wipe = ipywidgets.Button(description="wipe the page")
        wipe.on_click(lambda _: setattr(self, "value", ()))
        rows = ipywidgets.Layout(grid_template_columns=f"repeat({size}, {CELL})", grid_gap="1px")
        super().__init__([ipywidgets.GridBox(list(self._squares.values()), layout=rows), wipe], **options)
        self.observe(self._paint, names="value")
        self.value = tuple(start)

    def _toggle(self, place: tuple[int, int]) -> None:
        inked = set(self.value) ^ {place}
        self.value = tuple(sorted(inked))

    def _paint(self, change: Any) -> None:
        """Only what has changed: each colour is a message to the browser."""
        before = change["old"] if isinstance(change["old"], tuple) else ()
        for place in set(before) ^ set(change["new"]):
            self._squares[place].style.button_color = INKED if place in change["new"] else BLANK


def _square(row: int, column: int) -> ipywidgets.Button:
    layout = ipywidgets.Layout(width=CELL, height=CELL, padding="0", margin="0")
    return ipywidgets.Button(
        tooltip=f"row {row + 1}, column {column + 1}", layout=layout, style={"button_color": BLANK}
    )  # fmt: skip


def page_of(places: tuple[tuple[int, int], ...], size: int = PAGE) -> Tensor:
    """16 in the inked places, 0 elsewhere: shape (size, size)."""
    page = torch.zeros(size, size)
    for row, column in places:
        page[row, column] = 16.0
    return page


def answer(read: Callable[[Tensor], Tensor], pen: Callable[[Tensor], Tensor]) -> Callable[..., Picture]:
    """A picture of what the reader is shown, and of what it says.

    Args:
        read: from a drawing to ten probabilities.
        pen: from the inked squares to a drawing, as a pen that is wider than a square would leave it.
    """

    def picture(page: tuple[tuple[int, int], ...]) -> Picture:
        drawing = pen(page_of(page)).detach()
        shares = read(drawing).detach().tolist()
        best = max(range(10), key=shares.__getitem__)
        with style():
            figure = Picture(figsize=(WIDTH, 2.6))
            left, right = figure.subplots(1, 2, width_ratios=(1, 2.2))
            left.imshow(drawing.numpy(), cmap="gray_r", vmin=0, vmax=16)
            left.set(title="what it is shown", xticks=[], yticks=[])
            right.bar(range(10), shares, color=[ORANGE if digit == best else BLUE for digit in range(10)])
            right.set(xlabel="digit", ylabel="probability", ylim=(0, 1), xticks=range(10))
            right.set_title(f"It says {best}, with {shares[best]:.0%}" if page else "Draw something")
        return figure

    return picture

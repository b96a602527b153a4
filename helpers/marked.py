"""Text whose characters have a colour of their own, in any script: a page has fonts for it, where a plot has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

CELL = "padding:1px 6px;border:none;background:none;text-align:left;white-space:pre;font-size:14px"
PALETTE = {"year": "#56B4E9", "month": "#E69F00", "day": "#59C9A5"}  # dark letters can be read on them
INK = "#111111"


@dataclass(frozen=True)
class Marked:
    """Lines of text in a table. Stands where a figure would, in a notebook's cell and in an explorer.

    Attributes:
        lines: for each line what stands before it, in plain cells, and its pieces: text and colour, "" for none.
        caption: above the table.
    """

    lines: Sequence[tuple[Sequence[str], Sequence[tuple[str, str]]]]
    caption: str = ""

    def as_html(self) -> str:
        """The table, as HTML that needs no other file."""
        rows = "".join(f"<tr>{''.join(map(_cell, before))}{_text(pieces)}</tr>" for before, pieces in self.lines)
        head = f"<p>{escape(self.caption)}</p>" if self.caption else ""
        return f'{head}<table style="border-collapse:collapse">{rows}</table>'

    def alt_text(self) -> str:
        """The same in plain letters."""
        lines = [" ".join([*before, "".join(text for text, _ in pieces)]) for before, pieces in self.lines]
        return "\n".join(filter(None, [self.caption, *lines]))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.as_html(), "text/plain": self.alt_text()}


def shade(share: float) -> str:
    """A colour for how much a character is looked at, from none at 0 to orange at 1."""
    return f"rgba(230,159,0,{min(1.0, max(0.0, share)):.2f})" if share > 0.02 else ""


def _cell(text: str) -> str:
    return f'<td style="{CELL}">{escape(text)}</td>'


def _text(pieces: Sequence[tuple[str, str]]) -> str:
    inside = "".join(_piece(text, colour) for text, colour in pieces)
    return f'<td style="{CELL}" dir="auto">{inside}</td>'


def _piece(text: str, colour: str) -> str:
    if not colour:
        return escape(text)
    ink = "" if _faint(colour) else f";color:{INK}"  # on a faint shade the page's own ink is legible
    return f'<span style="background:{colour}{ink}">{escape(text)}</span>'


def _faint(colour: str) -> bool:
    return colour.startswith("rgba") and float(colour.rstrip(")").rpartition(",")[2]) < 0.5

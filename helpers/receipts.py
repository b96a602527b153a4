"""Receipts that never were: words in boxes, and what each of them is. Everything comes from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from helpers.receipt_paper import DATE, ITEM, OTHER, PRICE, SHOP, TOTAL, Layout, Paper, layout_of, printed

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels of the page

SLIPS = {"0": "O", "1": "l", "5": "S", "8": "B", "o": "0", "l": "1", "e": "c", "a": "o", "S": "5", "t": "f"}


@dataclass(frozen=True)
class Receipt:
    """A page as a scanner hands it over: words, each with its box and what it is.

    Attributes:
        words: the text, word by word.
        boxes: for each word left, top, right and bottom, in pixels from the upper left corner.
        labels: for each word an index into `LABELS`.
        width, height: of the page, in pixels.
    """

    words: tuple[str, ...]
    boxes: tuple[Box, ...]
    labels: tuple[int, ...]
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.words)

    def ordered(self, order: Sequence[int]) -> Receipt:
        """The same words in another order."""
        return replace(
            self,
            words=tuple(self.words[place] for place in order),
            boxes=tuple(self.boxes[place] for place in order),
            labels=tuple(self.labels[place] for place in order),
        )

    def scaled(self, across: float, down: float) -> Receipt:
        """As another scanner sees it: so many times as many pixels."""
        boxes = tuple(
            (round(x0 * across), round(y0 * down), round(x1 * across), round(y1 * down))
            for x0, y0, x1, y1 in self.boxes
        )
        return replace(self, boxes=boxes, width=round(self.width * across), height=round(self.height * down))

    def moved(self, word: int, box: Box) -> Receipt:
        """The same receipt with the box of one word elsewhere."""
        boxes = list(self.boxes)
        boxes[word] = box
        return replace(self, boxes=tuple(boxes))


def scanned(paper: Paper, chance: random.Random) -> Receipt:
    """From letters and lines to pixels, a little crooked, a little off, with a letter misread now and then."""
    layout = paper.layout
    margin = chance.uniform(1.5, 4)
    width = round((layout.columns + 2 * margin) * layout.letter)
    height = round((paper.row + chance.uniform(1, 3)) * layout.line + abs(layout.slope) * width)
    boxes = []
    for left, top, right, bottom in paper.places:
        x, y = (margin + left) * layout.letter, top * layout.line
        y += layout.slope * x - min(0.0, layout.slope * width)
        wide, high = (right - left) * layout.letter, (bottom - top) * layout.line
        edges = (x, y, x + wide, y + high)
        moved = [round(edge + chance.uniform(-layout.jitter, layout.jitter)) for edge in edges]
        boxes.append(_inside(moved, width, height))
    words = [_misread(word, layout.slips, chance) for word in paper.words]
    return Receipt(tuple(words), tuple(boxes), tuple(paper.labels), width, height)


def _inside(edges: Sequence[int], width: int, height: int) -> Box:
    left, top, right, bottom = edges
    return max(0, left), max(0, top), min(width, right), min(height, bottom)


def _misread(word: str, rate: float, chance: random.Random) -> str:
    return "".join(SLIPS.get(letter, letter) if chance.random() < rate else letter for letter in word)


def receipts(count: int, seed: int) -> Iterator[Receipt]:
    """Receipts, each with a layout of its own; their words are shuffled, as a careless scanner hands them over."""
    chance = random.Random(seed)
    for _ in range(count):
        page = scanned(printed(chance, layout_of(chance)), chance)
        yield page.ordered(chance.sample(range(len(page)), len(page)))


def our_receipt() -> Receipt:
    """Two bowls of soup: 12.40 stands on it three times, as the time, as a price and as the total."""
    layout = Layout(
        columns=32, letter=11, line=24, centred=True, prices_left=False, counts="below", total_left=False,
        total_below=False, total_first=False, total_large=1.0, named=True, date="head", shop_last=False, comma=False,
        jitter=0.0, slope=-0.004, slips=0.0,
    )  # fmt: skip
    paper, far = Paper(layout), float(layout.columns)
    lines: list[list[tuple[str, int, float, str]]] = [
        [("Café Paris", SHOP, 0, "middle")],
        [("12 Baker Street", OTHER, 0, "middle")],
        [("75004 Paris", OTHER, 0, "middle")],
        [],
        [("Date", OTHER, 0, "left"), ("03.04.2026", DATE, 5, "left"), ("12.40", OTHER, far, "right")],
        [],
        [("Tomato Soup", ITEM, 0, "left"), ("12.40", PRICE, far, "right")],
        [("2 x 6.20", OTHER, 2, "left")],
        [],
        [("incl. tax", OTHER, 0, "left"), ("0.99", OTHER, far, "right")],
        [("Total", OTHER, 0, "left"), ("12.40", TOTAL, far, "right")],
        [("Cash", OTHER, 0, "left"), ("20.00", OTHER, far, "right")],
        [("Change", OTHER, 0, "left"), ("7.60", OTHER, far, "right")],
        [],
        [("Try our Lemon Cake", OTHER, 0, "middle")],
    ]
    for line in lines:
        for text, label, at, side in line:
            paper.write(text, label, at=at, side=side)
        paper.feed(1.0 if line else 0.5)
    chance = random.Random(0)
    page = scanned(paper, chance)
    return page.ordered(chance.sample(range(len(page)), len(page)))

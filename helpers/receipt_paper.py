"""How a receipt is printed: letters in lines, before anybody has scanned it.

Where things stand (prices left or right, the total beside its name or below it), how large letters are and what is
printed at all are drawn for each receipt. The same words and the same numbers occur in several roles, so that a word
alone seldom tells what it is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

LABELS = ("O", "SHOP", "DATE", "ITEM", "PRICE", "TOTAL")
OTHER, SHOP, DATE, ITEM, PRICE, TOTAL = range(len(LABELS))

KINDS = ("Lemon", "Olive", "Green", "Tomato", "Paris", "Baker", "Rose", "Sunday", "Garden", "Ginger", "Honey", "Vienna")
GOODS = ("Soup", "Cake", "Tea", "Bread", "Salad", "Roll", "Coffee", "Pie", "Juice", "Toast")
HOUSES = ("Café", "Bistro", "Kitchen", "House", "Corner", "Bar")
ROADS = ("Street", "Road", "Lane", "Square")
TOWNS = ("Paris", "Vienna", "Lisbon", "Rome", "Oslo", "Bristol")
SUMS = ("Total", "TOTAL", "Sum", "To pay", "Amount due")
NAMES = (
    "Subtotal",
    "Tax",
    "VAT",
    "incl. tax",
    "Cash",
    "Change",
    "Tel",
    "Date",
    "Try our",
)  # what is printed everywhere
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass
class Layout:
    """How a shop prints its receipts, and how one of them was scanned."""

    columns: int  # letters in a line
    letter: float  # pixels that a letter is wide
    line: float  # pixels from line to line
    centred: bool  # what stands at the head
    prices_left: bool
    counts: str  # where "2 x 6.20" stands: "", "before", "below"
    total_left: bool
    total_below: bool  # the number below its name instead of beside it
    total_first: bool  # above the items instead of below them
    total_large: float
    named: bool  # whether the total has a name at all
    date: str  # "head", "right", "foot"
    shop_last: bool
    comma: bool
    jitter: float
    slope: float
    slips: float


def layout_of(chance: random.Random) -> Layout:
    named, letter = chance.random() < 0.85, chance.uniform(6, 13)
    return Layout(
        columns=chance.randint(34, 44), letter=letter, line=letter * chance.uniform(1.9, 2.6),
        centred=chance.random() < 0.5, prices_left=chance.random() < 0.25,
        counts=chance.choice(("", "before", "below")), total_left=chance.random() < 0.3,
        total_below=chance.random() < 0.3, total_first=chance.random() < 0.25,
        total_large=1.0 if named and chance.random() < 0.5 else 1.5, named=named,
        date=chance.choice(("head", "right", "foot")), shop_last=chance.random() < 0.2, comma=chance.random() < 0.3,
        jitter=chance.uniform(0, 1.5), slope=chance.uniform(-0.012, 0.012), slips=chance.choice((0.0, 0.0, 0.02)),
    )  # fmt: skip


@dataclass
class Paper:
    """What has been printed so far."""

    layout: Layout
    row: float = 1.0  # lines from the top
    words: list[str] = field(default_factory=list)
    places: list[tuple[float, float, float, float]] = field(default_factory=list)  # in letters and lines
    labels: list[int] = field(default_factory=list)

    def write(self, text: str, label: int, at: float = 0.0, side: str = "left", size: float = 1.0) -> None:
        """Puts words into the current line: from letter `at` on, up to it, or around the middle."""
        long = len(text) * size
        left = {"left": at, "right": at - long, "middle": (self.layout.columns - long) / 2}[side]
        for word in text.split():
            self.words.append(word)
            self.labels.append(label)
            wide = len(word) * size
            self.places.append((left, self.row - 0.72 * size, left + wide, self.row))
            left += wide + size

    def feed(self, lines: float = 1.0) -> None:
        """On to a later line."""
        self.row += lines


def _money(cents: int, comma: bool) -> str:
    text = f"{cents // 100}.{cents % 100:02}"
    return text.replace(".", ",") if comma else text


def printed(chance: random.Random, layout: Layout) -> Paper:
    paper = Paper(layout)
    bought = [(chance.randint(1, 3), 10 * chance.randint(8, 95)) for _ in range(chance.randint(1, 4))]
    names = [_item(chance) for _ in bought]
    if not layout.shop_last:
        _shop(paper, chance)
    if layout.date == "head":
        _date(paper, chance)
    if layout.total_first:
        _total(paper, chance, bought)
        paper.feed(0.6)
    for name, (count, cents) in zip(names, bought, strict=True):
        _line(paper, name, count, cents)
    paper.feed(0.4)
    _sums(paper, chance, bought)
    if layout.date == "foot":
        _date(paper, chance)
    if chance.random() < 0.4:
        paper.feed(0.4)
        paper.write(f"Try our {_item(chance)}", OTHER, side=_head_side(layout))
        paper.feed()
    if layout.shop_last:
        _shop(paper, chance)
    return paper


def _item(chance: random.Random) -> str:
    return f"{chance.choice(KINDS)} {chance.choice(GOODS)}"


def _head_side(layout: Layout) -> str:
    return "middle" if layout.centred else "left"


def _shop(paper: Paper, chance: random.Random) -> None:
    beside = paper.layout.date == "right"  # then there is little room
    side, size = "left" if beside else _head_side(paper.layout), 1.0 if beside else chance.choice((1.0, 1.0, 1.4))
    name = chance.choice((
        f"{chance.choice(HOUSES)} {chance.choice(KINDS)}", f"{chance.choice(KINDS)} {chance.choice(HOUSES)}",
        f"{chance.choice(KINDS)} {chance.choice(GOODS)} {chance.choice(HOUSES)}",
        f"{chance.choice(KINDS)} & {chance.choice(KINDS)}",
    ))  # fmt: skip
    paper.feed(size - 1)
    paper.write(name, SHOP, side=side, size=size)
    if beside:
        _stamp(paper, chance, paper.layout.columns, "right")
    paper.feed()
    paper.write(f"{chance.randint(1, 99)} {chance.choice(KINDS)} {chance.choice(ROADS)}", OTHER, side=side)
    paper.feed()
    if chance.random() < 0.7:
        paper.write(f"{chance.randint(1000, 99999)} {chance.choice(TOWNS)}", OTHER, side=side)
        paper.feed()
    if chance.random() < 0.5:
        number = ".".join(str(chance.randint(10, 99)) for _ in range(2))
        paper.write(f"Tel {number}", OTHER, side=side)
        paper.feed()
    paper.feed(0.5)


def _stamp(paper: Paper, chance: random.Random, at: float, side: str) -> None:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2019, 2026)
    text = chance.choice((
        f"{day:02}.{month:02}.{year}", f"{day}/{month}/{year % 100}", f"{year}-{month:02}-{day:02}",
        f"{day} {MONTHS[month - 1]} {year}",
    ))  # fmt: skip
    paper.write(text, DATE, at=at, side=side)


def _date(paper: Paper, chance: random.Random) -> None:
    named, columns = chance.random() < 0.5, paper.layout.columns
    if named:
        paper.write("Date", OTHER)
    _stamp(paper, chance, 5 if named else 0, "left")
    if chance.random() < 0.6:
        paper.write(f"{chance.randint(8, 21)}.{chance.randint(0, 59):02}", OTHER, at=columns, side="right")
    paper.feed(1.5)


def _line(paper: Paper, name: str, count: int, cents: int) -> None:
    layout = paper.layout
    each, price = _money(cents, layout.comma), _money(count * cents, layout.comma)
    start = 8.0 if layout.prices_left else 0.0
    if layout.counts == "before":
        paper.write(f"{count}", OTHER, at=start)
        start += 3
    paper.write(name, ITEM, at=start)
    paper.write(price, PRICE, at=5 if layout.prices_left else layout.columns, side="right")
    paper.feed()
    if layout.counts == "below":
        paper.write(f"{count} x {each}", OTHER, at=start + 2)
        paper.feed()


def _sums(paper: Paper, chance: random.Random, bought: Sequence[tuple[int, int]]) -> None:
    layout, paid = paper.layout, sum(count * cents for count, cents in bought)
    if chance.random() < 0.5:
        _beside(paper, "Subtotal", _money(paid, layout.comma))
    if chance.random() < 0.5:
        _beside(paper, chance.choice(("Tax", "VAT", "incl. tax")), _money(paid * 8 // 100, layout.comma))
    if not layout.total_first:
        _total(paper, chance, bought)
    if chance.random() < 0.6:
        given = max(500 * (paid // 500 + 1), chance.choice((1000, 2000)))
        _beside(paper, "Cash", _money(given, layout.comma))
        _beside(paper, "Change", _money(given - paid, layout.comma))
    paper.feed(0.4)


def _beside(paper: Paper, name: str, number: str) -> None:
    layout = paper.layout
    paper.write(name, OTHER, at=8 if layout.prices_left else 0)
    paper.write(number, OTHER, at=6 if layout.prices_left else layout.columns, side="right")
    paper.feed()


def _total(paper: Paper, chance: random.Random, bought: Sequence[tuple[int, int]]) -> None:
    layout, paid = paper.layout, sum(count * cents for count, cents in bought)
    name = chance.choice(SUMS) if layout.named else ""
    number = _money(paid, layout.comma)
    paper.feed(layout.total_large - 1 + 0.2)
    side, at = ("left", 0.0) if layout.total_left else ("right", float(layout.columns))
    if layout.total_below and name:
        paper.write(name, OTHER, at=at, side=side)
        paper.feed(layout.total_large)
        paper.write(number, TOTAL, at=at, side=side, size=layout.total_large)
    elif layout.total_left and name:
        paper.write(name, OTHER)
        paper.write(number, TOTAL, at=len(name) + 2, size=layout.total_large)
    else:
        if name:
            paper.write(name, OTHER, at=8 if layout.prices_left else 0)
        paper.write(number, TOTAL, at=6 if layout.prices_left else at, side="right", size=layout.total_large)
    paper.feed()

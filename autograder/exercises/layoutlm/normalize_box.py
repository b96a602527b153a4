"""What `normalize_box` must show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments

SCALED = Idea("thousandths of the page, across and down", weight=3, point=True)
CUT = Idea("whole numbers, cut off", weight=1.5)
OUTSIDE = Idea("a box that is not on the page is refused", weight=2)
TURNED = Idea("a box without a sensible size is refused", weight=1.5)
PAGE = Idea("a page without a size is refused", weight=1)
# Pages of which neither 1000 / size nor size / 1000 is exact enough: with them their far edge comes out as 999.
INEXACT = [size for size in range(200, 1000) if max(int(size * (1000 / size)), int(size / (size / 1000))) < 1000]
SAID = Idea("the refusal says what is wrong", weight=1)


@exercise(points=1)
def normalize_box(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Boxes on pages of many sizes."""
    yield "the docstring's example", lambda: _example(candidate, draw), SCALED
    yield "a page that is wider than high", lambda: _on_page(candidate, draw, 700, 300), SCALED
    yield "a page that is higher than wide", lambda: _on_page(candidate, draw, 300, 700), SCALED
    yield "a small page, and a huge one", lambda: _sizes(candidate, draw), SCALED
    yield "the whole page", lambda: _whole(candidate, draw), SCALED
    yield "called by names", lambda: _named(candidate, draw), SCALED
    yield "just below a whole number", lambda: _just_below(candidate, draw), CUT
    yield "pages and boxes with fractions", lambda: _fractions(candidate, draw), CUT
    yield "up to the far edges of four pages", lambda: _far_edges(candidate, draw), CUT
    yield "what comes back", lambda: _kinds(candidate, draw), CUT
    yield "an empty box", lambda: _empty(candidate, draw), SCALED
    yield "outside the page", lambda: _outside(candidate, draw), OUTSIDE
    yield "a hair outside", lambda: _hair(candidate, draw), OUTSIDE
    yield "two faults that look right together", lambda: _two_faults(candidate, draw), OUTSIDE
    yield "turned round", lambda: _turned(candidate, draw), TURNED
    yield "something that is not a number", lambda: _nan(candidate, draw), TURNED
    yield "a page without a size", lambda: _no_page(candidate, draw), PAGE
    yield "what the refusal says", lambda: _said(candidate, draw), SAID
    yield "the box afterwards", lambda: with_arguments(candidate, _box(draw, 500, 400), 500, 400)


def _box(draw: Draw, width: int, height: int) -> list[int]:
    """A box well inside the page, of no two numbers the same."""
    left, right = sorted(draw.sizes(2, width // 10, width - width // 10))
    top, bottom = sorted(draw.sizes(2, height // 10, height - height // 10))
    return [left, top, right, bottom]


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    return {"example": candidate((30, 40, 90, 60), 300, 200), "other numbers": _on_page(candidate, draw, 410, 530)}


def _on_page(candidate: Any, draw: Draw, width: int, height: int) -> list[Any]:
    sizes = [(width + draw.integer(0, 90), height + draw.integer(0, 90)) for _ in range(3)]
    return [candidate(_box(draw, *size), *size) for size in sizes]


def _sizes(candidate: Any, draw: Draw) -> list[Any]:
    sizes = [(draw.integer(40, 90), draw.integer(90, 140)), (draw.integer(2500, 5000), draw.integer(6000, 9000))]
    return [candidate(_box(draw, *size), *size) for size in sizes]


def _whole(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The page itself, and boxes that reach one of its edges: none is refused."""
    width, height = draw.sizes(2, 210, 990)
    left, top, right, bottom = _box(draw, width, height)
    boxes: dict[str, list[Any]] = {
        "the page itself": [0, 0, width, height],
        "as far as its right edge": [left, top, width, bottom],
        "as far as its lower edge": [left, top, right, height],
    }
    return _looked_at(candidate, draw, boxes, width, height)


def _named(candidate: Any, draw: Draw) -> Any:
    width, height = draw.sizes(2, 210, 990)
    return candidate(height=height, box=_box(draw, width, height), width=width)


def _just_below(candidate: Any, draw: Draw) -> list[Any]:
    """A page of 3,000: every third pixel is a whole number, the one before it two thirds above one."""
    left, right = sorted(draw.sizes(2, 20, 900))
    top, bottom = sorted(draw.sizes(2, 20, 900))
    box = [3 * edge + 2 for edge in (left, top, right, bottom)]
    turned = [box[1], box[0], box[3], box[2]]
    return [candidate(box, 3000, 3000), candidate(turned, 7000, 7000)]


def _fractions(candidate: Any, draw: Draw) -> Any:
    width, height = draw.integer(500, 900) + 0.25, draw.integer(500, 900) + 0.75
    box = [edge + draw.integer(1, 9) / 16 for edge in _box(draw, 450, 400)]
    return [candidate(box, width, height), candidate([(edge + 0.5) / 1000 for edge in _box(draw, 900, 900)], 1.0, 1.0)]


def _far_edges(candidate: Any, draw: Draw) -> list[Any]:
    one, two, three, four = draw.shuffled(INEXACT)[:4]
    left, top = draw.sizes(2, 10, 190)
    return [candidate([left, top, *page], *page) for page in ((one, two), (three, four), (two, three), (four, one))]


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    """From a tuple, from a list; of what kind the numbers are."""
    box = _box(draw, 400, 600)
    found = [candidate(given, 400, 600) for given in (tuple(box), box, [float(edge) for edge in box])]
    kinds = [[type(each).__name__, *sorted({type(edge).__name__ for edge in each})] for each in found]
    return {"results": found, "kinds": kinds}


def _empty(candidate: Any, draw: Draw) -> dict[str, Any]:
    """No width, no height, neither: a scanner's speck."""
    left, top, right, bottom = _box(draw, 400, 600)
    boxes: dict[str, list[Any]] = {
        "no width": [left, top, left, bottom],
        "no height": [left, top, right, top],
        "neither": [left, top, left, top],
        "in the corner": [0, 0, 0, 0],
    }
    return _looked_at(candidate, draw, boxes, 400, 600)


def _looked_at(candidate: Any, draw: Draw, boxes: dict[str, list[Any]], width: float, height: float) -> dict[str, Any]:
    """Which of the boxes are refused; beside them one that is right."""
    good = {"a box on the page": candidate(_box(draw, 200, 200), width, height)}
    return good | {name: refusal(ValueError, candidate, box, width, height) for name, box in boxes.items()}


def _outside(candidate: Any, draw: Draw) -> dict[str, Any]:
    width, height = draw.sizes(2, 310, 990)
    left, top, right, bottom = _box(draw, width, height)
    return _looked_at(
        candidate,
        draw,
        {
            "left of it": [-draw.integer(1, 30), top, right, bottom],
            "above it": [left, -draw.integer(1, 30), right, bottom],
            "beyond its right edge": [left, top, width + draw.integer(1, 30), bottom],
            "below it": [left, top, right, height + draw.integer(1, 30)],
        },
        width,
        height,
    )


def _hair(candidate: Any, draw: Draw) -> dict[str, Any]:
    """So little that the thousandths would not show it."""
    width, height = draw.sizes(2, 310, 990)
    left, top, right, bottom = _box(draw, width, height)
    boxes: dict[str, list[Any]] = {
        "right": [left, top, width + 0.2, bottom], "bottom": [left, top, right, height + 0.2],
        "left": [-0.1, top, right, bottom], "top": [left, -0.1, right, bottom],
    }  # fmt: skip
    return _looked_at(candidate, draw, boxes, width, height)


def _two_faults(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Right of the page in both edges; and inside a page that is turned by 90 degrees."""
    width, height = 310 + draw.integer(0, 90), 710 + draw.integer(0, 90)
    boxes = {
        "wholly beyond it": [width + 10, 20, width + 60, 40],
        "wholly below it": [20, height + 10, 60, height + 40],
        "wholly left of it": [-90, 20, -20, 40],
        "on the page only if that is turned": [width + 50, 20, height - 20, 40],
    }
    return _looked_at(candidate, draw, boxes, width, height)


def _turned(candidate: Any, draw: Draw) -> dict[str, Any]:
    width, height = draw.sizes(2, 310, 990)
    left, top, right, bottom = _box(draw, width, height)
    boxes: dict[str, list[Any]] = {
        "right before left": [right, top, left, bottom], "bottom above top": [left, bottom, right, top],
        "both": [right, bottom, left, top], "by a hair": [left + 0.1, top, left, bottom],
    }  # fmt: skip
    return _looked_at(candidate, draw, boxes, width, height)


def _nan(candidate: Any, draw: Draw) -> dict[str, Any]:
    boxes: dict[str, list[Any]] = {}
    for place, name in enumerate(("left", "top", "right", "bottom")):
        box: list[Any] = _box(draw, 400, 600)
        box[place] = math.nan
        boxes[name] = box
    return _looked_at(candidate, draw, boxes, 400, 600)


def _no_page(candidate: Any, draw: Draw) -> dict[str, Any]:
    size = draw.integer(100, 900)
    pages = {
        "no width": (0, size), "no height": (size, 0), "a width below 0": (-size, size),
        "a height below 0": (size, -size), "a width that is not a number": (math.nan, size),
        "a height that is not a number": (size, math.nan),
    }  # fmt: skip
    good = {"a page with a size": candidate([0, 0, size // 3, size // 4], size, size)}
    return good | {name: refusal(ValueError, candidate, [0, 0, 0, 0], *page) for name, page in pages.items()}


def _said(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Which of the six numbers the message leaves out, in four kinds of refusals."""
    width, height = draw.sizes(2, 310, 990)
    left, top, right, bottom = _box(draw, width, height)
    refused: dict[str, tuple[list[Any], int, int]] = {
        "beyond the page": ([left, top, width + draw.integer(1, 90), bottom], width, height),
        "turned round": ([right, top, left, bottom], width, height),
        "not a number": ([left, math.nan, right, bottom], width, height),
        "a page of no width": ([0, top, 0, bottom], 0, height),
    }
    good = {"a box on the page": candidate(_box(draw, width, height), width, height)}
    return good | {f"left out, {name}": _left_out(candidate, *given) for name, given in refused.items()}


def _left_out(candidate: Any, box: list[Any], width: int, height: int) -> object:
    names = ("left", "top", "right", "bottom", "width", "height")
    try:
        return candidate(box, width, height)
    except ValueError as error:
        return [
            name for name, number in zip(names, (*box, width, height), strict=True) if str(number) not in str(error)
        ]

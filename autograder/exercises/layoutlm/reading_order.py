"""What `reading_order` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

LINES = Idea("lines from top to bottom, words from left to right", weight=3, point=True)
MIDDLES = Idea("the middle of a word says to which line it belongs", weight=3, point=True)
FIRST = Idea("the line's first word says how far it reaches", weight=2)
EQUALS = Idea("what is equal keeps its order", weight=1)
TRACES = Idea("plain numbers, and nothing is changed", weight=1)


@exercise(points=2)
def reading_order(candidate: Any, draw: Draw) -> Iterator[Step]:
    """In which order words are read."""
    yield "the docstring's example", lambda: _example(candidate, draw), LINES
    yield "one line", lambda: candidate(_lines(draw, [6])), LINES
    yield "one word", lambda: [candidate(_lines(draw, [1])), candidate(_lines(draw, [2, 2]))], LINES
    yield "no words", lambda: [candidate([]), candidate(_lines(draw, [2, 2]))], LINES
    yield "several lines", lambda: candidate(_lines(draw, [3, 1, 5, 2])), LINES
    yield "a column", lambda: candidate(_lines(draw, [1] * 8)), LINES
    yield "lines that begin further and further right", lambda: candidate(_stairs(draw)), LINES
    yield "a page in thousandths, and one of fractions", lambda: _units(candidate, draw), LINES
    yield "words that dance on the line", lambda: candidate(_dancing(draw)), MIDDLES
    yield "large letters beside small ones", lambda: _large_and_small(candidate, draw), MIDDLES
    yield "a tall word among others", lambda: _tall_among(candidate, draw), MIDDLES
    yield "tiny lines, and huge ones", lambda: [candidate(_lines(draw, [4, 3], high)) for high in (3, 400)], MIDDLES
    yield "boxes of neighbouring lines that overlap", lambda: _overlapping(candidate, draw), MIDDLES
    yield "exactly at the bottom edge, and just below it", lambda: _at_the_edge(candidate, draw), MIDDLES
    yield "a crooked line", lambda: candidate(_crooked(draw)), FIRST
    yield "a tall word at the end of a line", lambda: _tall_last(candidate, draw), FIRST
    yield "a tall word in the middle of a line", lambda: _tall_between(candidate, draw), FIRST
    yield "the leftmost word is not the highest", lambda: _leftmost(candidate, draw), FIRST
    yield "a flat word opens the line", lambda: _flat_first(candidate, draw), FIRST
    yield "words within words", lambda: _nested(candidate, draw), LINES
    yield "equal boxes", lambda: _equal(candidate, draw), EQUALS
    yield "called by name, twice", lambda: [candidate(boxes=_lines(draw, [2, 3])) for _ in range(2)], LINES
    yield "what comes back", lambda: _kinds(candidate, draw), TRACES
    yield "the boxes afterwards", lambda: with_arguments(candidate, _lines(draw, [3, 2])), TRACES


def _shuffled(draw: Draw, boxes: Sequence[Sequence[float]]) -> list[list[float]]:
    return draw.shuffled([list(box) for box in boxes])


def _line(draw: Draw, top: float, high: float, count: int, begin: float = 10) -> list[list[float]]:
    """Words on one line, with gaps, of several widths."""
    boxes, left = [], begin
    for _ in range(count):
        wide = draw.integer(12, 60)
        boxes.append([left, top, left + wide, top + high])
        left += wide + draw.integer(5, 20)
    return boxes


def _lines(draw: Draw, counts: Sequence[int], high: float = 20) -> list[list[float]]:
    """Straight lines with room between them, their words shuffled."""
    boxes: list[list[float]] = []
    for number, count in enumerate(counts):
        boxes += _line(draw, high + number * 1.5 * high, high, count, draw.integer(5, 90))
    return _shuffled(draw, boxes)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's boxes, and others."""
    boxes = [[60, 12, 90, 28], [10, 40, 50, 56], [10, 10, 50, 26]]
    return {"example": candidate(boxes), "other boxes": candidate(_lines(draw, [2, 2, 3]))}


def _stairs(draw: Draw) -> list[list[float]]:
    """Read by columns, these would come in another order."""
    boxes: list[list[float]] = []
    for number in range(5):
        boxes += _line(draw, 20 + 30 * number, 20, 2, 200 - 37 * number)
    return _shuffled(draw, boxes)


def _units(candidate: Any, draw: Draw) -> list[Any]:
    boxes = _lines(draw, [3, 2, 4])
    return [candidate([[round(edge * factor, 6) for edge in box] for box in boxes]) for factor in (2, 0.001)]


def _dancing(draw: Draw) -> list[list[float]]:
    """Each word up or down by less than half its height."""
    boxes: list[list[float]] = []
    for number in range(3):
        for box in _line(draw, 30 + 40 * number, 20, 5):
            by = draw.integer(-4, 5)
            boxes.append([box[0], box[1] + by, box[2], box[3] + by])
    return _shuffled(draw, boxes)


def _large_and_small(candidate: Any, draw: Draw) -> list[Any]:
    """A total three times as high as its name: their tops are far apart, and their middles not."""
    found = []
    for _ in range(3):
        by = draw.integer(-3, 4)
        large = [200, 40 + by, 320, 100 + by]
        small = [[10, 60, 60, 80], [80, 62, 130, 82]]
        found.append(candidate(_shuffled(draw, [large, *small, *_line(draw, 120, 20, 3), *_line(draw, 5, 20, 2)])))
    return found


def _overlapping(candidate: Any, draw: Draw) -> list[Any]:
    """Lines set so close that letters touch: each box reaches into the next line, but not to the middle of it."""
    found = []
    for step in draw.shuffled([13, 15, 17]):
        boxes: list[list[float]] = []
        for number in range(4):
            boxes += _line(draw, 20 + step * number, 20, 3, draw.integer(5, 60))
        found.append(candidate(_shuffled(draw, boxes)))
    return found


def _at_the_edge(candidate: Any, draw: Draw) -> list[Any]:
    """The second word's middle lies on the first one's bottom edge, or half a pixel below; it stands further left."""
    found = []
    for below in draw.shuffled([0.0, 0.5, 0.0, 0.5]):
        bottom = draw.integer(40, 90)
        first, second = [100, bottom - 20, 150, bottom], [10, bottom - 8 + below, 60, bottom + 8 + below]
        found.append(candidate(_shuffled(draw, [first, second])))
    return found


def _crooked(draw: Draw) -> list[list[float]]:
    """Each word a little lower than the one before: the last ones are below the first one's edge, and a new line."""
    words = _line(draw, 30, 20, 8)
    fallen = [
        [left, top + 4 * place, right, bottom + 4 * place] for place, (left, top, right, bottom) in enumerate(words)
    ]
    return _shuffled(draw, fallen)


def _tall_last(candidate: Any, draw: Draw) -> Any:
    """The lowest middle of the first line belongs to a tall word, which reaches over the second line."""
    low = draw.integer(46, 50)
    boxes = [[10, 30, 60, 50], [70, 31, 120, 51], [130, low - 36, 180, low + 36], [20, 60, 70, 80], [90, 61, 140, 81]]
    return candidate(_shuffled(draw, boxes))


def _tall_between(candidate: Any, draw: Draw) -> Any:
    """The line's last word is flat again, and the next line lies above the tall one's bottom edge."""
    low = draw.integer(76, 90)
    boxes = [[200, 30, 260, 50], [130, 84 - low, 180, low], [280, 42, 340, 49], [20, 52, 70, 68]]
    return candidate(_shuffled(draw, boxes))


def _leftmost(candidate: Any, draw: Draw) -> Any:
    """It reaches further down than the word that opened the line; the next line begins in between, further right."""
    low = draw.integer(66, 70)
    boxes = [[200, 30, 260, 50], [10, 92 - low, 60, low], [100, 51, 150, 69]]
    return candidate(_shuffled(draw, boxes))


def _tall_among(candidate: Any, draw: Draw) -> list[Any]:
    """Its top lies above the line before, or its bottom below the line after; its middle says where it belongs."""
    by = draw.integer(0, 4)
    below = [[100, 40, 160, 60], [200, 30 - by, 260, 110 + by], [20, 61, 60, 77]]
    above = [[100, 40, 160, 60], [200, -by, 260, 96 + by], [30, 62, 90, 78]]
    return [candidate(_shuffled(draw, boxes)) for boxes in (below, above)]


def _flat_first(candidate: Any, draw: Draw) -> Any:
    """A dash opens the line and is so flat that nothing else belongs to it."""
    high = draw.integer(38, 42)
    boxes = [[200, high - 1, 220, high + 1], [10, 36, 60, 56], [80, 35, 130, 55], [150, 37, 190, 57]]
    return candidate(_shuffled(draw, boxes))


def _nested(candidate: Any, draw: Draw) -> Any:
    """A wide box, and narrow ones above it within its width: their left edges say the order, and nothing else does."""
    left = draw.integer(5, 20)
    boxes = [
        [left, 30, 300, 50],
        [left + 20, 31, left + 60, 51],
        [left + 90, 29, left + 95, 49],
        [left + 160, 28, left + 170, 48],
        [0, 30, left + 40, 50],
    ]
    return candidate(_shuffled(draw, boxes))


def _equal(candidate: Any, draw: Draw) -> Any:
    """Some boxes several times: more than sixteen, so that a sort that keeps no order would show."""
    kinds = _lines(draw, [2, 2])
    return candidate([list(kinds[draw.integer(0, 4)]) for _ in range(40)])


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    """From tuples; of what kind the result is and what stands in it."""
    boxes = [tuple(box) for box in _lines(draw, [2, 3, 1])]
    found = candidate(tuple(boxes))
    return {"result": found, "kinds": [type(found).__name__, sorted({type(each).__name__ for each in found})]}

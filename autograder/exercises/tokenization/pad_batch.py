"""What `pad_batch` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

FILLED = Idea("short rows are filled up, and the mask says so", weight=2, point=True)
CUT = Idea("a row that is cut still ends with its [SEP]", weight=3, point=True)
FITS = Idea("no wider than needed, nor than allowed", weight=2)
ALONE = Idea("the rows stay as they are", weight=1)


@exercise(points=2)
def pad_batch(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A batch of rows of several lengths."""
    lengths = draw.sizes(4, 4, 12)
    longest, least = max(lengths), min(lengths)
    cls, sep, pad = draw.sizes(3, 0, 20)

    def rows(*sizes: int) -> list[list[int]]:
        return [[cls, *draw.integers(size - 2, low=20, high=90).tolist(), sep] for size in sizes]

    def run(*sizes: int, at_most: int) -> Any:
        return candidate(rows(*sizes), at_most, sep, pad)

    between = draw.integer(least + 1, longest)
    yield (
        "the docstring's example",
        lambda: [candidate([[1, 7, 8, 2], [1, 2]], 3, 2, 0), run(*lengths[:2], at_most=9)],
        FILLED,
    )
    yield "all fit", lambda: run(*lengths, at_most=longest + draw.integer(1, 9)), FILLED
    yield "the longest fits exactly", lambda: run(*lengths, at_most=longest), FITS
    yield "the mask", lambda: run(*lengths, at_most=longest + 5)["attention_mask"], FILLED
    yield "some are too long", lambda: run(*lengths, at_most=between), CUT
    yield "one too many", lambda: run(*lengths, at_most=longest - 1), CUT
    yield "all are too long", lambda: run(*lengths, at_most=least - 1), CUT
    yield "room for [CLS] and [SEP] only", lambda: run(*lengths, at_most=2), CUT
    yield "all of one length", lambda: [run(longest, longest, at_most=size) for size in (longest, longest - 2)], CUT
    yield "a single row", lambda: [run(longest, at_most=size) for size in (longest + 3, longest, least)], FITS
    yield "rows without words", lambda: run(2, 2, longest, at_most=between), FILLED
    yield "only rows without words", lambda: [run(2, 2, 2, at_most=8), run(*lengths, at_most=8)], FITS
    yield "the number for padding inside a row", lambda: _padding_inside(candidate, draw), FILLED
    yield "padding with the number 0, and another", lambda: _zero(candidate, draw), FILLED
    yield "[SEP] inside a row", lambda: _separators(candidate, draw), CUT
    yield "called by names", lambda: candidate(pad=pad, sep=sep, max_length=between, rows=rows(*lengths)), CUT
    yield "the rows afterwards", lambda: with_arguments(candidate, rows(*lengths), between, sep, pad), ALONE


def _padding_inside(candidate: Any, draw: Draw) -> Any:
    """A token that was there counts, whatever its number."""
    pad = draw.integer(0, 5)
    inside = [7, *draw.shuffled([pad, pad, *draw.integers(4, low=10, high=99).tolist()]), 8]
    return candidate(draw.shuffled([inside, [7, 11, 8]]), 12, 8, pad)


def _zero(candidate: Any, draw: Draw) -> Any:
    rows = [[1, *draw.integers(size, low=10, high=99).tolist(), 2] for size in draw.shuffled([1, 3, 6])]
    return [candidate(rows, 7, 2, pad) for pad in draw.shuffled([0, 5, draw.integer(100, 30000)])]


def _separators(candidate: Any, draw: Draw) -> Any:
    """A pair has two; the row ends with the last."""
    pair = [1, *draw.integers(3, low=10, high=99).tolist(), 2, *draw.integers(4, low=10, high=99).tolist(), 2]
    return [candidate([pair, [1, 10, 2]], size, 2, 0) for size in draw.shuffled([5, 6, 8])]

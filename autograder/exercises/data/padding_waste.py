"""What `padding_waste` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

SHARE = Idea("padding over all positions, of all batches together", weight=3, point=True)
NOTHING = Idea("no padding, or no position at all", weight=2)


@exercise(points=1)
def padding_waste(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The share of positions that hold padding."""
    n = draw.integer(11, 20)
    size = draw.integer(3, 5)
    yield "one batch", lambda: [candidate(_lengths(draw, n), [draw.shuffled(range(n))]) for _ in range(2)], SHARE
    yield "batches of the same size", lambda: candidate(_lengths(draw, 4 * size), _batches(draw, 4 * size, size)), SHARE
    yield "batches of different sizes", lambda: candidate(_lengths(draw, n), _uneven(draw, n)), SHARE
    yield "some texts only, one twice", lambda: candidate(_lengths(draw, n), _some(draw, n)), SHARE
    yield "long texts", lambda: candidate([1000 * one for one in _lengths(draw, n)], _uneven(draw, n)), SHARE
    yield "batches from a generator", lambda: candidate(_lengths(draw, n), iter(_uneven(draw, n))), SHARE
    yield "texts one by one", lambda: [candidate(_lengths(draw, n), [[k] for k in range(n)]), _beside(candidate, draw)]
    yield "empty texts", lambda: candidate([0, 0, *_lengths(draw, n)], [[0, 3, 4], [1], [2, 5]]), NOTHING
    yield "nothing but empty texts", lambda: [candidate([0, 0], [[0, 1]]), _beside(candidate, draw)], NOTHING
    yield "no batches", lambda: [candidate(_lengths(draw, n), []), _beside(candidate, draw)], NOTHING
    yield "by names", lambda: candidate(batches=_uneven(draw, n), lengths=tuple(_lengths(draw, n)))
    yield "the arguments are left alone", lambda: with_arguments(candidate, _lengths(draw, n), _uneven(draw, n))
    yield "the docstring's example", lambda: [candidate([2, 6, 4], [[0, 1], [2]]), _beside(candidate, draw)]


def _lengths(draw: Draw, count: int) -> list[int]:
    """Most texts are short."""
    return [draw.integer(1, 9) + 20 * (draw.integer(0, 4) == 0) for _ in range(count)]


def _batches(draw: Draw, count: int, size: int) -> list[list[int]]:
    order = draw.shuffled(range(count))
    return [order[first : first + size] for first in range(0, count, size)]


def _uneven(draw: Draw, count: int) -> list[list[int]]:
    order = draw.shuffled(range(count))
    return [order[:1], order[1:4], order[4:9], order[9:]]


def _some(draw: Draw, count: int) -> list[list[int]]:
    order = draw.shuffled(range(count))
    return [order[:3], order[2:6]]


def _beside(candidate: Any, draw: Draw) -> float:
    """A drawn case beside one that cannot vary."""
    return float(candidate(_lengths(draw, 12), _uneven(draw, 12)))

"""What `labels_from_one_hot` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments

REFUSED = Idea("what is not one-hot is refused", weight=2, point=True)
ANY_SHAPE = Idea("one class number for each row, whatever the dimensions before it", point=True)


@exercise(points=2)
def labels_from_one_hot(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The class numbers behind one-hot rows; anything else is refused."""
    few, some, many = sorted(draw.sizes(3, 3, 8))
    yield "a batch of rows", lambda: candidate(_encoded(draw, many, classes=few))
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(_encoded(draw, some, classes=many))]
    yield "floating point", lambda: candidate(_encoded(draw, some, classes=few).float())
    yield "booleans", lambda: candidate(_encoded(draw, many, classes=some).bool())
    yield "three dimensions", lambda: candidate(_encoded(draw, 2, few, classes=some)), ANY_SHAPE
    yield "single rows, without a batch", lambda: [candidate(_encoded(draw, classes=many)) for _ in range(3)], ANY_SHAPE
    yield "no rows", lambda: [candidate(_encoded(draw, *s, classes=some)) for s in ((0,), (few, 0), (many,))], ANY_SHAPE
    yield "the input is left alone", lambda: with_arguments(candidate, _encoded(draw, some, classes=few))
    yield "rows without a one", lambda: _refusals(candidate, draw, [0, 0, 0, 0]), REFUSED
    yield "rows with several ones", lambda: _refusals(candidate, draw, [0, 1, 0, 1], [1, 1, 1, 1]), REFUSED
    yield "a one beside other numbers", lambda: _refusals(candidate, draw, [1, 0.5, -0.5, 0], [1, -1, 1, 0]), REFUSED
    yield "numbers that sum to one", lambda: _refusals(candidate, draw, [1.5, -0.5, 0, 0], [0.4, 0.6, 0, 0]), REFUSED
    yield "other whole numbers", lambda: _refusals(candidate, draw, [0, 2, 0, 0], [1, 3, 0, 0]), REFUSED
    yield "NaN and ∞", lambda: _refusals(candidate, draw, [1, torch.nan, 0, 0], [0, torch.inf, 0, 0]), REFUSED
    yield "rows that are almost one-hot", lambda: _refusals(candidate, draw, *_almost(draw)), REFUSED
    yield "bad rows that make up for each other", lambda: _making_up(candidate, draw), REFUSED


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([[0, 1, 0, 0], [0, 0, 0, 1]], device=draw.device))


def _refusals(candidate: Any, draw: Draw, *bad: list[float]) -> dict[str, object]:
    """What comes of good rows alone, and of the same rows with a bad one among them, at a drawn place."""
    good = _encoded(draw, 5, classes=4).float()
    found: dict[str, object] = {"good rows": candidate(good)}
    for row in bad:
        shuffled = torch.tensor(row, device=draw.device)[draw.permutation(4)]
        place = draw.integer(0, 6)
        mixed = torch.cat([good[:place], shuffled[None], good[place:]])
        found[f"with a row of {row} in some order"] = refusal(ValueError, candidate, mixed)
    return found


def _almost(draw: Draw) -> list[list[float]]:
    """A little less than 1, and a little beside 1: within the tolerances that people choose, and the usual ones."""
    step = draw.integer(1, 10)
    return [[1 - step / 1e4, 0, 0, 0], [1, step / 1e4, 0, 0], [1 - step / 1e6, 0, 0, 0], [1, step / 1e9, 0, 0]]


def _making_up(candidate: Any, draw: Draw) -> dict[str, object]:
    """Bad rows at drawn places that hold, all together, as many ones as good rows would."""
    good = _encoded(draw, 5, classes=4)
    found: dict[str, object] = {"good rows": candidate(good)}
    for ones in (2, 3):
        bad = torch.zeros_like(good[:ones])
        bad[0, draw.permutation(4)[:ones]] = 1
        rows = torch.cat([good, bad])[draw.permutation(5 + ones)]
        found[f"with a row of {ones} ones, and {ones - 1} without"] = refusal(ValueError, candidate, rows)
    return found


def _encoded(draw: Draw, *shape: int, classes: int) -> Tensor:
    """One-hot rows of drawn labels, int64."""
    return F.one_hot(draw.integers(*shape, high=classes), classes)

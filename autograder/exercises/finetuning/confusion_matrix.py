"""What `confusion_matrix` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

COUNTS = Idea("rows are what it is, columns what was said, and each example counts", weight=3, point=True)
SIZE = Idea("as many rows and columns as there are classes", weight=2)
KIND = Idea("whole numbers, whatever the labels are held in", weight=2)


@exercise(points=1, without=["sklearn.metrics:confusion_matrix"])
def confusion_matrix(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Counts of what was taken for what."""
    n, classes = draw.integer(30, 50), draw.integer(4, 8)

    def run(n: int = n, classes: int = classes, dtype: torch.dtype = torch.int64, most: int = 0) -> Any:
        predicted, labels = (draw.integers(n, high=most or classes).to(dtype) for _ in range(2))
        return candidate(predicted, labels, classes)

    yield "the docstring's example", lambda: _example(candidate, draw), COUNTS
    yield "some examples", run, COUNTS
    yield "one example", lambda: [run(n=1) for _ in range(3)], COUNTS
    yield "always right", lambda: _right(candidate, draw, n, classes), COUNTS
    yield "two classes", lambda: run(classes=2), COUNTS
    yield "many examples", lambda: run(n=3000), COUNTS
    yield "classes that nobody mentions", lambda: run(classes=9, most=draw.integer(2, 5)), SIZE
    yield "labels and predictions without a common class", lambda: _apart(candidate, draw, n), SIZE
    yield "no examples", lambda: [run(n=0, classes=draw.integer(2, 6)), run()], SIZE
    yield "small integers", lambda: [run(n=60, classes=20, dtype=torch.uint8), run(dtype=torch.int32)], KIND
    yield "not contiguous", lambda: _slices(candidate, draw, n, classes), KIND
    yield "called by names", lambda: _by_names(candidate, draw, n, classes), KIND
    yield "the arguments afterwards", lambda: _afterwards(candidate, draw, n, classes), KIND


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    predicted, labels = (torch.tensor(each, device=draw.device) for each in ([0, 2, 0], [0, 1, 1]))
    other = candidate(draw.integers(9, high=3), draw.integers(9, high=3), 3)
    return {"example": candidate(predicted, labels, 3), "other numbers": other}


def _right(candidate: Any, draw: Draw, n: int, classes: int) -> Any:
    labels = draw.integers(n, high=classes)
    return candidate(labels.clone(), labels, classes)


def _apart(candidate: Any, draw: Draw, n: int) -> Any:
    return candidate(draw.integers(n, low=3, high=5), draw.integers(n, high=3), 6)


def _slices(candidate: Any, draw: Draw, n: int, classes: int) -> Any:
    table = draw.integers(n, 2, high=classes)
    return candidate(table[:, 0], table[:, 1], classes)


def _by_names(candidate: Any, draw: Draw, n: int, classes: int) -> Any:
    predicted, labels = draw.integers(n, high=classes), draw.integers(n, high=classes)
    return candidate(classes=classes, labels=labels, predicted=predicted)


def _afterwards(candidate: Any, draw: Draw, n: int, classes: int) -> dict[str, Any]:
    predicted, labels = draw.integers(n, high=classes), draw.integers(n, high=classes)
    return with_arguments(lambda *both: candidate(*both, classes), predicted, labels)

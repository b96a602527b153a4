"""What `token_f1` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

EACH = Idea("hits, false alarms and misses of each class", weight=3, point=True)
MICRO = Idea("one number for all classes, from their sums", weight=2, point=True)
HIDDEN = Idea("places of −100 do not count, whatever was said there", weight=2)
OTHER = Idea("class 0 is not scored, and what is lost to it is", weight=1.5)
NOTHING = Idea("a class that neither occurs nor was said has 0", weight=1)
TRACES = Idea("plain numbers, and nothing is changed", weight=1)


@exercise(points=2)
def token_f1(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Scores of labels that are partly right."""
    classes = draw.integer(4, 7)

    def run(*shape: int, right: float = 0.6, hidden: float = 0.0) -> Any:
        labels = draw.integers(*shape, high=classes)
        said = torch.where(draw.mask(*shape, keep=right), labels, draw.integers(*shape, high=classes))
        return candidate(said, labels.masked_fill(draw.mask(*shape, keep=hidden), -100) if hidden else labels, classes)

    yield "the docstring's example", lambda: _example(candidate, draw), EACH
    yield "one row", lambda: run(60), EACH
    yield "a batch", lambda: run(4, 37), EACH
    yield "three dimensions", lambda: run(2, 3, 29), EACH
    yield "two classes", lambda: _two(candidate, draw), EACH
    yield "many false alarms", lambda: _unbalanced(candidate, draw, alarms=True), EACH
    yield "many misses", lambda: _unbalanced(candidate, draw, alarms=False), EACH
    yield "a rare class beside a frequent one", lambda: _rare(candidate, draw), MICRO
    yield "a perfect prediction, to the last digit", lambda: _perfect(candidate, draw, classes), EACH
    yield "all right, and all wrong", lambda: _extremes(candidate, draw, classes), MICRO
    yield "places of −100", lambda: run(5, 40, hidden=0.4), HIDDEN
    yield "the right class said at −100", lambda: _said_at_hidden(candidate, draw), HIDDEN
    yield "nothing but −100", lambda: _all_hidden(candidate, draw, classes), HIDDEN
    yield "nothing but class 0", lambda: _all_other(candidate, draw, classes), OTHER
    yield "most of it is class 0", lambda: _mostly_other(candidate, draw), OTHER
    yield "classes that nobody has seen", lambda: _absent(candidate, draw), NOTHING
    yield "many places", lambda: _many(candidate, draw), EACH
    yield "not contiguous", lambda: _turned(candidate, draw, classes), TRACES
    yield "called by names", lambda: _named(candidate, draw), EACH
    yield "what comes back", lambda: _kinds(candidate, draw), TRACES
    yield "the inputs afterwards", lambda: _afterwards(candidate, draw), TRACES


def _tensor(draw: Draw, values: list[int]) -> Tensor:
    return torch.tensor(values, device=draw.device)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    said, labels = _tensor(draw, [1, 1, 0, 2]), _tensor(draw, [1, 0, 2, -100])
    other = candidate(draw.integers(50, high=3), draw.integers(50, high=3), 3)
    return {"example": candidate(said, labels, 3), "other numbers": other}


def _two(candidate: Any, draw: Draw) -> Any:
    return candidate(draw.integers(40, high=2), draw.integers(40, high=2), 2)


def _unbalanced(candidate: Any, draw: Draw, alarms: bool) -> Any:
    """Class 1 is said far too often, or far too seldom: precision and recall are far apart."""
    labels = draw.integers(60, high=3)
    often = torch.where(draw.mask(60, keep=0.6), torch.ones_like(labels), labels)
    return candidate(often, labels, 3) if alarms else candidate(labels, often, 3)


def _rare(candidate: Any, draw: Draw) -> Any:
    """Class 2 is always right and rare, class 1 is often wrong and frequent: a mean of the two is something else."""
    labels = torch.ones(90, dtype=torch.int64, device=draw.device)
    labels[: draw.integer(2, 6)] = 2
    said = torch.where((labels == 1) & draw.mask(90, keep=0.5), torch.zeros_like(labels), labels)
    return candidate(said, labels, 3)


def _extremes(candidate: Any, draw: Draw, classes: int) -> Any:
    labels = draw.integers(30, low=1, high=classes)
    wrong = labels % (classes - 1) + 1
    return [
        candidate(labels.clone(), labels, classes),
        candidate(wrong, labels, classes),
        candidate(draw.integers(30, high=2), draw.integers(30, high=2), 2),
    ]


def _perfect(candidate: Any, draw: Draw, classes: int) -> dict[str, Any]:
    labels = draw.integers(90, high=classes)
    each, micro = candidate(labels.clone(), labels, classes)
    other, _ = candidate(draw.integers(50, high=3), draw.integers(50, high=3), 3)
    return {"perfect": [str(float(one)) for one in (*each, micro)], "not perfect": other}


def _said_at_hidden(candidate: Any, draw: Draw) -> Any:
    """Class 1 is said everywhere it does not count, class 0 where it does."""
    labels = draw.integers(50, low=1, high=4)
    hidden = draw.mask(50, keep=0.5)
    said = torch.where(
        hidden, draw.integers(50, low=1, high=3), torch.where(draw.mask(50, keep=0.3), labels, 0 * labels)
    )
    return candidate(said, labels.masked_fill(hidden, -100), 4)


def _all_hidden(candidate: Any, draw: Draw, classes: int) -> Any:
    nothing = torch.full((3, 7), -100, device=draw.device)
    return [
        candidate(draw.integers(3, 7, high=classes), nothing, classes),
        candidate(draw.integers(20, high=2), draw.integers(20, high=2), 2),
    ]


def _all_other(candidate: Any, draw: Draw, classes: int) -> Any:
    zeros = torch.zeros(30, dtype=torch.int64, device=draw.device)
    labels = draw.integers(30, high=classes)
    return [
        candidate(zeros, zeros.clone(), classes),
        candidate(zeros, labels, classes),
        candidate(labels, zeros, classes),
        candidate(labels.flip(0), labels, classes),
    ]


def _mostly_other(candidate: Any, draw: Draw) -> Any:
    """Nine of ten places are class 0 and right: nobody gets points for that."""
    labels = torch.zeros(200, dtype=torch.int64, device=draw.device)
    labels[:20] = draw.integers(20, low=1, high=4)
    said = labels.clone()
    said[15:25] = draw.integers(10, high=4)
    return candidate(said, labels, 4)


def _absent(candidate: Any, draw: Draw) -> Any:
    """Of six classes some neither occur nor are said; one is said and does not occur, one occurs and is not said."""
    labels, said = draw.integers(40, high=2), draw.integers(40, high=2)
    labels[: draw.integer(2, 9)] = 3
    said[10 : draw.integer(12, 20)] = 4
    return candidate(said, labels, 6)


def _many(candidate: Any, draw: Draw) -> Any:
    """More than 2,048 hits of a class: float16 cannot count further, bfloat16 to no more than 256."""
    labels = draw.integers(70, 101, high=2)
    return candidate(torch.where(draw.mask(70, 101, keep=0.9), labels, 1 - labels), labels, 2)


def _turned(candidate: Any, draw: Draw, classes: int) -> Any:
    labels = draw.integers(9, 14, high=classes)
    said = torch.where(draw.mask(9, 14, keep=0.6), labels, draw.integers(9, 14, high=classes))
    return candidate(said.T, labels.T, classes)


def _named(candidate: Any, draw: Draw) -> Any:
    return candidate(classes=4, labels=draw.integers(50, high=4), predicted=draw.integers(50, high=4))


def _kinds(candidate: Any, draw: Draw) -> dict[str, Any]:
    """Also where there is nothing to find."""
    zeros = torch.zeros(draw.integer(5, 20), dtype=torch.int64, device=draw.device)
    found = [candidate(draw.integers(50, high=4), draw.integers(50, high=4), 4), candidate(zeros, zeros.clone(), 4)]
    return {
        "scores": found,
        "kinds": [
            [type(each).__name__, *sorted({type(one).__name__ for one in each}), type(micro).__name__]
            for each, micro in found
        ],
    }


def _afterwards(candidate: Any, draw: Draw) -> dict[str, Any]:
    labels = draw.integers(30, high=3).masked_fill(draw.mask(30, keep=0.3), -100)
    return with_arguments(candidate, draw.integers(30, high=3), labels, 3)

"""What `linear_probe` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.engine.streams import beside_stream

FIT = Idea("least squares to one-hot targets, with the penalty", weight=3, point=True)
BIAS = Idea("a bias, which costs nothing", weight=2, point=True)
CLASSES = Idea("one column for each class, also where none of its examples came", weight=1.5)
FEW = Idea("fewer examples than numbers", weight=1)
REFUSED = Idea("a penalty of 0 or below is refused", weight=0.7)


@exercise(points=3)
def linear_probe(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Weights and bias of a linear probe."""
    examples, width, classes = draw.integer(20, 30), draw.integer(4, 8), draw.integer(3, 6)
    ridge = draw.integer(2, 9) / 2

    def case(rows: int = examples, wide: int = width, far: float = 0.0, **options: Any) -> tuple[Tensor, Tensor, int]:
        return draw.normal(rows, wide, **options) + far, _labels(draw, rows, classes), classes

    yield "the docstring's example", lambda: _example(candidate, draw), FIT
    yield "a few classes", lambda: candidate(*case(), ridge), FIT
    yield "a small penalty", lambda: candidate(*case(), 1e-3), FIT
    yield "a large penalty", lambda: candidate(*case(), 1e3), FIT
    yield "two classes", lambda: candidate(draw.normal(examples, width), draw.integers(examples, high=2), 2, ridge), FIT
    yield "one class has most of the examples", lambda: _uneven(candidate, draw, width, ridge), BIAS
    yield "states far from zero", lambda: candidate(*case(far=5.0), ridge), BIAS
    yield "a large penalty, and states far from zero", lambda: candidate(*case(far=3.0), 1e4), BIAS
    yield "a number that never changes", lambda: _constant(candidate, draw, case(), ridge), BIAS
    yield "classes without an example", lambda: _absent(candidate, draw, examples, width, ridge), CLASSES
    yield "one example", lambda: candidate(draw.normal(1, width), _labels(draw, 1, classes), classes, ridge), FEW
    yield "fewer examples than numbers", lambda: candidate(*case(6, 15), ridge), FEW
    yield "the default penalty", lambda: candidate(*case()), FIT
    yield "a wide float64", lambda: candidate(*case(dtype=torch.float64), ridge)
    yield "large float32 numbers", lambda: _large(candidate, draw, examples, classes)
    yield "two numbers that are nearly the same", lambda: _alike(candidate, draw, examples, classes)
    yield "zero, and below it", lambda: _refused(candidate, case(), ridge), REFUSED
    yield "not contiguous", lambda: candidate(draw.normal(width, 20).T, _labels(draw, 20, classes), classes, ridge)
    yield "called by names", lambda: _named(candidate, *case(), ridge)
    yield "the arguments afterwards", lambda: with_arguments(candidate, *case(), ridge)
    yield "chance", lambda: _chance(candidate, draw, case(), ridge)


def _labels(draw: Draw, rows: int, classes: int) -> Tensor:
    return draw.integers(rows, high=classes)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    states = torch.tensor([[1.0], [2.0], [4.0], [5.0]], device=draw.device)
    labels = torch.tensor([0, 0, 1, 1], device=draw.device)
    other = draw.normal(4, 1)
    return {
        "example": candidate(states, labels, 2, ridge=10.0),
        "other numbers": candidate(other, labels, 2, ridge=2.0),
    }


def _uneven(candidate: Any, draw: Draw, width: int, ridge: float) -> Any:
    labels = torch.tensor(draw.shuffled([0] * 3 + [1] * 20 + [2] * 2), device=draw.device)
    return candidate(draw.normal(25, width), labels, 3, ridge)


def _constant(candidate: Any, draw: Draw, case: tuple[Tensor, Tensor, int], ridge: float) -> Any:
    states, labels, classes = case
    states[:, draw.integer(0, states.shape[1])] = draw.integer(2, 9)
    return candidate(states, labels, classes, ridge)


def _absent(candidate: Any, draw: Draw, examples: int, width: int, ridge: float) -> Any:
    """Of seven classes the last two, and one in between, never occur."""
    present = torch.tensor(draw.choice([[0, 1, 3, 4], [0, 2, 3, 4], [1, 2, 3, 4]]), device=draw.device)
    return candidate(draw.normal(examples, width), present[draw.integers(examples, high=4)], 7, ridge)


def _large(candidate: Any, draw: Draw, examples: int, classes: int) -> dict[str, Any]:
    """Numbers around 3,000 that differ by about one: in float32, their squares do not."""
    states = (3000 + draw.normal(examples, 3)).float()
    weight, bias = candidate(states, _labels(draw, examples, classes), classes, 1e-2)
    return {"weight": weight, "kinds": [str(weight.dtype), str(bias.dtype)]}


def _alike(candidate: Any, draw: Draw, examples: int, classes: int) -> Any:
    """What they differ by is a hundredth, and in float32 products hardly a trace of it is left."""
    first = draw.normal(examples, 1)
    states = torch.cat([first, first + 0.01 * draw.normal(examples, 1), draw.normal(examples, 1)], dim=1)
    return candidate(states, _labels(draw, examples, classes), classes, 1e-5)


def _refused(candidate: Any, case: tuple[Tensor, Tensor, int], ridge: float) -> dict[str, Any]:
    return {
        "zero": refusal(ValueError, candidate, *case, 0.0),
        "below": refusal(ValueError, candidate, *case, -ridge),
        "above": refusal(ValueError, candidate, *case, ridge),
    }


def _named(candidate: Any, states: Tensor, labels: Tensor, classes: int, ridge: float) -> Any:
    return candidate(ridge=ridge, classes=classes, labels=labels, states=states)


def _chance(candidate: Any, draw: Draw, case: tuple[Tensor, Tensor, int], ridge: float) -> Any:
    """It draws nothing: it begins nowhere, and takes no steps."""
    return beside_stream(lambda: candidate(*case, ridge), draw.integer(0, 2**31))

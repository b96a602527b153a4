"""What `layer_curve` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

RIGHT = Idea("the share of test examples that the probe is right about, level by level", weight=3, point=True)
UNSEEN = Idea("nothing of the test examples is used before", weight=3, point=True)
CONSTANT = Idea("a number that never changes is only shifted", weight=1)


class Nearest:
    """A probe: the class whose mean is nearest, as weight and bias. It notes what it was given."""

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.given: list[dict[str, Any]] = []

    def __call__(self, states: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        self.given.append({"states": states.detach().clone(), "labels": labels.clone()})
        chosen = F.one_hot(labels, self.classes).to(states.dtype)
        means = chosen.T @ states / chosen.sum(dim=0).clamp(min=1)[:, None]
        return 2 * means.T, -means.square().sum(dim=1)


@exercise(points=3)
def layer_curve(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A probe at each level."""
    levels, examples, width = draw.integer(2, 5), draw.integer(24, 34), draw.integer(5, 8)
    classes = draw.integer(3, 5)

    def case(many: int = levels, **options: Any) -> tuple[Tensor, Tensor, Tensor]:
        labels = draw.integers(examples, high=classes)
        return _states(draw, many, labels, width, classes, **options), labels, draw.mask(examples)

    def run(*given: Tensor) -> Any:
        return candidate(*given, Nearest(classes))

    yield "the docstring's example", lambda: _example(candidate, draw), RIGHT
    yield "one level", lambda: run(*case(1)), RIGHT
    yield "several levels", lambda: run(*case()), RIGHT
    yield "numbers of very different width", lambda: run(*_stretched(draw, case())), RIGHT
    yield "levels that lie far from zero", lambda: run(*_moved(draw, case())), RIGHT
    yield "what the probe is given", lambda: _given(candidate, case(), classes), UNSEEN
    yield "numbers that hardly vary", lambda: _given(candidate, _narrow(case()), classes), CONSTANT
    yield "test examples far away", lambda: _far(candidate, case(), classes), UNSEEN
    yield "the training examples last", lambda: run(*_last(case(), examples)), UNSEEN
    yield "a single test example", lambda: run(*_single(draw, case(), examples)), UNSEEN
    yield "a probe that is asked level by level", lambda: _in_turn(candidate, draw, case()), UNSEEN
    yield "equal scores", lambda: _equal_scores(candidate, draw, case()), RIGHT
    yield "a number that never changes", lambda: _constant(candidate, draw, case(), classes), CONSTANT
    yield "it changes in the test alone", lambda: _changes_later(candidate, draw, case(), classes, width), CONSTANT
    yield "given in float64", lambda: _given(candidate, case(dtype=torch.float64), classes)
    yield "float64", lambda: run(*case(dtype=torch.float64))
    yield "the kind of result", lambda: _kind(candidate, case(), classes)
    yield "called by names", lambda: _named(candidate, case(), classes)
    yield "the arguments afterwards", lambda: with_arguments(lambda *given: run(*given), *case())


def _states(
    draw: Draw, levels: int, labels: Tensor, width: int, classes: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Each class has a place of its own at each level, and examples lie around it, the classes not quite apart."""
    centres = draw.normal(levels, classes, width, dtype=dtype)
    return centres[:, labels] + 1.2 * draw.normal(levels, len(labels), width, dtype=dtype)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    numbers = torch.tensor([[[1.0], [3.0], [0.0], [5.0]]], device=draw.device)
    labels = torch.tensor([0, 1, 1, 1], device=draw.device)
    train = torch.tensor([True, True, False, False], device=draw.device)
    weight = torch.tensor([[-1.0, 1.0]], device=draw.device)

    def fit(states: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return weight, torch.zeros(2, device=draw.device)

    other = draw.normal(3, 30, 1)
    return {
        "example": candidate(numbers, labels, train, fit),
        "other numbers": candidate(other, draw.integers(30, high=2), draw.mask(30), fit),
    }


def _stretched(draw: Draw, case: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Some numbers are a thousand times as wide as others; without scaling they alone would count."""
    levels, labels, train = case
    widths = torch.tensor(draw.shuffled([1e3, 1e-3] + [1.0] * (levels.shape[2] - 2)), device=draw.device)
    return levels * widths, labels, train


def _moved(draw: Draw, case: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    levels, labels, train = case
    return levels + 9 * draw.normal(len(levels), 1, levels.shape[2]), labels, train


def _given(candidate: Any, case: tuple[Tensor, Tensor, Tensor], classes: int) -> dict[str, Any]:
    fit = Nearest(classes)
    shares = candidate(*case, fit)
    return {"result": shares, "given": fit.given}


def _narrow(case: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """They vary by a billionth, and are brought to the same width as any others."""
    levels, labels, train = case
    return 1e-9 * levels, labels, train


def _far(candidate: Any, case: tuple[Tensor, Tensor, Tensor], classes: int) -> dict[str, Any]:
    """Whoever lets them into the mean or the spread hands over other states."""
    levels, labels, train = case
    levels[:, ~train] = 5 * levels[:, ~train] + 7
    return _given(candidate, (levels, labels, train), classes)


def _last(case: tuple[Tensor, Tensor, Tensor], examples: int) -> tuple[Tensor, Tensor, Tensor]:
    levels, labels, train = case
    return levels, labels, torch.arange(examples, device=train.device) >= examples // 3


def _single(draw: Draw, case: tuple[Tensor, Tensor, Tensor], examples: int) -> tuple[Tensor, Tensor, Tensor]:
    levels, labels, train = case
    train[:] = True
    train[draw.integer(0, examples)] = False
    return levels, labels, train


def _in_turn(candidate: Any, draw: Draw, case: tuple[Tensor, Tensor, Tensor]) -> dict[str, Any]:
    """Its weights are other ones at each call: whoever asks only once, or twice, is found out."""
    levels, labels, train = case
    answers = [(draw.normal(levels.shape[2], 5), draw.normal(5)) for _ in range(len(levels) + 2)]
    left = iter(answers)
    shares = candidate(levels, labels, train, lambda states, labels: next(left))
    return {"result": shares, "calls": len(answers) - len(list(left))}


def _equal_scores(candidate: Any, draw: Draw, case: tuple[Tensor, Tensor, Tensor]) -> list[Any]:
    """The probe gives all examples the same few scores, of which two or more are the largest."""
    levels, labels, train = case
    weight = torch.zeros(levels.shape[2], 5, device=draw.device)
    biases = [draw.integers(5, high=2).float() for _ in range(8)]
    return [candidate(levels, labels, train, lambda *_, bias=bias: (weight, bias)) for bias in biases]


def _constant(candidate: Any, draw: Draw, case: tuple[Tensor, Tensor, Tensor], classes: int) -> dict[str, Any]:
    levels, labels, train = case
    levels[:, :, draw.integer(0, levels.shape[2])] = draw.integer(2, 9)
    return _given(candidate, (levels, labels, train), classes)


def _changes_later(
    candidate: Any, draw: Draw, case: tuple[Tensor, Tensor, Tensor], classes: int, width: int
) -> list[Any]:
    """The probe has weights for this number all the same: what is made of it in the test decides."""
    levels, labels, train = case
    levels[:, train, draw.integer(0, width)] = draw.integer(2, 9)
    probes = [(draw.normal(width, classes), draw.normal(classes)) for _ in range(6)]
    return [candidate(levels, labels, train, lambda states, known, probe=probe: probe) for probe in probes]


def _kind(candidate: Any, case: tuple[Tensor, Tensor, Tensor], classes: int) -> dict[str, Any]:
    shares = candidate(*case, Nearest(classes))
    return {"result": shares, "kinds": sorted({type(share).__name__ for share in shares})}


def _named(candidate: Any, case: tuple[Tensor, Tensor, Tensor], classes: int) -> Any:
    levels, labels, train = case
    return candidate(fit=Nearest(classes), train=train, labels=labels, levels=levels)

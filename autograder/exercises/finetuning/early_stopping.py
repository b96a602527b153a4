"""What `early_stopping` must show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

BEST = Idea("the weights of the best epoch are back at the end", weight=3, point=True)
STOPS = Idea("it stops after so many epochs in a row without progress", weight=3, point=True)
LESS = Idea("a loss is better when it is smaller", weight=1.5)
THRESHOLD = Idea("progress is more than the threshold, the best is the best", weight=1.5)


@exercise(points=2)
def early_stopping(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Trainings whose measures are known beforehand."""

    def run(values: Sequence[float], patience: int, epochs: int | None = None, **options: Any) -> dict[str, Any]:
        course = _Course(draw, values)
        result = candidate(course.model, course.train_epoch, course.measure, epochs or len(values), patience, **options)
        return {"result": list(result), "calls": course.calls, "weights": course.state}

    yield "the docstring's example", lambda: _example(candidate, draw), BEST
    yield "better every time", lambda: run(_rising(draw, 5), 2), BEST
    yield "the best in the middle", lambda: run(_peak(draw, 4, 2), 9), BEST
    yield "the best comes first", lambda: run(_peak(draw, 1, 5), 9), BEST
    yield "equals", lambda: run(_equals(draw), 9), BEST
    yield "below zero", lambda: run([value - 3 for value in _peak(draw, 3, 2)], 9), BEST
    yield "buffers, and weights that are changed in place", lambda: _moving(candidate, draw), BEST
    yield "one epoch", lambda: run(_rising(draw, 1), draw.integer(1, 4)), BEST
    yield "it stops", lambda: run(_peak(draw, 2, 6), draw.integer(2, 4)), STOPS
    yield "a patience of one", lambda: run(_peak(draw, 3, 4), 1), STOPS
    yield "progress after a pause", lambda: run(_pauses(draw), 3), STOPS
    yield "pauses again and again", lambda: run(_pauses(draw) + [value + 1 for value in _pauses(draw)], 3), STOPS
    yield "all epochs are over before", lambda: run(_peak(draw, 2, 9), 5, epochs=4), STOPS
    yield "a loss", lambda: run(_peak(draw, 3, 5, sign=-1), 3, greater_is_better=False), LESS
    yield "a loss that goes below zero", lambda: run(_falling(draw), 2, greater_is_better=False), LESS
    yield "small progress", lambda: run(_creeping(draw), 3, threshold=0.05), THRESHOLD
    yield "small progress of a loss", lambda: run([-v for v in _creeping(draw)], 3, 20, threshold=0.05,
        greater_is_better=False), THRESHOLD  # fmt: skip
    yield "steps of just the threshold", lambda: run(_steps(draw), 2, threshold=0.25), THRESHOLD
    yield "large values, and small ones", lambda: [run(v, 2, threshold=0.05) for v in _sizes(draw)], THRESHOLD
    yield "called by names", lambda: _by_names(candidate, draw), THRESHOLD


class _Course:
    """A model whose weights say after how many epochs they stood there, and the measures of these epochs."""

    def __init__(self, draw: Draw, values: Sequence[float]) -> None:
        self.model = draw.fill_(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
        self.values, self.epochs = values, 0
        self.calls: list[str] = []
        self.moves = [draw.normal(2, 2) for _ in range(len(values) + 1)]

    def train_epoch(self, model: Any) -> None:
        """Moves a weight, and a buffer; in place, as an optimizer does."""
        self.calls.append("train")
        with torch.no_grad():
            model[0].weight.add_(self.moves[min(self.epochs, len(self.moves) - 1)])
            model[1].running_mean.fill_(float(self.epochs))
        self.epochs += 1
        if self.epochs > 60:
            raise RuntimeError("more than 60 epochs")

    def measure(self, model: Any) -> float:
        self.calls.append("measure")
        return self.values[min(self.epochs, len(self.values)) - 1]

    @property
    def state(self) -> dict[str, Tensor]:
        return {name: self.model.state_dict()[name] for name in ("0.weight", "0.bias", "1.running_mean")}


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's measures, and others."""
    measures = iter([0.3, 0.5, 0.4, 0.4, 0.9])
    result = candidate(nn.Linear(1, 1), lambda model: None, lambda model: next(measures), 5, patience=2)
    course = _Course(draw, _peak(draw, 3, 4))
    other = candidate(course.model, course.train_epoch, course.measure, 7, patience=2)
    return {"example": list(result), "other": list(other), "weights": course.state}


def _rising(draw: Draw, count: int) -> list[float]:
    value, found = draw.integer(10, 40) / 100, []
    for _ in range(count):
        value += draw.integer(2, 9) / 100
        found.append(round(value, 2))
    return found


def _peak(draw: Draw, up: int, down: int, sign: int = 1) -> list[float]:
    """Up for so many epochs, then below the best in all others, up and down."""
    rising = _rising(draw, up)
    after = [round(rising[-1] - draw.integer(3, 20) / 100, 2) for _ in range(down)]
    return [sign * value for value in (*rising, *after)]


def _equals(draw: Draw) -> list[float]:
    """The best value comes twice."""
    best = draw.integer(60, 90) / 100
    return [0.2, best, 0.3, best, 0.1]


def _pauses(draw: Draw) -> list[float]:
    """Two epochs without progress, again and again."""
    one, two, three = _rising(draw, 3)
    return [one, one - 0.1, one - 0.05, two, two - 0.1, two - 0.2, three, three - 0.1, three - 0.3]


def _falling(draw: Draw) -> list[float]:
    return [0.5 - 0.25 * step - draw.integer(1, 9) / 100 for step in range(5)]


def _creeping(draw: Draw) -> list[float]:
    """Better each time, but never by much."""
    return [round(0.4 + 0.01 * step + draw.integer(0, 5) / 1000, 3) for step in range(8)]


def _steps(draw: Draw) -> list[float]:
    """Quarters are exact."""
    start = draw.integer(1, 8) / 4
    return [start, start + 0.25, start + 1, start + 1.25, start + 1.5, start + 1.75]


def _sizes(draw: Draw) -> list[list[float]]:
    """The same threshold is little beside the one, and much beside the other."""
    large, small = draw.integer(10, 40), draw.integer(2, 5) / 100
    return [[large + 0.25 * step for step in range(5)], [small + step / 64 for step in range(5)]]


def _moving(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The second time the model goes on from where it was put."""
    course = _Course(draw, _peak(draw, 2, 3))
    first = candidate(course.model, course.train_epoch, course.measure, 5, 9)
    between = {name: value.clone() for name, value in course.state.items()}
    course.values, course.epochs = _peak(draw, 3, 1), 0
    second = candidate(course.model, course.train_epoch, course.measure, 4, 9)
    return {"first": list(first), "between": between, "second": list(second), "at the end": course.state}


def _by_names(candidate: Any, draw: Draw) -> dict[str, Any]:
    course = _Course(draw, _peak(draw, 2, 6, sign=-1))
    result = candidate(
        greater_is_better=False, threshold=0.01, patience=2, epochs=8, measure=course.measure,
        train_epoch=course.train_epoch, model=course.model,
    )  # fmt: skip
    return {"result": list(result), "calls": course.calls, "weights": course.state}

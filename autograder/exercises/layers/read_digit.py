"""What `read_digit` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.streams import beside_stream

SHARES = Idea("ten probabilities for the one drawing", weight=2.5, point=True)
STEADY = Idea("the same drawing gets the same answer", weight=2.5, point=True)
MODE = Idea("the model is in the mode that it was in", weight=2)
SHOWN = Idea("the model gets a batch of one page", weight=2)
FREE = Idea("nothing is recorded", weight=1.5)


class _Reader(nn.Module):
    """A reader as in the lesson, small: it takes (batch, 1, rows, columns) and notes what comes in."""

    def __init__(self, rows: int, columns: int, p: float) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(rows * columns, 6), nn.Linear(6, 10)
        self.drop = nn.Dropout(p)
        self.seen: list[tuple[int, ...]] = []
        self.modes: list[bool] = []

    def forward(self, pictures: Tensor) -> Tensor:
        self.seen.append(tuple(pictures.shape))
        self.modes.append(self.training)
        return self.last(self.drop(self.first(pictures.flatten(1)).relu()))


@exercise(points=2)
def read_digit(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What the model thinks of a drawing: the mended function."""
    rows, columns = draw.sizes(2, 5, 9)

    def reader(p: float = 0.0, training: bool = False) -> _Reader:
        return draw.fill_(_Reader(rows, columns, p)).train(training)

    yield "a model without dropout", lambda: candidate(reader(), _drawing(draw, rows, columns)), SHARES
    yield "a square drawing", lambda: _square(candidate, draw), SHARES
    yield "a blank page", lambda: candidate(reader(), torch.zeros(rows, columns, device=draw.device)), SHARES
    yield "full ink", lambda: candidate(reader(), torch.full((rows, columns), 16, device=draw.device)), SHARES
    yield "what the model is shown", lambda: _shown(candidate, reader(), _drawing(draw, rows, columns)), SHOWN
    yield (
        "a model with dropout, in training",
        lambda: candidate(reader(0.5, True), _drawing(draw, rows, columns)),
        STEADY,
    )
    yield "three times", lambda: _thrice(candidate, reader(0.7, True), _drawing(draw, rows, columns)), STEADY
    yield (
        "no random number is drawn",
        lambda: beside_stream(
            lambda: candidate(reader(0.5, True), _drawing(draw, rows, columns)), draw.integer(0, 2**31)
        ),
        STEADY,
    )
    for training in draw.shuffled([True, False]):
        name = "it was training" if training else "it was evaluating"
        yield name, partial(_mode, candidate, draw, (rows, columns), training), MODE
    yield "no graph", lambda: _graph(candidate, reader(), _drawing(draw, rows, columns)), FREE
    yield "whole numbers in a byte", lambda: candidate(reader(), _drawing(draw, rows, columns).to(torch.uint8))
    yield "ink in floating point", lambda: candidate(reader(), draw.uniform(rows, columns, high=16.0))
    yield "called by names", lambda: candidate(drawing=_drawing(draw, rows, columns), model=reader())
    yield "the drawing is left alone", lambda: _left_alone(candidate, reader(), _drawing(draw, rows, columns).float())


def _drawing(draw: Draw, rows: int, columns: int) -> Tensor:
    return draw.integers(rows, columns, high=17)


def _square(candidate: Any, draw: Draw) -> Any:
    return candidate(draw.fill_(_Reader(7, 7, 0.0)).eval(), _drawing(draw, 7, 7))


def _shown(candidate: Any, model: _Reader, drawing: Tensor) -> dict[str, Any]:
    result = candidate(model, drawing)
    return {"result": result, "shapes that came in": [list(shape) for shape in model.seen]}


def _thrice(candidate: Any, model: _Reader, drawing: Tensor) -> list[Any]:
    return [candidate(model, drawing.clone()) for _ in range(3)]


def _mode(candidate: Any, draw: Draw, sizes: tuple[int, int], training: bool) -> dict[str, Any]:
    model = draw.fill_(_Reader(*sizes, 0.5)).train(training)
    drawing = _drawing(draw, *sizes)
    result = candidate(model, drawing)
    modes = {type(part).__name__: "training" if part.training else "evaluating" for part in model.modules()}
    return {"result": result, "modes afterwards": modes}


def _graph(candidate: Any, model: _Reader, drawing: Tensor) -> dict[str, Any]:
    result = candidate(model, drawing)
    asks = [name for name, weight in model.named_parameters() if weight.requires_grad]
    needs = bool(getattr(result, "requires_grad", True))
    return {"result": result, "grad wanted by": asks, "what comes back": "on a graph" if needs else "free of one"}


def _left_alone(candidate: Any, model: _Reader, drawing: Tensor) -> dict[str, Any]:
    result = candidate(model, drawing)
    return {"result": result, "the drawing afterwards": drawing}

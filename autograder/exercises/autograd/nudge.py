"""What `nudge` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.autograd._shared import learning

ANSWERS = Idea("how the loss answers to that one number", weight=3, point=True)
BOTH_WAYS = Idea("a nudge to both sides, by as much as was asked for", weight=2)
UNTOUCHED = Idea("the numbers are left as they were", weight=2)
REST = Idea("a Python number, whatever the loss is made of", weight=1)


@exercise(points=2, without=[torch.autograd.grad, torch.autograd.backward, Tensor.backward, torch.func.grad])
def nudge(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A central difference with respect to one number."""

    def numbers(count: int) -> Tensor:
        return draw.normal(count, dtype=torch.float64)

    def bowl(count: int) -> Callable[[Tensor], Tensor]:
        """A parabola in each number, with a slope of its own at each: here the nudge is exact, however wide."""
        bend, slope = numbers(count), 3 * numbers(count)
        return lambda x: (bend * x.square() + slope * x).sum()

    def example() -> Any:
        x = torch.tensor([3.0, 1.0], dtype=torch.float64, device=draw.device)
        found = [candidate(lambda x: x[0] ** 2 + 5 * x[1], x, index) for index in (0, 1)]
        return [round(number, 6) for number in found] + [candidate(bowl(2), numbers(2), 0)]

    def each_of_several() -> Any:
        loss, x = bowl(4), numbers(4)
        return [candidate(loss, x, index) for index in range(4)]

    def together() -> Any:
        """The numbers meet in products, so that moving another one shows."""
        loss, x = bowl(3), numbers(3)
        return [candidate(lambda x: loss(x) * x.exp().sum(), x, index) for index in draw.permutation(3).tolist()]

    def far() -> Any:
        """A cube bends back: both ways it is off by by², one way by 3 · x · by more."""
        x, bys = 1 + numbers(2).abs(), draw.shuffled([0.5, 0.25, 1.0])
        return [candidate(lambda x: (x**3).sum(), x, draw.integer(0, 1), by) for by in bys]

    def unused() -> Any:
        x = numbers(3)
        return [candidate(lambda x: x[:2].square().sum(), x, 2), candidate(bowl(3), x, 2)]

    yield "the docstring's example", example, ANSWERS
    yield "the only number there is", lambda: candidate(bowl(1), numbers(1), 0), ANSWERS
    yield "each of four numbers", each_of_several, ANSWERS
    yield "numbers that meet in products", together, ANSWERS
    yield "a number that plays no part", unused, ANSWERS
    yield "a curved loss and a wide nudge", far, BOTH_WAYS
    yield "a step of its own", lambda: candidate(lambda x: x.sin().sum(), numbers(3), 1, by=0.5), BOTH_WAYS
    yield "the numbers, afterwards", lambda: _afterwards(candidate, bowl(3), numbers(3)), UNTOUCHED
    yield "each of them to its last digit", lambda: _to_the_last_digit(candidate, bowl(12), numbers(12)), UNTOUCHED
    yield "a column of a table", lambda: _afterwards(candidate, bowl(4), numbers(8).reshape(4, 2)[:, 1]), UNTOUCHED
    yield "a loss that uses weights that learn", lambda: _with_weights(candidate, numbers(3), numbers(3)), REST


def _afterwards(candidate: Any, loss: Callable[[Tensor], Tensor], x: Tensor) -> Any:
    return with_arguments(lambda x: candidate(loss, x, x.numel() - 1), x)


def _to_the_last_digit(candidate: Any, loss: Callable[[Tensor], Tensor], x: Tensor) -> Any:
    """Up, down and back by sums and differences, a number seldom ends where it began."""
    before = x.clone()
    return {
        "results": [candidate(loss, x, index, by=0.1) for index in range(x.numel())],
        "numbers that are not the same afterwards": int((x != before).sum()),
    }


def _with_weights(candidate: Any, weight: Tensor, x: Tensor) -> Any:
    learning(weight)
    found = candidate(lambda x: (weight * x).exp().sum(), x, 0)
    return {"result": found, "of the type": type(found).__name__, "gradient of the weights": weight.grad}

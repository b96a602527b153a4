"""What `numerical_gradient` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import AFTERWARDS, RESULT
from autograder.engine.tolerance import Leeway
from autograder.exercises.autograd_from_scratch._shared import NO_AUTOGRAD

NUDGE = Idea("each number in turn, up and down", weight=3, point=True)
DOUBLE = Idea("in float64", weight=2)
ALONE = Idea("x is left alone", weight=1.5)

LEEWAY = Leeway(factor=1e5, reason="the difference of two nearly equal numbers has lost some of its digits")


@exercise(points=1, without=NO_AUTOGRAD, leeway=LEEWAY)
def numerical_gradient(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How a function answers to a nudge of each number."""

    def polynomial(*shape: int, dtype: torch.dtype = torch.float64) -> Callable[[Tensor], Tensor]:
        weights, others = (draw.normal(*shape, dtype=dtype) for _ in range(2))
        return lambda x: (weights * x**3 + others * x + weights * others * x * x).sum()

    def example() -> Any:
        x = torch.tensor([1.0, 3.0], device=draw.device)
        other = draw.normal(2)
        return {"example": candidate(lambda x: (x * x).sum(), x), "another": candidate(lambda x: (x * x).sum(), other)}

    def wide() -> Any:
        """A step so large that the two sides differ from one, and from the derivative."""
        return [candidate(polynomial(3), draw.normal(3, dtype=torch.float64), step) for step in (0.5, 0.125)]

    def by_keyword() -> Any:
        return candidate(function=polynomial(4), x=draw.normal(4, dtype=torch.float64), step=0.25)

    def far() -> Any:
        """Where a nudge of 10⁻⁵ is lost in float32."""
        return candidate(lambda x: (x * x).sum(), draw.uniform(3, low=90.0, high=110.0))

    def others() -> Any:
        kinds = (torch.bfloat16, torch.int64)
        return [candidate(polynomial(3), draw.integers(3, low=-4, high=5, dtype=kind)) for kind in kinds]

    def mixed() -> Any:
        """The numbers work together: what one contributes depends on its neighbour."""
        return candidate(lambda x: (x[1:] * x[:-1]).sum() + x.prod(), draw.normal(5, dtype=torch.float64))

    def strided() -> Any:
        turned, repeated = draw.normal(4, 3).mT, draw.normal(4).expand(3, 4)
        return [_with_x(candidate, polynomial(3, 4), x) for x in (turned, repeated)]

    def written() -> Any:
        """The function writes into what it is handed."""
        inner = polynomial(2, 3)
        return _with_x(candidate, lambda x: inner(x.mul_(2).add_(1)), draw.normal(2, 3, dtype=torch.float64))

    def kept() -> Any:
        """The function keeps what it was handed: each number is nudged alone, both ways, by the step."""
        x, seen = draw.normal(3, dtype=torch.float64), []

        def function(x: Tensor) -> Tensor:
            seen.append(x)
            return x.sum()

        shown = _with_x(candidate, function, x, 0.25)
        points = {tuple(each.round(decimals=6).tolist()): each for each in seen if not torch.allclose(each, x)}
        return {**shown, "where it was asked": [points[place] for place in sorted(points)]}

    yield "the docstring's example", example, NUDGE
    yield "a matrix", lambda: candidate(polynomial(2, 3), draw.normal(2, 3, dtype=torch.float64)), NUDGE
    yield "a large step", wide, NUDGE
    yield "numbers that work together", mixed, NUDGE
    yield "a single number", lambda: candidate(polynomial(), draw.normal(dtype=torch.float64)), NUDGE
    yield "no numbers at all", lambda: _empty(candidate, draw)
    yield "by keyword", by_keyword
    yield "a function that gives a Python number", lambda: _plain(candidate, draw)
    yield "float32, far from zero", far, DOUBLE
    yield "bfloat16 and whole numbers", others, DOUBLE
    yield "what the function is handed", kept, DOUBLE
    yield "x is left alone", lambda: _with_x(candidate, polynomial(2, 3), draw.normal(2, 3)), ALONE
    yield "float64 is left alone", lambda: _double_alone(candidate, draw, polynomial(3)), ALONE
    yield "not contiguous, and repeated", strided, ALONE
    yield "a function that writes into what it gets", written, ALONE


def _empty(candidate: Any, draw: Draw) -> Any:
    """None, beside some."""
    return [candidate(lambda x: x.square().sum() + 3, draw.normal(rows, 3)) for rows in draw.shuffled([0, 1])]


def _plain(candidate: Any, draw: Draw) -> Any:
    return candidate(lambda x: float((x * x * x).sum()), draw.normal(3, dtype=torch.float64), 0.5)


def _double_alone(candidate: Any, draw: Draw, function: Callable[[Tensor], Tensor]) -> Any:
    return _with_x(candidate, function, draw.normal(3, dtype=torch.float64))


def _with_x(candidate: Any, function: Callable[[Tensor], Tensor], x: Tensor, *step: float) -> Any:
    return {RESULT: candidate(function, x, *step), AFTERWARDS: [x]}

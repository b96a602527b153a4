"""What `logistic_loss` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

LOSS = Idea("the mean of log(1 + exp(−label · score))", weight=3, point=True)
FAR = Idea("scores of a thousand", weight=2.5)
ANYTHING = Idea("on whatever knows the engine's operations", weight=1.5)

READY_MADE = [
    F.softplus, F.logsigmoid, F.soft_margin_loss, F.binary_cross_entropy_with_logits, F.binary_cross_entropy,
    torch.sigmoid, Tensor.sigmoid, torch.logaddexp, Tensor.logaddexp, torch.logsumexp, Tensor.logsumexp,
    torch.log1p, Tensor.log1p, Tensor.softmax, torch.softmax, F.softmax, F.log_softmax,
    nn.Softplus, nn.LogSigmoid, nn.SoftMarginLoss, nn.BCEWithLogitsLoss,
]  # fmt: skip


class Engine:
    """Knows +, −, ×, relu, exp, log, sum and mean, as a variable of the lesson does; no comparison, no abs, no max."""

    def __init__(self, value: Any) -> None:
        self.value: Any = value.value if isinstance(value, Engine) else value

    def __add__(self, other: Any) -> Engine:
        return Engine(self.value + Engine(other).value)

    def __mul__(self, other: Any) -> Engine:
        return Engine(self.value * Engine(other).value)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Engine:
        return Engine(-self.value)

    def __sub__(self, other: Any) -> Engine:
        return self + -Engine(other)

    def __rsub__(self, other: Any) -> Engine:
        return -self + other

    def __truediv__(self, number: float) -> Engine:
        return Engine(self.value / number)

    def relu(self) -> Engine:
        return Engine(self.value.relu())

    def exp(self) -> Engine:
        return Engine(self.value.exp())

    def log(self) -> Engine:
        return Engine(self.value.log())

    def sum(self) -> Engine:
        return Engine(self.value.sum())

    def mean(self) -> Engine:
        return Engine(self.value.mean())


@exercise(points=1, without=READY_MADE)
def logistic_loss(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A loss for two labels that stays finite."""

    def labels(*shape: int) -> Tensor:
        return draw.integers(*shape, high=2).float() * 2 - 1

    def example() -> Any:
        scores, wanted = (torch.tensor(pair, device=draw.device) for pair in ([0.0, 1000.0], [1.0, -1.0]))
        return {"example": candidate(scores, wanted), "another": candidate(draw.normal(2), labels(2))}

    def far() -> Any:
        """Right by far, wrong by far, and both."""
        scores, wanted = draw.uniform(6, low=500.0, high=1500.0) * labels(6), labels(6)
        return [candidate(scores, wanted), candidate(scores[:1], wanted[:1]), candidate(scores[:1], -wanted[:1])]

    def slopes() -> Any:
        scores, wanted = draw.normal(5) * 3, labels(5)
        return gradients(lambda x: candidate(x, wanted), scores, wrt=0)

    def far_slopes() -> Any:
        scores, wanted = draw.uniform(4, low=300.0, high=900.0) * labels(4), labels(4)
        return gradients(lambda x: candidate(x, wanted), scores, wrt=0)

    def slopes_at_zero() -> Any:
        """As of a network whose weights are still zero: relu stops the gradient there."""
        scores, wanted = torch.cat([draw.normal(2), torch.zeros(4, device=draw.device)]), labels(6)
        return gradients(lambda x: candidate(x, wanted), scores, wrt=0)

    def on_the_engine() -> Any:
        near, distant, wanted = draw.normal(4), draw.uniform(4, low=200.0, high=900.0) * labels(4), labels(4)
        return [candidate(Engine(scores), wanted).value for scores in (near, distant)]

    yield "the docstring's example", example
    yield "scores of order one", lambda: candidate(draw.normal(7), labels(7)), LOSS
    yield "one score", lambda: candidate(draw.normal(1), labels(1)), LOSS
    yield "scores of order ten", lambda: candidate(draw.normal(6) * 10, labels(6)), LOSS
    yield (
        "all labels alike",
        lambda: [candidate(draw.normal(4), sign * torch.ones(4, device=draw.device)) for sign in (1, -1)],
        LOSS,
    )
    yield "a column of scores", lambda: candidate(draw.normal(5, 1), labels(5, 1))
    yield "scores of a thousand", far, FAR
    yield "gradients", slopes
    yield "gradients at hundreds", far_slopes, FAR
    yield "gradients at zero", slopes_at_zero
    yield "something that is not a tensor", on_the_engine, ANYTHING
    yield "float64", lambda: candidate(draw.normal(5, dtype=torch.float64), labels(5).double())
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(4), labels(4))
    yield "by keyword", lambda: candidate(scores=draw.normal(4), labels=labels(4))

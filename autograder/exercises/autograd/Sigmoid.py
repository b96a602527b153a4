"""What `Sigmoid` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.autograd._shared import after_a_change, lifetime, next_use

SLOPE = Idea("one node: what arrives, times y · (1 − y)", weight=3, point=True)
VALUES = Idea("the values, for every shape and dtype", weight=1.5)
FAR = Idea("no NaN far from zero", weight=2)
TWICE = Idea("differentiable twice", weight=2.5)
CHANGES = Idea("changes in place are noticed or do no harm", weight=2.5)
MEMORY = Idea("memory is given back", weight=1)
ALONE = Idea("nothing is written into", weight=1)


@exercise(points=3, without=[torch.sigmoid, torch.Tensor.sigmoid, nn.functional.sigmoid, torch.special.expit])
def Sigmoid(candidate: Any, draw: Draw) -> Iterator[Step]:
    """An operation with a derivative of its own."""

    def there_and_back(x: Tensor) -> Any:
        return {"values": candidate.apply(x), "gradient": gradients(candidate.apply, x, wrt=0)}

    def example() -> Any:
        others, shown = draw.normal(2).tolist(), []
        for numbers in ([0.0, 100.0], others):
            x = torch.tensor(numbers, requires_grad=True, device=draw.device)
            shown.append(torch.autograd.grad(candidate.apply(x).sum(), x))
        return {"example": shown[0], "other numbers": shown[1]}

    yield "values", lambda: candidate.apply(draw.normal(3, 4)), VALUES
    yield "the docstring's example", example, SLOPE
    yield "one number", lambda: there_and_back(draw.normal()), SLOPE
    yield "a gradient", lambda: there_and_back(draw.normal(2, draw.integer(3, 7))), SLOPE
    yield "float64", lambda: there_and_back(draw.normal(3, dtype=torch.float64)), SLOPE
    yield "two on the way at once", lambda: _interleaved(candidate, draw), SLOPE
    yield "the node", lambda: _node(candidate, draw), SLOPE
    yield "bfloat16 and half precision", lambda: _halves(candidate, draw), VALUES
    yield "no rows, repeated rows, columns", lambda: _shapes(candidate, draw), VALUES
    yield "nobody needs a gradient", lambda: _unneeded(candidate, draw), VALUES
    yield "far from zero", lambda: there_and_back(_far(draw)), FAR
    yield "the second derivative", lambda: _second(candidate, draw), TWICE
    yield "a change in place before the way back", lambda: _changed(candidate, draw), CHANGES
    yield "a result that nobody holds", lambda: lifetime(candidate.apply, draw.normal(4).requires_grad_()), MEMORY
    yield "the input is left alone", lambda: with_arguments(candidate.apply, draw.normal(4)), ALONE
    yield "the gradient that arrives is left alone", lambda: _beside(candidate, draw), ALONE


def _far(draw: Draw) -> Tensor:
    """Far to both sides, and near, in an order that is drawn."""
    far = [sign * size for size in (30.0, 100.0, 1000.0, 1e30) for sign in (-1, 1)]
    near = draw.normal(4).tolist()
    return torch.tensor(draw.shuffled(far + near), device=draw.device)


def _interleaved(candidate: Any, draw: Draw) -> Any:
    """The second goes there before the first comes back."""
    first, second, v = draw.normal(3).requires_grad_(), draw.normal(3).requires_grad_(), draw.normal(3)
    results = [candidate.apply(first), candidate.apply(second)]
    return [torch.autograd.grad(result, x, v)[0] for result, x in zip(results, (first, second), strict=True)]


def _node(candidate: Any, draw: Draw) -> Any:
    """A Function's own node, and behind it the leaf."""
    y = candidate.apply(draw.normal(2).requires_grad_())
    kind = "a Function of yours" if isinstance(y.grad_fn, BackwardCFunction) else "an operation of torch"
    behind = [] if y.grad_fn is None else [type(node).__name__ for node, _ in y.grad_fn.next_functions if node]
    return {"result": y, "its node": kind, "what comes next": behind}


def _halves(candidate: Any, draw: Draw) -> Any:
    x = draw.normal(6)
    return [candidate.apply(x.to(kind)) for kind in (torch.bfloat16, torch.float16)]


def _shapes(candidate: Any, draw: Draw) -> Any:
    inputs = [draw.normal(0, draw.integer(2, 6)), draw.normal(3).expand(2, 3), draw.normal(3, 4).mT[::2]]
    return [gradients(lambda x: candidate.apply(x.expand(*x.shape)), x, wrt=0) for x in inputs]


def _unneeded(candidate: Any, draw: Draw) -> Any:
    y = candidate.apply(draw.normal(3))
    return {"result": y, "the next use of it": next_use(y)}


def _second(candidate: Any, draw: Draw) -> Any:
    x, u, v = draw.normal(4).requires_grad_(), draw.normal(4), draw.normal(4)
    (first,) = torch.autograd.grad((candidate.apply(x) ** 2 * u).sum(), x, create_graph=True)
    return {"first": first, "second": torch.autograd.grad((first * v).sum(), x)[0]}


def _beside(candidate: Any, draw: Draw) -> Any:
    """The gradient that arrives belongs to another branch, too."""
    x, v = draw.normal(4).requires_grad_(), draw.normal(4)
    (found,) = torch.autograd.grad(3 * x + candidate.apply(x), x, v)
    return {"gradient": found, "what arrived, afterwards": v}


def _changed(candidate: Any, draw: Draw) -> dict[str, Any]:
    start, factor, v = draw.normal(5).requires_grad_(), draw.normal(5), draw.normal(5)

    def gradient(between: Callable[..., None]) -> Tensor:
        x = start.clone()
        y = candidate.apply(x)
        between(x=x, y=y)
        return torch.autograd.grad(y, start, v)[0]

    return {
        "of the result": after_a_change(gradient, "y", factor),
        "of the input": after_a_change(gradient, "x", factor),
    }

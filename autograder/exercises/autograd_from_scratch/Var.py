"""What `Var` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd_from_scratch._shared import NO_AUTOGRAD, sent_back

EACH = Idea("each operation, there and back", weight=4, point=True)
BROADCAST = Idea("a gradient has the shape of its value", weight=2, point=True)
SHARED = Idea("what is used twice", weight=1.5)
CONSTANTS = Idea("numbers and plain tensors on both sides", weight=2)
CLEAN = Idea("nothing is written into, nothing is recorded by torch", weight=1)


@exercise(points=4, without=NO_AUTOGRAD)
def Var(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A variable that records what is done with it."""
    n, m, k = draw.sizes(3, 2, 6)
    go = _There(candidate)

    def example() -> Any:
        a, b = candidate(torch.tensor(3.0, device=draw.device)), candidate(torch.tensor(4.0, device=draw.device))
        result = (a * b + a).log()
        return {
            "example": go(result, a, b),
            "another": go.of(lambda x, y: (x * y + x).exp(), draw.normal(), draw.normal()),
        }

    def relu() -> Any:
        x = draw.normal(n, m)
        x[0, 0], x[1, 1] = 0.0, -0.0
        return go.of(lambda x: x.relu() * 3.0, x)

    def broadcast(operation: Callable[[Any, Any], Any]) -> list[Any]:
        shapes = draw.shuffled([((n, m), (m,)), ((n, 1), (n, m)), ((n, m), ()), ((1, m), (n, 1)), ((k, n, m), (n, 1))])
        return [go.of(operation, draw.normal(*one), draw.normal(*other)) for one, other in shapes]

    def numbers() -> Any:
        number, x = draw.normal().item(), draw.normal(n, m)
        return [go.of(lambda x, each=each: each(x, number), x) for each in _SIDES]

    def tensors() -> Any:
        """Plain tensors, also some that make the result larger than the variable."""
        x, row, column = draw.normal(m), draw.normal(m), draw.normal(n, 1)
        return [
            go.of(lambda x, each=each, other=other: each(x, other), x) for each in _SIDES for other in (row, column)
        ]

    def matrices() -> Any:
        x, left, right = draw.normal(n, m), draw.normal(k, n), draw.normal(m, k)
        return {"left": go.of(lambda x: left @ x, x), "right": go.of(lambda x: x @ right, x)}

    def twice() -> Any:
        x = draw.normal(n, n)
        return [go.of(each, x) for each in (lambda x: x * x, lambda x: x + x, lambda x: x @ x)]

    def shared() -> Any:
        return go.of(_softmax_like, draw.normal(n, m), draw.normal(m))

    def derived() -> Any:
        """What the class inherits: minus, a quotient, a mean."""
        return go.of(lambda x, y: (-x - y).mean() / 3 + (2.0 - x).sum(), draw.normal(n, m), draw.normal(m))

    def network() -> Any:
        shapes = (n, k), (k,), (k, m), (m,)
        return go.of(_network(draw.normal(5, n)), *(draw.normal(*shape) for shape in shapes))

    def doubles() -> Any:
        x = draw.uniform(n, m, low=0.5, high=2.0, dtype=torch.float64)
        return go.of(lambda x: ((x * 0.1 + 1).log() * x.exp()).relu().sum() + (x @ x.value.mT).sum(), x)

    yield "the docstring's example", example, EACH
    yield "+", lambda: go.of(lambda x, y: (x + y) * 2.5, draw.normal(n, m), draw.normal(n, m)), EACH
    yield "×", lambda: go.of(lambda x, y: x * y, draw.normal(n, m), draw.normal(n, m)), EACH
    yield "@", lambda: go.of(lambda x, y: (x @ y) * (x @ y), draw.normal(n, m), draw.normal(m, k)), EACH
    yield "relu, also at zero", relu, EACH
    yield "sum", lambda: go.of(lambda x: x.sum() * 2.5, draw.normal(n, m)), EACH
    yield "log", lambda: go.of(lambda x: x.log(), draw.uniform(n, m, low=0.2, high=3.0)), EACH
    yield "exp", lambda: go.of(lambda x: x.exp(), draw.normal(n, m)), EACH
    yield "over one edge, any gradient", lambda: _edges(candidate, draw), EACH
    yield "+ broadcasts", lambda: broadcast(lambda x, y: (x + y).exp()), BROADCAST
    yield "× broadcasts", lambda: broadcast(lambda x, y: x * y), BROADCAST
    yield "one variable twice", twice, SHARED
    yield "an intermediate result twice", shared, SHARED
    yield "numbers on both sides", numbers, CONSTANTS
    yield "plain tensors on both sides", tensors, CONSTANTS
    yield "plain matrices on both sides of @", matrices, CONSTANTS
    yield "minus, a quotient, a mean", derived
    yield "a small network", network
    yield "float64", doubles
    yield "bfloat16", lambda: go.of(lambda x: (x.relu() * 2.0).sum(), draw.normal(n, m, dtype=torch.bfloat16))
    yield "no rows", lambda: _empty(go, draw, m)
    yield "what it was made from is left alone", lambda: _alone(candidate, draw), CLEAN
    yield "the gradient is left alone", lambda: _grads_alone(candidate, draw), CLEAN
    yield "variables that go by", lambda: _interleaved(go, draw, candidate), CLEAN


_SIDES: list[Callable[[Any, Any], Any]] = [
    lambda x, other: x + other,
    lambda x, other: other + x,
    lambda x, other: x * other,
    lambda x, other: other * x,
    lambda x, other: other - x * 2,
]


class _There:
    """Computes with variables of the candidate's class, sends ones back, and tells values and gradients."""

    def __init__(self, candidate: Any) -> None:
        self.candidate = candidate

    def of(self, function: Callable[..., Any], *tensors: Tensor) -> dict[str, Any]:
        leaves = [self.candidate(item.clone()) for item in tensors]
        return self(function(*leaves), *leaves)

    def __call__(self, result: Any, *leaves: Any) -> dict[str, Any]:
        return {"value": result.value, "gradients": sent_back(result, leaves)}


def _softmax_like(x: Any, y: Any) -> Any:
    """Intermediate results that are used again, over ways of different length."""
    e = (x * y).exp()
    return (e * e.sum().log() + e * x).sum()


def _network(x: Tensor) -> Callable[..., Any]:
    def loss(w: Any, b: Any, v: Any, c: Any) -> Any:
        out = (x @ w + b).relu() @ v + c
        return (out * out).mean()

    return loss


def _edges(candidate: Any, draw: Draw) -> Any:
    """A gradient that is not one everywhere, and not of one sign."""
    found = []
    for name in draw.shuffled(["relu", "exp", "log", "sum"]):
        leaf = candidate(draw.uniform(2, 3, low=0.3, high=2.0))
        made = getattr(leaf, name)()
        weights = draw.normal(*made.value.shape)
        found.append(sent_back(made * weights, [leaf]))
    return found


def _empty(go: _There, draw: Draw, m: int) -> Any:
    """None, beside some."""
    weight = draw.normal(m, 2)
    return [
        go.of(lambda x, w: ((x @ w).relu() + 1).sum(), draw.normal(rows, m), weight) for rows in draw.shuffled([0, 1])
    ]


def _alone(candidate: Any, draw: Draw) -> Any:
    x, y = draw.normal(3, 3), draw.uniform(3, 3, low=0.5, high=1.5)
    a, b = candidate(x), candidate(y)
    made = [a + b, a * b, a @ b, a.relu(), a.sum(), b.log(), a.exp()]
    grads = [sent_back(one, [a, b]) for one in made]
    values = [one.value for one in made]
    watched = [values, grads]
    nodes = [type((one.value * 1.0).grad_fn).__name__ for one in made]
    return {"values and gradients": watched, "afterwards": [x, y], "what torch has recorded": nodes}


def _grads_alone(candidate: Any, draw: Draw) -> Any:
    """What is handed to the functions on the edges, afterwards."""
    a, b = candidate(draw.normal(2, 2)), candidate(draw.uniform(2, 2, low=0.5, high=1.5))
    afterwards, back = [], []
    for made in (a + b, a * b, a @ b, a.relu(), b.log(), a.exp()):
        grad = draw.normal(2, 2)
        back.append([function(grad) for source, function in made.edges if source in (a, b)])
        afterwards.append(grad)
    return {"what comes back": back, "the gradients afterwards": afterwards}


def _interleaved(go: _There, draw: Draw, candidate: Any) -> Any:
    """Several results of the same variables; each way back is asked for when all of them are there, one twice."""
    a, b = candidate(draw.normal(3)), candidate(draw.uniform(3, low=0.5, high=1.5))
    results = [(a * b).sum(), (a + b).exp(), (b.log() * a).relu()]
    return [go(result, a, b) for result in (*results, results[0])]

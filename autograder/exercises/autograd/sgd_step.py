"""What `sgd_step` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.autograd._shared import next_use

DOWNHILL = Idea("each weight itself, minus rate times gradient", weight=3, point=True)
NO_GRADIENT = Idea("a weight without a gradient stays", weight=1.5)
LATE = Idea("a backward pass that comes too late is refused", weight=3)
KEPT = Idea("the gradients stay", weight=1.5)
LEARN = Idea("the weights learn on", weight=2)
MODES = Idea("recording is as it was", weight=1)


@exercise(points=2, without=[torch.optim.SGD])
def sgd_step(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One step downhill, in place, unseen by the graph but not by its version counters."""

    def weights(*shapes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> list[Tensor]:
        made = [draw.normal(*shape, dtype=dtype).requires_grad_() for shape in shapes]
        for item in made:
            item.grad = draw.normal(*item.shape, dtype=dtype)
        return made

    def rate() -> float:
        return draw.integer(5, 60) / 100

    def stepped(made: list[Tensor]) -> Any:
        candidate(made, rate())
        return made

    def example() -> Any:
        w = torch.tensor([1.0, 2.0], requires_grad=True, device=draw.device)
        w.square().sum().backward()
        others, other = weights((2,)), rate()
        returned = [candidate([w], 0.25), candidate(parameters=others, rate=other)]
        return {"example": w, "other numbers": others[0], "returned": returned}

    yield "the docstring's example", example, DOWNHILL
    yield "one weight", lambda: stepped(weights((3,))), DOWNHILL
    yield "three weights, one of them a number", lambda: stepped(weights((2, 3), (), (4,))), DOWNHILL
    yield "other rates, zero among them", lambda: _rates(candidate, draw, weights((3,), (2,), (4,))), DOWNHILL
    yield "float64", lambda: stepped(weights((3, 2), dtype=torch.float64)), DOWNHILL
    yield "whoever holds the weight", lambda: _in_place(candidate, rate(), weights((3, 4))[0]), DOWNHILL
    yield "a transposed weight", lambda: _transposed(candidate, draw, rate()), DOWNHILL
    yield "the parameters of a layer, a generator", lambda: _generator(candidate, draw, rate()), DOWNHILL
    yield (
        "weights without a gradient",
        lambda: _graphless(candidate, draw, rate(), weights((3,), (3,), (3,), (3,))),
        NO_GRADIENT,
    )
    yield "two steps with one gradient", lambda: _twice(candidate, rate(), weights((3,), (2, 2))), KEPT
    yield "the old weights in a loss", lambda: _late(candidate, draw, rate(), weights((4,))[0]), LATE
    yield "the next loss", lambda: _afterwards(candidate, draw, rate(), weights((3,), (3,))), LEARN
    yield "inside and outside of no_grad", lambda: _modes(candidate, draw, rate(), weights((3,), (3,))), MODES


def _rates(candidate: Any, draw: Draw, made: list[Tensor]) -> Any:
    rates = draw.shuffled([0.0, 1.0, draw.integer(2, 9) / 2])
    for weight, rate in zip(made, rates, strict=True):
        candidate([weight], rate)
    return made


def _in_place(candidate: Any, rate: float, weight: Tensor) -> Any:
    view, place = weight.detach()[1], weight.data_ptr()
    candidate([weight], rate)
    same = weight.data_ptr() == place
    return {"weight": weight, "a view that somebody holds": view, "memory": "the same" if same else "another"}


def _transposed(candidate: Any, draw: Draw, rate: float) -> Any:
    weight = draw.normal(4, 3).mT.requires_grad_()
    weight.grad = draw.normal(3, 4)
    candidate([weight], rate)
    return weight


def _generator(candidate: Any, draw: Draw, rate: float) -> Any:
    layer, data = draw.fill_(nn.Linear(4, 3)), draw.normal(2, 4)
    layer(data).square().sum().backward()
    candidate(layer.parameters(), rate)
    return dict(layer.state_dict())


def _graphless(candidate: Any, draw: Draw, rate: float, made: list[Tensor]) -> Any:
    """The first or second has none, and one behind it has zeros; of those behind at least one takes a step."""
    without = draw.integer(0, 2)
    made[without].grad = None
    made[draw.integer(without + 1, len(made))].grad = torch.zeros_like(made[-1])
    candidate(made, rate)
    return made


def _late(candidate: Any, draw: Draw, rate: float, weight: Tensor) -> Any:
    """The loss was computed with the weights of before: its way back has to be refused."""
    loss = (weight * weight * draw.normal(4)).sum()
    candidate([weight], rate)
    try:
        (found,) = torch.autograd.grad(loss, weight)
    except RuntimeError:
        return {"weight": weight, "a gradient through the old weights": "refused"}
    return {"weight": weight, "a gradient through the old weights": found}


def _afterwards(candidate: Any, draw: Draw, rate: float, made: list[Tensor]) -> Any:
    """Every weight is still a leaf, and learns from the next loss."""
    factor = draw.normal(3)
    candidate(made, rate)
    for weight in made:
        weight.grad = None
    loss = sum((weight.square() * factor).sum() for weight in made)
    if isinstance(loss, Tensor) and loss.requires_grad:
        loss.backward()
    return {"new gradients": [weight.grad for weight in made], "leaves": [weight.is_leaf for weight in made]}


def _modes(candidate: Any, draw: Draw, rate: float, made: list[Tensor]) -> Any:
    """Whether gradients are recorded is the caller's decision, before and after."""
    recorded = []
    try:
        for weight, mode in zip(made, draw.shuffled([True, False]), strict=True):
            torch.set_grad_enabled(mode)
            candidate([weight], rate)
            recorded.append(next_use(weight))
    finally:
        torch.set_grad_enabled(True)
    return {"weights": made, "the next use, afterwards": recorded}


def _twice(candidate: Any, rate: float, made: list[Tensor]) -> Any:
    candidate(made, rate)
    candidate(made, rate)
    return made

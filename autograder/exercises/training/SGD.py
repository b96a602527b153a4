"""What `SGD` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.training import _shared as shared

MOMENTUM = Idea("the velocity remembers, and the weight moves along it", weight=3, point=True)
GROUPS = Idea("each group has its own settings, as they are now", weight=2)
NONE = Idea("a weight without a gradient waits", weight=1.5)
STATE = Idea("the velocities belong to the weights, and to the checkpoint", weight=2)
PLACE = Idea("weights change in place, gradients stay", weight=1.5)


@exercise(points=2, without=[torch.optim.SGD, "torch.optim.sgd:sgd"])
def SGD(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Steps with momentum, one by one."""
    rate, momentum = draw.integer(5, 40) / 100, draw.integer(3, 10) / 10 - 0.05

    def steps(count: int, dtype: torch.dtype = torch.float64, **options: Any) -> Any:
        leaves, course = shared.weights(draw, dtype), shared.slopes(draw, count, dtype)
        return shared.walk(candidate(leaves, **options), leaves, course)

    both: dict[str, Any] = {"lr": rate, "momentum": momentum}
    yield "the docstring's example", lambda: _example(candidate, draw, rate), MOMENTUM
    yield "one step", lambda: steps(1, **both), MOMENTUM
    yield "three steps", lambda: steps(3, **both), MOMENTUM
    yield "without momentum", lambda: steps(3, lr=rate), MOMENTUM
    yield "a momentum above a half, float32", lambda: steps(3, torch.float32, lr=rate, momentum=0.9), MOMENTUM
    yield (
        "a rate that changes, zero for once",
        lambda: shared.changing(candidate, draw, [rate, 0.0, 2 * rate], momentum=momentum),
        GROUPS,
    )
    yield "two groups", lambda: _groups(candidate, draw, rate, momentum), GROUPS
    yield "gradients that are missing", lambda: shared.gaps(candidate, draw, **both), NONE
    yield "two optimizers in turn", lambda: shared.two_at_once(candidate, draw, **both), STATE
    yield "taken up from a state_dict", lambda: shared.taken_up(candidate, draw, **both), STATE
    yield "who holds a weight, and its gradient", lambda: shared.left_alone(candidate, draw, **both), PLACE


def _example(candidate: Any, draw: Draw, rate: float) -> Any:
    """The docstring's numbers, and others."""
    shown = []
    for start, slope, lr in [(1.0, 1.0, 0.1), (draw.normal().item(), draw.normal().item(), rate)]:
        w = torch.tensor([start], requires_grad=True, device=draw.device)
        optimizer = candidate(params=[w], lr=lr, momentum=0.5)
        shown.append(shared.walk(optimizer, [w], [[torch.tensor([slope], device=draw.device)]] * 2))
    return {"example": shown[0], "other numbers": shown[1]}


def _groups(candidate: Any, draw: Draw, rate: float, momentum: float) -> Any:
    """What a group does not say comes from the arguments."""
    leaves, course = shared.weights(draw), shared.slopes(draw, 3)
    groups = draw.shuffled([{"params": leaves[:2], "lr": 2 * rate}, {"params": leaves[2:], "momentum": momentum / 2}])
    return shared.walk(candidate(groups, lr=rate, momentum=momentum), leaves, course)

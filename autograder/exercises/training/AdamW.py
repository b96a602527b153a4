"""What `AdamW` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.exercises.training import _shared as shared

STEP = Idea("mean over root of mean square, both corrected", weight=3, point=True)
DECAY = Idea("the decay stands apart from the gradient", weight=2.5, point=True)
GROUPS = Idea("each group has its own settings, as they are now", weight=1.5)
NONE = Idea("a weight without a gradient waits, and so does its count", weight=1.5)
STATE = Idea("the state belongs to the weights, and to the checkpoint", weight=1.5)
PLACE = Idea("weights change in place, gradients stay", weight=1)


@exercise(points=3, without=[
    torch.optim.AdamW, torch.optim.Adam, torch.optim.NAdam, torch.optim.RAdam, torch.optim.Adamax,
    "torch.optim.adam:adam", "torch.optim.adamw:adamw",
])  # fmt: skip
def AdamW(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Steps of AdamW, one by one."""
    rate = draw.integer(5, 40) / 100

    def steps(count: int, dtype: torch.dtype = torch.float64, scale: float = 1.0, **options: Any) -> Any:
        leaves, course = shared.weights(draw, dtype), shared.slopes(draw, count, dtype, scale)
        return shared.walk(candidate(leaves, **options), leaves, course)

    plain: dict[str, Any] = {"lr": rate, "weight_decay": 0.0}
    all_of_it: dict[str, Any] = {"lr": rate, "betas": (0.6, 0.8), "eps": 0.1, "weight_decay": 0.3}
    yield "the docstring's example", lambda: _example(candidate, draw, rate), STEP
    yield "one step", lambda: steps(1, **plain), STEP
    yield "four steps", lambda: steps(4, **plain), STEP
    yield "other betas", lambda: steps(4, betas=(0.5, 0.4), **plain), STEP
    yield "a first beta of zero", lambda: steps(3, betas=(0.0, 0.9), **plain), STEP
    yield "a large eps", lambda: steps(3, eps=draw.integer(2, 9) / 10, **plain), STEP
    yield "tiny gradients", lambda: steps(3, scale=1e-6, eps=1e-8, **plain), STEP
    yield "float32", lambda: steps(3, torch.float32, **all_of_it), STEP
    yield "weight decay", lambda: steps(3, lr=rate, weight_decay=draw.integer(2, 9) / 10), DECAY
    yield "gradients of zero still decay", lambda: steps(2, scale=0.0, lr=rate, weight_decay=0.5), DECAY
    yield "as it comes, without settings", lambda: steps(3), DECAY
    yield (
        "a rate that changes, zero for once",
        lambda: shared.changing(candidate, draw, [rate, 0.0, 2 * rate], weight_decay=0.3),
        GROUPS,
    )
    yield "two groups, one without decay", lambda: _groups(candidate, draw, rate), GROUPS
    yield "gradients that are missing", lambda: shared.gaps(candidate, draw, **all_of_it), NONE
    yield "two optimizers in turn", lambda: shared.two_at_once(candidate, draw, **all_of_it), STATE
    yield "taken up from a state_dict", lambda: shared.taken_up(candidate, draw, **all_of_it), STATE
    yield "who holds a weight, and its gradient", lambda: shared.left_alone(candidate, draw, **all_of_it), PLACE


def _example(candidate: Any, draw: Draw, rate: float) -> Any:
    """The docstring's numbers, and others."""
    shown = []
    for start, slope, lr, decay in [(1.0, 4.0, 0.1, 0.0), (draw.normal().item(), draw.normal().item(), rate, 0.5)]:
        w = torch.tensor([start], requires_grad=True, device=draw.device)
        optimizer = candidate(params=[w], lr=lr, weight_decay=decay)
        shown.append(shared.walk(optimizer, [w], [[torch.tensor([slope], device=draw.device)]]))
    return {"example": shown[0], "other numbers": shown[1]}


def _groups(candidate: Any, draw: Draw, rate: float) -> Any:
    """What a group does not say comes from the arguments."""
    leaves, course = shared.weights(draw), shared.slopes(draw, 3)
    groups = draw.shuffled([
        {"params": leaves[:2], "lr": 2 * rate, "betas": (0.5, 0.75)},
        {"params": leaves[2:], "weight_decay": 0.0, "eps": 0.5},
    ])  # fmt: skip
    return shared.walk(candidate(groups, lr=rate, weight_decay=0.4), leaves, course)

"""What several experiments of this topic share: weights, the gradients of some steps, and a walk along them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from autograder.engine.draw import Draw

SHAPES = ((3,), (2, 2), ())
Line = list[Tensor | None]


def weights(draw: Draw, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Three leaves, one of them a single number."""
    return [draw.normal(*shape, dtype=dtype).requires_grad_() for shape in SHAPES]


def slopes(draw: Draw, steps: int, dtype: torch.dtype = torch.float64, scale: float = 1.0) -> list[Line]:
    """For each step a gradient for each of the three."""
    return [[scale * draw.normal(*shape, dtype=dtype) for shape in SHAPES] for _ in range(steps)]


def walk(optimizer: Optimizer, leaves: Sequence[Tensor], course: Sequence[Line]) -> list[list[Tensor]]:
    """The weights after each step."""
    seen = []
    for line in course:
        for leaf, slope in zip(leaves, line, strict=True):
            leaf.grad = None if slope is None else slope.clone()
        optimizer.step()
        seen.append([leaf.detach().clone() for leaf in leaves])
    return seen


def gaps(make: Callable[..., Optimizer], draw: Draw, **options: Any) -> Any:
    """Four steps in which gradients are missing."""
    leaves, course = weights(draw), _gaps(draw, slopes(draw, 4))
    return walk(make(leaves, **options), leaves, course)


def _gaps(draw: Draw, course: list[Line]) -> list[Line]:
    """The same gradients, of which one weight has none at the first step, and another none at a later one."""
    first, second, _ = draw.shuffled(range(len(SHAPES)))
    later = draw.integer(1, len(course) - 1)
    for step, which in ((0, first), (later, second)):
        course[step][which] = None
    return course


def changing(make: Callable[..., Optimizer], draw: Draw, rates: Sequence[float], **options: Any) -> Any:
    """Whoever makes a schedule writes another rate into the groups between two steps."""
    leaves, course = weights(draw), slopes(draw, len(rates))
    optimizer = make(leaves, lr=rates[0], **options)
    seen = []
    for rate, line in zip(rates, course, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        seen += walk(optimizer, leaves, [line])
    return seen


def taken_up(make: Callable[..., Optimizer], draw: Draw, **options: Any) -> dict[str, Any]:
    """A second optimizer goes on with the `state_dict` of a first, over copies of its weights."""
    leaves, course = weights(draw), slopes(draw, 5)
    first = make(leaves, **options)
    before = walk(first, leaves, course[:3])
    copies = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    second = make(copies, **options)
    second.load_state_dict(first.state_dict())
    return {"before": before[-1], "goes on": walk(second, copies, course[3:])}


def two_at_once(make: Callable[..., Optimizer], draw: Draw, **options: Any) -> Any:
    """Two optimizers, step by step in turn: neither knows of the other."""
    pairs = [(weights(draw), slopes(draw, 2)) for _ in range(2)]
    made = [make(leaves, **options) for leaves, _ in pairs]
    return [
        walk(each, leaves, [course[step]])
        for step in range(2)
        for each, (leaves, course) in zip(made, pairs, strict=True)
    ]


def left_alone(make: Callable[..., Optimizer], draw: Draw, **options: Any) -> dict[str, Any]:
    """Two steps with one and the same gradient tensors, filled anew in between; who holds a weight sees it."""
    leaves, course = weights(draw), slopes(draw, 2)
    views, places = [leaf.detach() for leaf in leaves], [leaf.data_ptr() for leaf in leaves]
    optimizer, kept = make(leaves, **options), []
    for leaf in leaves:
        leaf.grad = torch.zeros_like(leaf)
    for line in course:
        for leaf, slope in zip(leaves, line, strict=True):
            assert leaf.grad is not None
            assert slope is not None
            leaf.grad.copy_(slope)  # as backward does where a gradient is kept and set to zero
        optimizer.step()
        kept.append([leaf.grad.clone() for leaf in leaves if leaf.grad is not None])
    same = [leaf.data_ptr() == place for leaf, place in zip(leaves, places, strict=True)]
    return {
        "what others hold": views,
        "gradients afterwards": kept,
        "memory": ["the same" if one else "another" for one in same],
        "leaves": [leaf.is_leaf and leaf.requires_grad for leaf in leaves],
    }

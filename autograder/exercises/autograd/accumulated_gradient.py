"""What `accumulated_gradient` must show."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

MEAN = Idea("one step for a group, along the mean of its gradients", weight=3, point=True)
REST = Idea("a smaller group at the end", weight=3.5)
CLEAN = Idea("nothing from before counts, nothing is left", weight=2)
MEMORY = Idea("one graph at a time", weight=2, point=True)
OPTIMIZERS = Idea("any optimizer, any dtype", weight=1.5)


@exercise(points=2)
def accumulated_gradient(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One step for several batches: the mended loop."""
    every, groups = draw.integer(2, 4), draw.integer(2, 4)

    def learn(batches: int, every: int, dtype: torch.dtype = torch.float32, **options: Any) -> dict[str, Any]:
        """Weights afterwards, and what is said and done on the way."""
        w, data = draw.normal(3, dtype=dtype).requires_grad_(), _data(draw, batches, dtype)
        optimizer = torch.optim.SGD([w], lr=0.1, **options)
        steps = _steps_of(optimizer)
        losses = candidate(lambda batch: (batch[0] @ w - batch[1]).square().mean(), data, optimizer, every)
        return {"losses": losses, "weights": w, "steps": len(steps)}

    yield "the docstring's example", lambda: _example(candidate, draw), MEAN
    yield "one batch", lambda: learn(1, 1), MEAN
    yield "a step for each batch", lambda: learn(groups, 1), MEAN
    yield "whole groups", lambda: learn(groups * every, every), MEAN
    yield "one batch is left over", lambda: learn(groups * 3 + 1, 3), REST
    yield "two batches are left over", lambda: learn(3 * groups + 2, 3), REST
    yield "fewer batches than a group takes", lambda: learn(every, every + 2), REST
    yield "gradients from before do not count", lambda: _clean(candidate, draw, every), CLEAN
    yield "one graph at a time", lambda: _graphs_alive(candidate, draw, every), MEMORY
    yield "an optimizer with a memory", lambda: learn(2 * every, every, momentum=0.9, weight_decay=0.1), OPTIMIZERS
    yield "two groups of parameters", lambda: _groups(candidate, draw, every), OPTIMIZERS
    yield "parameters that take no part", lambda: _idle(candidate, draw, every), OPTIMIZERS
    yield "float64", lambda: learn(2 * every, every, dtype=torch.float64), OPTIMIZERS


def _data(draw: Draw, batches: int, dtype: torch.dtype = torch.float32) -> tuple[tuple[Tensor, Tensor], ...]:
    return tuple((draw.normal(2, 3, dtype=dtype), draw.normal(2, dtype=dtype)) for _ in range(batches))


def _steps_of(optimizer: torch.optim.Optimizer) -> list[int]:
    steps: list[int] = []
    optimizer.register_step_post_hook(lambda *_: steps.append(1))
    return steps


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    shown = []
    others = (draw.normal().item(), draw.normal(2).tolist(), 0.25)
    for start, numbers, rate in [(0.0, [1.0, 3.0], 0.5), others]:
        w = torch.tensor(start, requires_grad=True, device=draw.device)
        optimizer = torch.optim.SGD([w], lr=rate)
        losses = candidate(lambda number, w=w: (w - number) ** 2, numbers, optimizer, every=2)
        shown.append([losses, w.item()])
    return {"example": shown[0], "other numbers": shown[1]}


def _clean(candidate: Any, draw: Draw, every: int) -> Any:
    w, data = draw.normal(3).requires_grad_(), _data(draw, 2 * every)
    w.grad = draw.normal(3)
    optimizer = torch.optim.SGD([w], lr=0.1)
    losses = candidate(lambda batch: (batch[0] @ w - batch[1]).square().mean(), data, optimizer, every)
    left = torch.zeros_like(w) if w.grad is None else w.grad
    return {"losses": losses, "weights": w, "left in .grad": left}


def _groups(candidate: Any, draw: Draw, every: int) -> Any:
    first, second = (draw.normal(3).requires_grad_() for _ in range(2))
    data = _data(draw, 2 * every)
    groups = [{"params": [first], "lr": 0.2}, {"params": [second], "lr": 0.05}]
    optimizer = torch.optim.SGD(groups, lr=0.1, weight_decay=0.1)
    losses = candidate(lambda one: (one[0] @ (first * second) - one[1]).square().mean(), data, optimizer, every)
    return {"losses": losses, "weights": [first, second]}


def _idle(candidate: Any, draw: Draw, every: int) -> Any:
    """One that the loss does not use, and a frozen one: neither ever has a gradient."""
    w, unused, frozen = draw.normal(3).requires_grad_(), draw.normal(2).requires_grad_(), draw.normal(2)
    data, optimizer = _data(draw, 2 * every), torch.optim.SGD([unused, w, frozen], lr=0.1)
    losses = candidate(lambda one: (one[0] @ w - one[1]).square().mean(), data, optimizer, every)
    return {"losses": losses, "weights": [w, unused, frozen]}


class Token:
    """Stands for a saved tensor; can be counted while it lives."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor.detach()


def _graphs_alive(candidate: Any, draw: Draw, every: int) -> dict[str, Any]:
    """How many tensors older graphs still hold when the next batch begins."""
    w, alive = draw.normal(4).requires_grad_(), weakref.WeakSet()  # type: ignore[var-annotated]
    held = []

    def pack(tensor: Tensor) -> Token:
        alive.add(token := Token(tensor))
        return token

    def loss_of(batch: Tensor) -> Tensor:
        held.append(len(alive))
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda token: token.tensor):
            return (batch @ w).exp().mean()

    data = [draw.normal(3, 4) for _ in range(2 * every)]
    losses = candidate(loss_of, data, torch.optim.SGD([w], lr=0.1), every)
    return {"losses": losses, "weights": w, "tensors held when a batch begins": held}

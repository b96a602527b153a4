"""What `accumulated_gradient` must show."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=2)
def accumulated_gradient(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One step for several batches: the mended loop."""

    def learn(
        batches: int, every: int, dtype: torch.dtype = torch.float32, stale: bool = False, **options: Any
    ) -> dict[str, Any]:
        w = draw.normal(4, dtype=dtype).requires_grad_()
        data = [(draw.normal(3, 4, dtype=dtype), draw.normal(3, dtype=dtype)) for _ in range(batches)]
        if stale:
            w.grad = torch.full_like(w, 5)
        steps: list[int] = []
        optimizer = torch.optim.SGD([w], lr=0.1, **options)
        optimizer.register_step_post_hook(lambda *_: steps.append(1))
        losses = candidate(lambda batch: (batch[0] @ w - batch[1]).square().mean(), data, optimizer, every)
        left = 0.0 if w.grad is None else float(w.grad.abs().sum())
        return {"losses": losses, "weights": w, "steps": len(steps), "left in .grad": left}

    yield "six batches, two a step", lambda: learn(6, 2)
    yield "a step for each batch", lambda: learn(3, 1)
    yield "seven batches, three a step: one is left over", lambda: learn(7, 3)
    yield "five batches, three a step: two are left over", lambda: learn(5, 3)
    yield "fewer batches than a step takes", lambda: learn(2, 4)
    yield "one batch", lambda: learn(1, 1)
    yield "an optimizer with a memory", lambda: learn(6, 3, momentum=0.9)
    yield "float64", lambda: learn(4, 2, dtype=torch.float64)
    yield "gradients from before do not count", lambda: learn(4, 2, stale=True)
    yield "one graph at a time", lambda: _graphs_alive(candidate, draw)


class Token:
    """Stands for a saved tensor; can be counted while it lives."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor.detach()


def _graphs_alive(candidate: Any, draw: Draw) -> dict[str, Any]:
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

    losses = candidate(loss_of, [draw.normal(3, 4) for _ in range(4)], torch.optim.SGD([w], lr=0.1), 4)
    return {"losses": losses, "weights": w, "tensors held when a batch begins": held}

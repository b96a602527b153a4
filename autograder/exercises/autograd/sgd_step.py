"""What `sgd_step` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise


@exercise(points=2, without=[torch.optim.SGD])
def sgd_step(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One step downhill, in place, unseen by the graph but not by its version counters."""

    def weights(*shapes: tuple[int, ...], dtype: torch.dtype = torch.float32) -> list[Tensor]:
        made = [draw.normal(*shape, dtype=dtype).requires_grad_() for shape in shapes]
        for item in made:
            item.grad = draw.normal(*item.shape, dtype=dtype)
        return made

    def stepped(made: list[Tensor], rate: float) -> Any:
        returned = candidate(made, rate)
        leaves = [item.is_leaf and item.requires_grad for item in made]
        return {"weights": made, "still leaves that learn": leaves, "returned": returned}

    def graphless() -> Any:
        made = weights((3,), (2, 2), (4,))
        made[1].grad = None
        made[2].grad = torch.zeros_like(made[2])
        return stepped(made, 0.5)

    def in_place() -> Any:
        (w,) = weights((3, 4))
        view, place = w.detach()[1], w.data_ptr()
        candidate([w], 0.25)
        return {"weight": w, "a view that somebody holds": view, "the same memory": w.data_ptr() == place}

    def generator() -> Any:
        layer = draw.fill_(nn.Linear(4, 3))
        layer(draw.normal(2, 4)).square().sum().backward()
        candidate(layer.parameters(), 0.1)
        return dict(layer.state_dict())

    def late() -> Any:
        """The loss was computed with the weights of before: its way back has to be refused."""
        (w,) = weights((4,))
        loss = (w * w * draw.normal(4)).sum()
        candidate([w], 0.5)
        try:
            (found,) = torch.autograd.grad(loss, w)
        except RuntimeError:
            return {"weight": w, "a gradient through the old weights": "refused"}
        return {"weight": w, "a gradient through the old weights": found}

    def modes() -> Any:
        w = weights((3,))
        try:
            candidate(w, 0.5)
            return {"weights": w, "gradients are recorded afterwards": torch.is_grad_enabled()}
        finally:
            torch.set_grad_enabled(True)

    def kept() -> Any:
        made = weights((3,), (2, 2))
        candidate(made, 0.5)
        candidate(made, 0.5)
        return {"after two steps": made}

    yield "one weight", lambda: stepped(weights((3,)), 0.1)
    yield "three weights, one of them a number", lambda: stepped(weights((2, 3), (3,), ()), 0.5)
    yield "a weight without a gradient", graphless
    yield "float64", lambda: stepped(weights((3, 2), dtype=torch.float64), 0.01)
    yield "in place", in_place
    yield "the parameters of a layer", generator
    yield "the gradients stay for whoever comes next", kept
    yield "a backward pass that comes too late", late
    yield "gradients are on again afterwards", modes

"""What several experiments of this topic share."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.engine.probes import refusal

FUNCTIONAL = torch.autograd.functional

READY_MADE = [
    torch.func.vjp, torch.func.jvp, torch.func.grad, torch.func.jacrev, torch.func.jacfwd, torch.func.hessian,
    FUNCTIONAL.vjp, FUNCTIONAL.jvp, FUNCTIONAL.jacobian, FUNCTIONAL.hessian, FUNCTIONAL.hvp, FUNCTIONAL.vhp,
]  # fmt: skip


def but_for(good: bool, function: Callable[..., Any], *arguments: Any) -> object:
    """What comes back: of a good call whatever it is, errors too; of another, whether it is refused."""
    return function(*arguments) if good else refusal(RuntimeError, function, *arguments)


def learning(tensor: Tensor) -> Tensor:
    """A leaf with a gradient from before: seven everywhere."""
    tensor.requires_grad_().grad = torch.full_like(tensor, 7)
    return tensor


def next_use(tensor: Tensor) -> str:
    """What autograd notes when somebody goes on with `tensor`: the name of a node. It tells more than a yes or no."""
    node = (2 * tensor).grad_fn
    return "nothing is recorded" if node is None else type(node).__name__


def left_on(*tensors: Tensor) -> dict[str, Any]:
    """What a call left on leaves and plain tensors that it was given."""
    return {
        "the next use of each": [next_use(item) for item in tensors],
        "the .grad of each": [item.grad for item in tensors],
    }


def after_a_change(gradient: Callable[[Callable[..., None]], Tensor], which: str, factor: Tensor) -> dict[str, Tensor]:
    """A gradient, and what becomes of it when somebody writes into a tensor before the way back.

    A refusal is right, and so is the same gradient: both show as the gradient itself.

    Args:
        gradient: runs there and back; between the two it hands the tensors to what it is given, by their names.
        which: the name of the tensor that is written into.
        factor: what it is multiplied by.
    """

    def change(**tensors: Tensor) -> None:
        with torch.no_grad():
            tensors[which].mul_(factor)

    right = gradient(lambda **_: None)
    try:
        found = gradient(change)
    except RuntimeError:
        found = right
    return {"left alone": right, "changed, unless that is refused": found}


def lifetime(apply: Callable[..., Tensor], *inputs: Tensor) -> dict[str, Any]:
    """Whether a result that nobody holds is gone at once: a circle of references would keep it."""
    gc.disable()
    try:
        result = apply(*inputs)
        values, watch = result.detach().clone(), weakref.ref(result)
        del result
        return {"result": values, "once nobody holds it": "gone" if watch() is None else "kept by a circle"}
    finally:
        gc.enable()

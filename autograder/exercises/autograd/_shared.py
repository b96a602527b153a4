"""What several experiments of this topic share."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

FUNCTIONAL = torch.autograd.functional

READY_MADE = [
    torch.func.vjp, torch.func.jvp, torch.func.grad, torch.func.jacrev, torch.func.jacfwd, torch.func.hessian,
    FUNCTIONAL.vjp, FUNCTIONAL.jvp, FUNCTIONAL.jacobian, FUNCTIONAL.hessian, FUNCTIONAL.hvp, FUNCTIONAL.vhp,
]  # fmt: skip


def refusal(run: Callable[[], object]) -> str:
    """What kind of error says no; a blank's own comes through."""
    try:
        run()
    except NotImplementedError:
        raise
    except RuntimeError:
        return "RuntimeError"
    return "accepted"


def learning(tensor: Tensor) -> Tensor:
    """A leaf with a gradient from before: seven everywhere."""
    tensor.requires_grad_().grad = torch.full_like(tensor, 7)
    return tensor

"""What `adamw_counterexample` must show."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.training._suspects import BETA1, BETA2, LR, SUSPECTS, by_hand


def library(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> Tensor:
    """PyTorch's AdamW."""
    moved = weight.clone().requires_grad_()
    optimizer = torch.optim.AdamW([moved], lr=LR, betas=(BETA1, BETA2), eps=eps, weight_decay=decay)
    for gradient in gradients:
        moved.grad = gradient.clone()
        optimizer.step()
    return moved.detach()


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def adamw_counterexample(weight: Tensor, gradients: Tensor, eps: float, decay: float) -> None:
    """One run on which six wrong AdamWs are seen to be wrong."""
    for name, tensor, rank in (("weight", weight, 0), ("gradients", gradients, 1)):
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.float32 or tensor.dim() != rank:
            raise ValueError(f"{name} should be a float32 tensor, of shape {'()' if rank == 0 else '(steps,)'}")
        if not bool(tensor.isfinite().all()) or bool((tensor.abs() > 1000).any()):
            raise ValueError(f"{name} should hold numbers from −1,000 to 1,000")
    if not 1 <= len(gradients) <= 20:
        raise ValueError("gradients should hold 1 to 20 numbers, one for each step")
    if not bool((gradients.abs() >= 1e-3).all()):
        raise ValueError("each gradient should be 0.001 or more, to one side or the other")
    _check_setting("eps", eps)
    _check_setting("decay", decay)


def _check_setting(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} should be a number from 0 to 1")

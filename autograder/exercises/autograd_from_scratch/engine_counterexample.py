"""What `engine_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.autograd_from_scratch._program import by_torch, gradients, steps_of
from autograder.exercises.autograd_from_scratch._suspects import SUSPECTS


@counterexample(points=2, library=by_torch, definition=gradients, suspects=SUSPECTS)
def engine_counterexample(program: str, x: Tensor, y: Tensor) -> None:
    """One small program on which six wrong engines are seen to be wrong."""
    steps_of(program)
    for name, tensor in {"x": x, "y": y}.items():
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.float32:
            raise ValueError(f"{name} should be a float32 tensor")
        if not bool(tensor.isfinite().all()):
            raise ValueError(f"{name} should hold finite numbers only")
    try:
        torch.broadcast_shapes(x.shape, y.shape)
    except RuntimeError as error:
        raise ValueError("x and y should have shapes that can be broadcast together") from error
    if x.numel() == 0 or y.numel() == 0 or torch.broadcast_shapes(x.shape, y.shape).numel() > 1000:
        raise ValueError("x and y should hold numbers, and at most 1,000 when broadcast together")

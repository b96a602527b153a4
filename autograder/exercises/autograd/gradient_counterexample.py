"""What `gradient_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.autograd._suspects import SUSPECTS, by_autograd, gradient


@counterexample(points=2, library=by_autograd, definition=gradient, suspects=SUSPECTS)
def gradient_counterexample(distance: Tensor, took: Tensor) -> None:
    """One log of runs on which five wrong gradients are seen to be wrong."""
    for name, tensor in {"distance": distance, "took": took}.items():
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.float64 or tensor.dim() != 1:
            raise ValueError(f"{name} should be a float64 tensor with one dimension")
        if not bool((tensor > 0).all()) or not bool((tensor <= 1000).all()):
            raise ValueError(f"{name} should hold numbers above 0, and up to 1,000: kilometres, minutes")
    if distance.shape != took.shape or distance.numel() == 0:
        raise ValueError("distance and took should hold one number for each run, and one run at least")

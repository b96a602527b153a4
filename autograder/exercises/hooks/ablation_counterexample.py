"""What `ablation_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.counterexample import counterexample
from autograder.exercises.hooks._suspects import SUSPECTS, by_hand


def library(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    """PyTorch's projection, with zeros where the head was."""
    parts = list(values.chunk(heads, dim=1))
    parts[head] = torch.zeros_like(parts[head])
    return F.linear(torch.cat(parts, dim=1), weight)


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def ablation_counterexample(values: Tensor, weight: Tensor, heads: int, head: int) -> None:
    """One layer on which six wrong ways to switch a head off are seen to be wrong."""
    for name, tensor in (("values", values), ("weight", weight)):
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.float64 or tensor.dim() != 2:
            raise ValueError(f"{name} should be a float64 tensor with two dimensions")
        if not bool(tensor.isfinite().all()) or bool((tensor.abs() > 1000).any()):
            raise ValueError(f"{name} should hold numbers between −1,000 and 1,000")
    if isinstance(heads, bool) or not isinstance(heads, int) or heads < 1:
        raise ValueError("heads should be a whole number, at least 1")
    if values.shape[0] < 1 or values.shape[1] < 1 or values.shape[1] % heads:
        raise ValueError("values should have a row at least, and a width that the heads share evenly")
    if weight.shape != (values.shape[1], values.shape[1]):
        raise ValueError("weight should be a square, as wide as values")
    if isinstance(head, bool) or not isinstance(head, int) or not 0 <= head < heads:
        raise ValueError("head should be a whole number from 0 to heads − 1")

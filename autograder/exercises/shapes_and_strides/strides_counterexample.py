"""What `strides_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.shapes_and_strides._suspects import SUSPECTS, follow, library


@counterexample(points=2, library=library, definition=follow, suspects=SUSPECTS)
def strides_counterexample(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> None:
    """One card on which five wrong walks through memory are seen to be wrong."""
    for name, tensor in {"memory": memory, "shape": shape, "stride": stride}.items():
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.int64 or tensor.dim() != 1:
            raise ValueError(f"{name} should be a vector of whole numbers, as torch.tensor([2, 3])")
    if type(offset) is not int or offset < 0:
        raise ValueError("offset should be a whole number, at least 0")
    if not len(shape) or len(shape) != len(stride):
        raise ValueError("shape and stride should have one number for each dimension, and there should be one at least")
    if not bool((shape > 0).all() and (stride >= 0).all()):
        raise ValueError("sizes should be at least 1, steps at least 0")
    if int(shape.clamp(max=1001).prod()) > 1000:
        raise ValueError("the tensor should have at most 1,000 numbers")
    if offset + int(((shape - 1) * stride).sum()) >= len(memory):
        raise ValueError("the walk should stay inside the memory")

"""What `attention_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.counterexample import counterexample
from autograder.exercises.attention._suspects import SUSPECTS, attention


@counterexample(points=2, library=F.scaled_dot_product_attention, definition=attention, suspects=SUSPECTS)
def attention_counterexample(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> None:
    """One input on which five wrong attentions are seen to be wrong."""
    numbers = {"query": query, "key": key, "value": value}
    for name, tensor in numbers.items():
        if not isinstance(tensor, Tensor) or tensor.dtype != torch.float32 or tensor.dim() != 2:
            raise ValueError(f"{name} should be a float32 tensor with two dimensions")
        if not bool(tensor.isfinite().all()):
            raise ValueError(f"{name} should hold finite numbers only")
    if query.shape[1] == 0:
        raise ValueError("query and key should have at least one number in a row")
    if query.shape[1] != key.shape[1] or key.shape[0] != value.shape[0]:
        raise ValueError("query and key should have the same d_k, key and value the same number of rows")
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool or mask.shape != (query.shape[0], key.shape[0]):
        raise ValueError("mask should be boolean, of shape (query, key)")
    if not bool(mask.any(dim=-1).all()):
        raise ValueError("each query should be allowed to look at one key at least")

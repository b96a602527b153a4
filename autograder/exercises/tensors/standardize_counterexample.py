"""What `standardize_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.tensors._suspects import SUSPECTS, by_hand, by_torch


@counterexample(points=2, library=by_torch, definition=by_hand, suspects=SUSPECTS)
def standardize_counterexample(table: Tensor) -> None:
    """One table on which five wrong ways to standardize are seen to be wrong."""
    if not isinstance(table, Tensor) or table.dtype != torch.float32 or table.dim() != 2:
        raise ValueError("the table should be a float32 tensor with two dimensions: runs, measurements")
    if not bool(table.isfinite().all()):
        raise ValueError("the table should hold finite numbers only")
    if len(table) < 2 or table.shape[1] == 0:
        raise ValueError("the table should have two runs at least, and one measurement at least")
    if not bool((table != table[0]).any(dim=0).all()):
        raise ValueError("in every column two numbers at least should differ: else its standard deviation is 0")

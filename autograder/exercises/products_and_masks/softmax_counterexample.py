"""What `softmax_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.counterexample import counterexample
from autograder.exercises.products_and_masks._suspects import SUSPECTS, by_hand


def library(scores: Tensor, mask: Tensor) -> Tensor:
    """PyTorch's softmax, with −∞ where it is hidden."""
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def softmax_counterexample(scores: Tensor, mask: Tensor) -> None:
    """One input on which six wrong softmaxes are seen to be wrong."""
    if not isinstance(scores, Tensor) or scores.dtype != torch.float32 or scores.dim() != 2:
        raise ValueError("scores should be a float32 tensor with two dimensions")
    if not bool(scores.isfinite().all()):
        raise ValueError("scores should hold finite numbers only")
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool or mask.shape != scores.shape:
        raise ValueError("mask should be boolean, of the shape of scores")
    if not bool(mask.any(dim=-1).all()):
        raise ValueError("each row should show one score at least")

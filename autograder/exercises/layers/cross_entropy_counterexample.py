"""What `cross_entropy_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.counterexample import counterexample
from autograder.exercises.layers._suspects import SMOOTHING, SUSPECTS, by_hand


def library(logits: Tensor, targets: Tensor) -> Tensor:
    """PyTorch's cross entropy, with a smoothing of 0.1."""
    return F.cross_entropy(logits, targets, ignore_index=-100, label_smoothing=SMOOTHING)


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def cross_entropy_counterexample(logits: Tensor, targets: Tensor) -> None:
    """One input on which six wrong cross entropies are seen to be wrong."""
    if not isinstance(logits, Tensor) or logits.dtype != torch.float32 or logits.dim() != 2 or logits.shape[1] < 2:
        raise ValueError("logits should be a float32 tensor of shape (row, class), with two classes or more")
    if not bool(logits.isfinite().all()):
        raise ValueError("logits should hold finite numbers only")
    if not isinstance(targets, Tensor) or targets.dtype != torch.int64 or targets.shape != logits.shape[:1]:
        raise ValueError("targets should be int64, one for each row of logits")
    if not bool(((targets == -100) | ((targets >= 0) & (targets < logits.shape[1]))).all()):
        raise ValueError("a target is a class, from 0 on, or −100")
    if not bool((targets != -100).any()):
        raise ValueError("one row at least should count")

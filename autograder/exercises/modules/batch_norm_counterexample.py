"""What `batch_norm_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from autograder.engine.counterexample import counterexample
from autograder.exercises.modules._suspects import EPS, MOMENTUM, SUSPECTS, by_hand


def library(x: Tensor, later: Tensor) -> list[Tensor]:
    """PyTorch's batch norm, new, once in training and once in evaluation; in float64, where nothing is lost."""
    norm = nn.BatchNorm1d(x.shape[1], eps=EPS, momentum=MOMENTUM, affine=False).double()
    with torch.no_grad():
        return [norm.train()(x.double()).float(), norm.eval()(later.double()).float()]


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def batch_norm_counterexample(x: Tensor, later: Tensor) -> None:
    """Two batches on which six wrong batch norms are seen to be wrong."""
    for batch in (x, later):
        if not isinstance(batch, Tensor) or batch.dtype != torch.float32 or batch.dim() != 2:
            raise ValueError("both batches should be float32 tensors with two dimensions")
        if not bool(batch.isfinite().all()):
            raise ValueError("both batches should hold finite numbers only")
    if x.shape[1] != later.shape[1] or x.shape[1] < 1:
        raise ValueError("both batches should have the same features, one or more")
    if len(x) < 2 or len(later) < 1:
        raise ValueError("the first batch should have two rows or more, and the second one or more")

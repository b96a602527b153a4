"""What `encoder_counterexample` must show."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.engine.counterexample import counterexample
from autograder.exercises.transformer._suspects import NARROW, SUSPECTS, WIDEN, by_hand


def library(x: Tensor, mask: Tensor) -> Tensor:
    """The same, of PyTorch's functions."""
    y = F.layer_norm(x, (4,))
    x = x + F.scaled_dot_product_attention(y[None], y[None], y[None], attn_mask=mask)[0]
    return x + F.linear(F.linear(F.layer_norm(x, (4,)), WIDEN).relu(), NARROW)


@counterexample(points=2, library=library, definition=by_hand, suspects=SUSPECTS)
def encoder_counterexample(x: Tensor, mask: Tensor) -> None:
    """One sequence and its mask on which six wrong encoder layers are seen to be wrong."""
    if not isinstance(x, Tensor) or x.dtype != torch.float32 or x.dim() != 2 or x.shape[1] != 4 or len(x) < 2:
        raise ValueError("x should be a float32 tensor of shape (token, 4), with two tokens or more")
    if not bool(x.isfinite().all()) or bool((x.abs() > 1000).any()):
        raise ValueError("x should hold numbers from −1,000 to 1,000")
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool or mask.shape != (len(x), len(x)):
        raise ValueError("mask should be a boolean tensor of shape (token, token)")
    if not bool(mask.any(-1).all()):
        raise ValueError("each token should be allowed to look at one at least: a row of the mask is False throughout")

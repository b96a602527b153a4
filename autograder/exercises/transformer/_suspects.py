"""Encoder layers with a fault in them; each of these is right on some inputs.

All have the norm first, 4 features and one head, and the same weights: queries, keys and values are the features as
they come, and the feed-forward layer has the two matrices below. No norm has weights.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

WIDEN = torch.tensor([[1.0, -1.0, 0.0, 0.5], [0.0, 1.0, -1.0, 0.0], [-0.5, 0.0, 1.0, -1.0], [1.0, 0.0, 0.5, 1.0]])
NARROW = torch.tensor([[0.5, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, 0.5], [1.0, 0.0, 0.5, 0.0], [0.0, -0.5, 0.0, 1.0]])


def norm(x: Tensor) -> Tensor:
    return (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()


def attend(y: Tensor, mask: Tensor) -> Tensor:
    scores = (y @ y.T / 2).masked_fill(~mask, -torch.inf)
    return scores.softmax(-1) @ y


def think(y: Tensor) -> Tensor:
    return (y @ WIDEN.T).relu() @ NARROW.T


def by_hand(x: Tensor, mask: Tensor) -> Tensor:
    """The definition, which is right."""
    x = x + attend(norm(x), mask)
    return x + think(norm(x))


def adds_to_the_norm(x: Tensor, mask: Tensor) -> Tensor:
    y = norm(x)
    x = y + attend(y, mask)
    return x + think(norm(x))


def std_plus_eps(x: Tensor, mask: Tensor) -> Tensor:
    def norm(x: Tensor) -> Tensor:
        return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True, unbiased=False) + 1e-5)

    x = x + attend(norm(x), mask)
    return x + think(norm(x))


def one_norm_for_all(x: Tensor, mask: Tensor) -> Tensor:
    x = x + attend(F.layer_norm(x, x.shape), mask)
    return x + think(F.layer_norm(x, x.shape))


def turned_mask(x: Tensor, mask: Tensor) -> Tensor:
    x = x + attend(norm(x), mask.T)
    return x + think(norm(x))


def masks_too_late(x: Tensor, mask: Tensor) -> Tensor:
    y = norm(x)
    x = x + ((y @ y.T / 2).softmax(-1) * mask) @ y
    return x + think(norm(x))


def softmax_over_queries(x: Tensor, mask: Tensor) -> Tensor:
    y = norm(x)
    scores = (y @ y.T / 2).masked_fill(~mask, -torch.inf)
    x = x + scores.softmax(0).nan_to_num() @ y
    return x + think(norm(x))


SUSPECTS = {
    "adds to the norm": adds_to_the_norm,
    "divides by std + eps": std_plus_eps,
    "norms all tokens together": one_norm_for_all,
    "turns the mask": turned_mask,
    "masks after the softmax": masks_too_late,
    "takes the softmax over the queries": softmax_over_queries,
}

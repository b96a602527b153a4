"""Softmax under a mask as people write it wrongly; some of these are right on most inputs.

All take scores of shape (row, column) and a mask of that shape, True where a score may be looked at.
"""

from __future__ import annotations

import torch
from torch import Tensor


def by_hand(scores: Tensor, mask: Tensor) -> Tensor:
    """The formula, which is right."""
    visible = scores.masked_fill(~mask, -torch.inf)
    powers = torch.exp(visible - visible.amax(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1, keepdim=True)


def no_maximum(scores: Tensor, mask: Tensor) -> Tensor:
    powers = torch.exp(scores.masked_fill(~mask, -torch.inf))
    return powers / powers.sum(dim=-1, keepdim=True)


def one_maximum_for_all(scores: Tensor, mask: Tensor) -> Tensor:
    visible = scores.masked_fill(~mask, -torch.inf)
    powers = torch.exp(visible - visible.max())
    return powers / powers.sum(dim=-1, keepdim=True)


def down_the_columns(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=0)


def hides_too_late(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1).masked_fill(~mask, 0.0)


def hides_by_ten_thousand(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -10_000.0).softmax(dim=-1)


def hides_by_a_factor(scores: Tensor, mask: Tensor) -> Tensor:
    return (scores * mask).softmax(dim=-1)


SUSPECTS = {
    "subtracts no maximum": no_maximum,
    "subtracts one maximum for all rows": one_maximum_for_all,
    "shares out down the columns": down_the_columns,
    "hides after the softmax": hides_too_late,
    "hides by a score of −10,000": hides_by_ten_thousand,
    "hides by multiplying with 0": hides_by_a_factor,
}

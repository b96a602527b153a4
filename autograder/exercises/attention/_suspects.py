"""Attention as people write it wrongly; some of these are right on most inputs.

A mask is boolean, True where a query may look at a key. All take query (query, d_k), key (key, d_k), value (key, d_v)
and mask (query, key).
"""

from __future__ import annotations

import torch
from torch import Tensor


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """The formula, which is right."""
    scores = query @ key.mT / query.shape[-1] ** 0.5
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1) @ value


def divides_by_d_k(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    scores = query @ key.mT / query.shape[-1]
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1) @ value


def counts_the_keys(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    scores = query @ key.mT / key.shape[0] ** 0.5
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1) @ value


def over_the_queries(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    scores = query @ key.mT / query.shape[-1] ** 0.5
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=0).nan_to_num(0.0) @ value


def hides_by_ten_thousand(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    scores = query @ key.mT / query.shape[-1] ** 0.5
    return scores.masked_fill(~mask, -10_000.0).softmax(dim=-1) @ value


def shares_out_again(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(dim=-1) * mask
    return weights / (weights.sum(dim=-1, keepdim=True) + 1e-9) @ value


SUSPECTS = {
    "divides by d_k": divides_by_d_k,
    "takes the root of the number of keys": counts_the_keys,
    "softmax over the queries": over_the_queries,
    "hides by a score of −10,000": hides_by_ten_thousand,
    "hides after the softmax, and shares out again": shares_out_again,
}

"""What several experiments of this topic share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw

READY_MADE = [F.scaled_dot_product_attention, F.multi_head_attention_forward, nn.MultiheadAttention]


def pair(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    return draw.normal(2, 3, 8, dtype=dtype), draw.normal(2, 5, 8, dtype=dtype)


def triple(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    return *pair(draw, dtype), draw.normal(2, 5, 6, dtype=dtype)


def triple_of_heads(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 4, 3, 8), draw.normal(2, 4, 5, 8), draw.normal(2, 4, 5, 6)


def tokens(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 3, 12), draw.normal(2, 5, 12), draw.normal(2, 5, 12)


def large(draw: Draw, queries: int, keys: int) -> tuple[Tensor, Tensor]:
    """Whole numbers and √16 = 4: every score is exact, however it is computed. The first query's scores are all
    far below zero, the second's all far above."""
    query, key = draw.integers(queries, 16, low=-9, high=10).float(), draw.integers(keys, 16, low=0, high=10).float()
    query[0], query[1] = -8.0, 8.0
    return query, key


def with_an_empty_row(draw: Draw, batch: int, queries: int, keys: int) -> Tensor:
    mask = draw.mask(batch, queries, keys)
    mask[0, 1] = False
    return mask


def right_padded(draw: Draw, batch: int, length: int) -> Tensor:
    """True for the first words of each sentence; at least one word, at least one place of padding."""
    return torch.arange(length, device=draw.device) < draw.integers(batch, 1, low=1, high=length)

"""Attention with several heads as lesson 11 builds it, made of the library's: for lessons that go on from there."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NAMES = ("q_proj", "k_proj", "v_proj", "out_proj")


class LibraryHeads(nn.Module):
    """What lesson 11 calls `MultiHeadAttention`, with the same four linear layers and the same masks.

    The attention itself is PyTorch's `F.multi_head_attention_forward`, whose masks say the opposite.

    Args:
        d_model: width of a token.
        heads: how many heads share it evenly.
    """

    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        for name in NAMES:
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
        """Projects, splits, attends, merges, projects.

        Args:
            query: shape (batch, query, d_model), or without the batch.
            key, value: shape (batch, key, d_model), or without the batch.
            mask: boolean, two or three dimensions that broadcast to (batch, query, key); True where a query may look.

        Returns:
            Shape (batch, query, d_model). Where a query may look at nothing, only the bias of `out_proj` is left.
        """
        if query.dim() == 2:
            batch: Tensor = self(query[None], key[None], value[None], mask)[0]
            return batch
        q, k, v, out = (getattr(self, name) for name in NAMES)
        mixed, _ = F.multi_head_attention_forward(
            query.transpose(0, 1),
            key.transpose(0, 1),
            value.transpose(0, 1),
            query.shape[-1],
            self.heads,
            in_proj_weight=None,
            in_proj_bias=torch.cat([q.bias, k.bias, v.bias]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=out.weight,
            out_proj_bias=out.bias,
            need_weights=False,
            attn_mask=hidden(mask, query, key, self.heads),
            use_separate_proj_weight=True,
            q_proj_weight=q.weight,
            k_proj_weight=k.weight,
            v_proj_weight=v.weight,
        )
        return mixed.transpose(0, 1)


def hidden(mask: Tensor | None, query: Tensor, key: Tensor, heads: int) -> Tensor | None:
    """A mask that is True where one may look, as PyTorch's layers want it: True where hidden, once for each head.

    Returns:
        Shape (batch · heads, query, key), or None for no mask.
    """
    if mask is None:
        return None
    return (~mask).expand(len(query), query.shape[-2], key.shape[-2]).repeat_interleave(heads, dim=0)

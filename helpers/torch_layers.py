"""PyTorch's layers as lesson 12 calls them: its masks, its positions, its names. For checks, too: no pictures."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from helpers.heads import NAMES, hidden


def library_positions(length: int, d_model: int) -> Tensor:
    """Sines and cosines for each position: what the exercise `sinusoidal_positions` builds, shape (length, d_model)."""
    steps = torch.arange(0, d_model, 2, dtype=torch.float64)
    angles = torch.arange(length, dtype=torch.float64).unsqueeze(-1) * torch.exp(
        -torch.log(torch.tensor(1e4)) * steps / d_model
    )
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()


class LibraryEncoderLayer(nn.TransformerEncoderLayer):
    """PyTorch's encoder layer, with the masks of this course: True = may be looked at. Nothing is dropped."""

    def __init__(self, d_model: int, heads: int, d_ff: int, norm_first: bool = False) -> None:
        super().__init__(d_model, heads, d_ff, dropout=0.0, batch_first=True, norm_first=norm_first)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """`x` has shape (batch, token, d_model), `mask` broadcasts to (batch, token, token)."""
        result: Tensor = super().forward(x, src_mask=hidden(mask, x, x, self.self_attn.num_heads))
        return result


class LibraryDecoderLayer(nn.TransformerDecoderLayer):
    """PyTorch's decoder layer, with the masks of this course: True = may be looked at. Nothing is dropped."""

    def __init__(self, d_model: int, heads: int, d_ff: int, norm_first: bool = False) -> None:
        super().__init__(d_model, heads, d_ff, dropout=0.0, batch_first=True, norm_first=norm_first)

    def forward(  # type: ignore[override]
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """`x` has shape (batch, target, d_model), `memory` (batch, source, d_model)."""
        heads = self.self_attn.num_heads
        own, other = hidden(mask, x, x, heads), hidden(memory_mask, x, memory, heads)
        return super().forward(x, memory, tgt_mask=own, memory_mask=other)


def in_our_names(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a layer of PyTorch's under the names of ours.

    PyTorch keeps the three projections of an attention in one matrix, `in_proj_weight`; ours are three layers.
    """
    found: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        name = name.replace("multihead_attn", "cross_attn")
        part, _, kind = name.rpartition(".in_proj_")
        if part:
            found |= {f"{part}.{each}.{kind}": piece for each, piece in zip(NAMES, tensor.chunk(3), strict=False)}
        else:
            found[name] = tensor
    return found

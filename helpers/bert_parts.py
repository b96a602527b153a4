"""The parts of a BERT under one roof: the library's own, to be exchanged one by one for a student's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig
from transformers.models.bert import modeling_bert


@dataclass(frozen=True)
class Parts:
    """The classes that a BERT is put together from.

    Attributes:
        name: what `repr` shows.
        embeddings: config → module(ids, type_ids) → hidden.
        self_attention: config → module(hidden, mask) → (context, weights).
        self_output, output: config → module(new, old) → hidden; after the attention, after the feed-forward layer.
        intermediate: config → module(hidden) → wide.
        layer: (config, parts) → module(hidden, mask) → (hidden, weights).
        pooler: config → module(hidden) → one vector a sentence.
        mask: (0 and 1, dtype) → what is added to the scores.
    """

    name: str
    embeddings: Callable[[BertConfig], nn.Module]
    self_attention: Callable[[BertConfig], nn.Module]
    self_output: Callable[[BertConfig], nn.Module]
    intermediate: Callable[[BertConfig], nn.Module]
    output: Callable[[BertConfig], nn.Module]
    layer: Callable[[BertConfig, Parts], nn.Module]
    pooler: Callable[[BertConfig], nn.Module]
    mask: Callable[[Tensor, torch.dtype], Tensor]

    def __repr__(self) -> str:
        return self.name


class _SelfAttention(modeling_bert.BertSelfAttention):
    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        context, weights = super().forward(hidden_states, mask)[:2]
        return context, weights


class _Layer(modeling_bert.BertLayer):
    """The library's layer, with parts to choose, that returns its weights too."""

    def __init__(self, config: BertConfig, parts: Parts) -> None:
        super().__init__(config)
        self.attention.self, self.attention.output = parts.self_attention(config), parts.self_output(config)
        self.intermediate, self.output = parts.intermediate(config), parts.output(config)

    def forward(self, hidden_states: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        context, weights = self.attention.self(hidden_states, mask)
        return self.feed_forward_chunk(self.attention.output(context, hidden_states)), weights


def _mask(attention_mask: Tensor, dtype: torch.dtype) -> Tensor:
    padding = attention_mask[:, None, None, :] == 0
    return torch.zeros(padding.shape, dtype=dtype, device=padding.device).masked_fill(padding, torch.finfo(dtype).min)


LIBRARY = Parts(
    name="LIBRARY",
    embeddings=modeling_bert.BertEmbeddings,
    self_attention=_SelfAttention,
    self_output=modeling_bert.BertSelfOutput,
    intermediate=modeling_bert.BertIntermediate,
    output=modeling_bert.BertOutput,
    layer=_Layer,
    pooler=modeling_bert.BertPooler,
    mask=_mask,
)


# --- heads of lesson 11 -----------------------------------------------------------------------------------------------

PROJECTIONS = {
    "attention.self.query.": "attention.self.layer.q_proj.",
    "attention.self.key.": "attention.self.layer.k_proj.",
    "attention.self.value.": "attention.self.layer.v_proj.",
    "attention.output.dense.": "attention.self.layer.out_proj.",
}


class HeadsInBert(nn.Module):
    """Heads as lesson 11 builds them, where BERT has its self-attention: a boolean mask, and no weights come back."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self, hidden_states: Tensor, mask: Tensor | None = None, *, attention_mask: Tensor | None = None, **_: Any
    ) -> tuple[Tensor, None]:
        """Calls the layer. In the library's own BERT the mask is named `attention_mask`, and more comes along."""
        added = attention_mask if mask is None else mask
        seen = None if added is None else added[:, 0] == 0  # 0 is added where a token may be looked at
        return self.layer(hidden_states, hidden_states, hidden_states, seen), None


class _Unmixed(modeling_bert.BertSelfOutput):
    """Without the linear layer: heads of lesson 11 bring it along."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.dense = nn.Identity()


def with_heads(parts: Parts, make: Callable[[int, int], nn.Module]) -> Parts:
    """The parts, with other heads in them.

    Args:
        make: (hidden size, heads) → a module with `q_proj`, `k_proj`, `v_proj` and `out_proj`, which takes query, key,
            value and a boolean mask.
    """
    return replace(
        parts,
        self_attention=lambda config: HeadsInBert(make(config.hidden_size, config.num_attention_heads)),
        self_output=_Unmixed,
    )


def named_for_heads(checkpoint: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A BERT's checkpoint with the names that a BERT of such parts has."""
    named = {}
    for name, value in checkpoint.items():
        for old, new in PROJECTIONS.items():
            name = name.replace(old, new)
        named[name] = value
    return named

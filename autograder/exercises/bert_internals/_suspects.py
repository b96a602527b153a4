"""What stands between a batch and BERT, as people write it wrongly; each of these is right on most batches.

All take what a tokenizer gives, integers of shape (batch, token): ids, 1 where a token is real, the segment of each
token. `read` runs a small BERT on ids, positions and segments, with what is to be added to the scores. What it gives
for padding is set to zero, since nobody reads that.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

WORDS, LONGEST = 30, 12  # ids 0, 1 and 2 are [PAD], [CLS] and [SEP], the others are words
SEP = 2


@cache
def small_bert() -> Any:
    """The library's model with weights that are the same on every machine."""
    from numpy.random import RandomState
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=WORDS, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=LONGEST, type_vocab_size=2, attn_implementation="eager",
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        model = BertModel(config).eval().requires_grad_(False)
    stream = RandomState(16)
    for name, parameter in model.named_parameters():
        if "LayerNorm" not in name:
            parameter.copy_(torch.from_numpy(stream.normal(0.0, 0.5, tuple(parameter.shape))))
    return model


def library(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    """The library's own way from a batch to the last hidden states."""
    result: Tensor = small_bert()(ids, attention_mask=real, token_type_ids=segments).last_hidden_state
    return result * real[..., None]


def read(ids: Tensor, positions: Tensor, segments: Tensor, added: Tensor, real: Tensor) -> Tensor:
    """Part by part, with everything said.

    Args:
        positions: shape (batch, token) or (1, token).
        added: to the scores of each layer, broadcasts to (batch, heads, query, key).
    """
    bert = small_bert()
    hidden = bert.embeddings(input_ids=ids, token_type_ids=segments, position_ids=positions.expand_as(ids))
    for layer in bert.encoder.layer:
        hidden = layer.attention.output(layer.attention.self(hidden, added)[0], hidden)
        hidden = layer.output(layer.intermediate(hidden), hidden)
    return hidden * real[..., None]


def places(ids: Tensor) -> Tensor:
    return torch.arange(ids.shape[1])[None]


def hide(padding: Tensor) -> Tensor:
    return torch.zeros(padding.shape).masked_fill(padding, torch.finfo(torch.float32).min)[:, None, None]


def by_the_rules(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    """What is right, written out."""
    return read(ids, places(ids), segments, hide(real == 0), real)


def adds_the_mask(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    return read(ids, places(ids), segments, real[:, None, None].float(), real)


def first_mask(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    return read(ids, places(ids), segments, hide(real[:1] == 0), real)


def at_the_end(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    return read(ids, places(ids), segments, hide(places(ids) >= real.sum(dim=1, keepdim=True)), real)


def by_the_ids(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    return read(ids, places(ids), segments, hide(ids == 0), real)


def counts_anew(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    first = ((segments == 0) & (real == 1)).sum(dim=1, keepdim=True)
    return read(ids, (places(ids) - first * segments).clamp(min=0), segments, hide(real == 0), real)


def from_the_separator(ids: Tensor, real: Tensor, segments: Tensor) -> Tensor:
    after = (ids == SEP).cumsum(dim=1) - (ids == SEP).long()
    return read(ids, places(ids), after.clamp(max=1), hide(real == 0), real)


SUSPECTS = {
    "adds the tokenizer's 1 and 0 to the scores": adds_the_mask,
    "hides in each sentence what is padding in the first": first_mask,
    "takes the padding to be at the end": at_the_end,
    "takes the tokens with id 0 for the padding": by_the_ids,
    "counts positions anew in the second segment": counts_anew,
    "works out the segments from [SEP]": from_the_separator,
}

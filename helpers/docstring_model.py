"""A small causal language model: it has read some thousand docstrings and goes on with what one begins."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn

from helpers.shipped import figures_in

FOLDER = Path(__file__).resolve().parents[1] / "data" / "generation"
LONGEST = 200  # characters of a description: whole sentences, the first in any case
END, ARROW = 0, 1  # the pieces between two texts, and between a name and its description

Cache = list[tuple[torch.Tensor, torch.Tensor]]
"""For each layer the keys and values of the tokens so far, each (batch, heads, tokens, head size)."""


class Block(nn.Module):
    """One layer: causal self-attention, then the feed-forward layer, each added to what came in."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_feed_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: torch.Tensor, past: tuple[torch.Tensor, torch.Tensor] | None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """New tokens (batch, new, width) look at themselves and at the past; returns them and all keys and values."""
        attended, seen = self._attend(self.before_attention(x), past)
        x = x + self.dropout(attended)
        return x + self.dropout(self.feed_forward(self.before_feed_forward(x))), seen

    def _attend(
        self, x: torch.Tensor, past: tuple[torch.Tensor, torch.Tensor] | None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.query_key_value(x).chunk(3, dim=-1)
        )
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        new, seen = query.shape[2], key.shape[2]
        visible = torch.ones(new, seen, dtype=torch.bool, device=x.device).tril(diagonal=seen - new)
        scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
        weights = self.dropout(scores.masked_fill(~visible, float("-inf")).softmax(dim=-1))
        return self.out((weights @ value).transpose(1, 2).flatten(2)), (key, value)


class CausalModel(nn.Module):
    """Scores each piece of the vocabulary as the next one.

    Args:
        vocabulary: how many pieces there are.
        width: of the vectors; a multiple of `heads`.
        layers, heads: as in any transformer.
        context: the most tokens that it can look at.
    """

    def __init__(self, vocabulary: int, width: int, layers: int, heads: int, context: int, dropout: float = 0.0):
        super().__init__()
        self.context = context
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.layers = nn.ModuleList(Block(width, heads, dropout) for _ in range(layers))
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)

    def forward(self, tokens: torch.Tensor, cache: Cache | None = None) -> tuple[torch.Tensor, Cache]:
        """The scores of what comes after each of the tokens.

        Args:
            tokens: (batch, new), int64: those that the cache has not seen.
            cache: what came back for the tokens before them; without, they are the first.

        Returns:
            Scores (batch, new, vocabulary), and the cache with the new tokens in it. The one handed over stays.
        """
        seen = cache[0][0].shape[2] if cache else 0
        if seen + tokens.shape[1] > self.context:
            raise ValueError(f"{seen} + {tokens.shape[1]} tokens do not fit into a context of {self.context}")
        x = self.tokens(tokens) + self.positions(torch.arange(seen, seen + tokens.shape[1], device=tokens.device))
        x = self.dropout(x)
        grown: Cache = []
        for place, layer in enumerate(self.layers):
            x, kept = layer(x, cache[place] if cache else None)
            grown.append(kept)
        return F.linear(self.norm(x), self.tokens.weight), grown


@cache
def pieces() -> Tokenizer:
    """The model's own tokenizer: it cuts a text into pieces of words, and its numbers into text again."""
    return Tokenizer.from_file(str(FOLDER / "tokenizer.json"))


def figures() -> dict[str, Any]:
    """How the model was made and how good it is, as the script wrote it down."""
    return figures_in(FOLDER)


def examples(part: str) -> list[torch.Tensor]:
    """Some of the texts that the model has learned from ("train"), or that it has never seen ("held out").

    Each is a row of tokens (tokens,): an end, a name, the arrow, the description, an end.
    """
    told = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))[part]
    encode = pieces().encode
    return [torch.tensor([END, *encode(name).ids, ARROW, *encode(text).ids, END]) for name, text in told]


def docstring_model() -> CausalModel:
    """The trained model, in float32 and in evaluation mode; each call makes a new one."""
    model = CausalModel(**figures()["shape"]).eval().requires_grad_(False)
    model.load_state_dict({name: value.float() for name, value in load_file(FOLDER / "model.safetensors").items()})
    return model


def opening(text: str) -> str:
    """The first sentences of a text, as many as fit into `LONGEST` characters, at least one."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", text):
        if kept and len(kept) + 1 + len(sentence) > LONGEST:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def words_of(name: str) -> str:
    """A function's name as words: "mean squared error" for `mean_squared_error` and for `MeanSquaredError`."""
    last = name.strip().split(".")[-1]
    return " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_+", " ", last).lower().split())


def prompt(name: str) -> torch.Tensor:
    """What the model is given for a function's name, (1, tokens): an end, the name in words, the arrow."""
    return torch.tensor([[END, *pieces().encode(words_of(name)).ids, ARROW]])


def text_of(tokens: torch.Tensor) -> str:
    """The text that a row of tokens (tokens,) stands for, without what comes after the end."""
    numbers = tokens.tolist()
    return str(pieces().decode(numbers[: numbers.index(END)] if END in numbers else numbers)).strip()

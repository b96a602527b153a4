"""A small BERT with drawn weights: the names of the attributes are those of transformers' `BertModel`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw


class SelfAttention(nn.Module):
    """All heads side by side: from (..., tokens, width) to the same shape, head h in the h-th slice of the width, and
    the shares with which they looked. A tuple, as in transformers."""

    def __init__(self, heads: int, width: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        query, key, value = (self._split(layer(x)) for layer in (self.query, self.key, self.value))
        shares = torch.softmax(query @ key.mT / query.shape[-1] ** 0.5, dim=-1)
        return (shares @ value).transpose(-2, -3).flatten(-2), shares

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)


class Output(nn.Module):
    """A projection, a shortcut, a layer norm."""

    def __init__(self, inner: int, width: int) -> None:
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inner, width), nn.LayerNorm(width, elementwise_affine=False)

    def forward(self, inner: Tensor, shortcut: Tensor) -> Tensor:
        return self.LayerNorm(self.dense(inner) + shortcut)


class Attention(nn.Module):
    def __init__(self, heads: int, width: int) -> None:
        super().__init__()
        self.self, self.output = SelfAttention(heads, width), Output(width, width)

    def forward(self, x: Tensor) -> Tensor:
        values, _ = self.self(x)
        return self.output(values, x)


class Intermediate(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, inner)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.dense(x))


class Layer(nn.Module):
    def __init__(self, heads: int, width: int) -> None:
        super().__init__()
        self.attention = Attention(heads, width)
        self.intermediate, self.output = Intermediate(width, 2 * width), Output(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.attention(x)
        return self.output(self.intermediate(x), x)


class Encoder(nn.Module):
    def __init__(self, layers: int, heads: int, width: int) -> None:
        super().__init__()
        self.layer = nn.ModuleList([Layer(heads, width) for _ in range(layers)])

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layer:
            x = layer(x)
        return x


class Bert(nn.Module):
    """What a text has been turned into, shape (..., tokens, width), through all layers."""

    def __init__(self, layers: int, heads: int, size: int) -> None:
        super().__init__()
        self.config = SimpleNamespace(
            num_hidden_layers=layers, num_attention_heads=heads, hidden_size=heads * size, intermediate_size=2 * heads
        )
        self.encoder = Encoder(layers, heads, heads * size)

    @property
    def width(self) -> int:
        return int(self.config.hidden_size)

    @property
    def places(self) -> list[tuple[int, int]]:
        """All its heads, as (layer, head)."""
        layers, heads = self.config.num_hidden_layers, self.config.num_attention_heads
        return [(layer, head) for layer in range(layers) for head in range(heads)]

    @property
    def attentions(self) -> list[Any]:
        """The attention of each layer."""
        return [layer.attention for layer in self.encoder.layer]

    def forward(self, x: Tensor) -> Tensor:
        return self.encoder(x)


def bert(draw: Draw) -> Bert:
    """Layers, heads and numbers of a head are drawn, and no two of them are alike. Two or three layers: each costs."""
    layers = draw.integer(2, 4)
    heads, size = draw.shuffled([number for number in (2, 3, 4) if number != layers])
    return draw.fill_(Bert(layers, heads, size))

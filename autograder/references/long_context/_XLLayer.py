"""`XLLayer`: what is right, and the frame of most answers."""

import torch
from torch import nn
from torch.nn import functional as F


def sinusoids(keys, width, like):
    """Number by number."""
    table = [
        [
            (torch.sin if column % 2 == 0 else torch.cos)(
                torch.tensor((keys - 1 - row) * 10_000 ** (-(column - column % 2) / width), dtype=torch.float64)
            )
            for column in range(width)
        ]
        for row in range(keys)
    ]
    return torch.tensor(table, dtype=like.dtype, device=like.device).reshape(keys, width)


class Frame(nn.Module):
    """Mistakes change one decision."""

    def __init__(self, width, heads, inner, attend):
        super().__init__()
        self.heads, self.attend = heads, attend
        for name in ("query", "key", "value", "distance", "out"):
            setattr(self, name, nn.Linear(width, width, bias=False))
        self.content_bias = nn.Parameter(torch.zeros(heads, 1, width // heads))
        self.position_bias = nn.Parameter(torch.zeros(heads, 1, width // heads))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed1, self.feed2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def merge(self, x):
        return x.transpose(-2, -3).flatten(-2)

    def sources(self, x, memory):
        """Where queries, keys and values come from."""
        seen = self.seen(x, memory)
        return x, seen, seen

    def seen(self, x, memory):
        return x if memory is None else torch.cat([memory, x], dim=1)

    def far(self, keys, x):
        return sinusoids(keys, x.shape[-1], x)

    def biases(self):
        return self.content_bias, self.position_bias

    def found(self, x, memory):
        query, key, value = self.sources(x, memory)
        inputs = self.query(query), self.key(key), self.value(value), self.distance(self.far(key.shape[1], x))
        return self.out(self.merge(self.attend(*map(self.split, inputs), *self.biases())))

    def after_attention(self, x, found):
        return self.norm1(x + found)

    def feed(self, y):
        return self.feed2(F.relu(self.feed1(y)))

    def after_feed(self, y):
        return self.norm2(y + self.feed(y))

    def forward(self, x, memory=None):
        return self.after_feed(self.after_attention(x, self.found(x, memory)))


class XLLayer(Frame):
    """By slices: each head is cut out of the width by itself, and put back by itself."""

    def split(self, x):
        d = x.shape[-1] // self.heads
        return torch.stack([x[..., head * d : (head + 1) * d] for head in range(self.heads)], dim=-3)

    def merge(self, x):
        return torch.cat([x[..., head, :, :] for head in range(self.heads)], dim=-1)

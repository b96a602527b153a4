"""What several experiments of this topic share: scores to filter, and a small model that notes how it is called."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw

LONGEST = 40  # tokens that the model can look at
WIDTH = 8


def apart(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Scores of which no two in a row are close: quarters, shuffled, from below zero to above."""
    rows = [draw.permutation(shape[-1]) for _ in range(int(torch.tensor(shape[:-1]).prod()))]
    return (torch.stack(rows).reshape(shape).to(dtype) - shape[-1] // 2) / 4


class Model(nn.Module):
    """A causal model over a few tokens: each score depends on all tokens so far, and on where they stand.

    Args:
        scale: the larger, the surer it is.

    Attributes:
        calls: for each call the shape of the new tokens, how many it had seen before, and whether a graph was kept.
    """

    def __init__(self, draw: Draw, vocabulary: int, scale: float = 2.0) -> None:
        super().__init__()
        self.embedding = draw.normal(vocabulary, WIDTH, dtype=torch.float64)
        self.places = draw.normal(LONGEST, WIDTH, dtype=torch.float64)
        self.out = scale * draw.normal(WIDTH, vocabulary, dtype=torch.float64) / WIDTH**0.5
        self.calls: list[list[Any]] = []

    def forward(self, tokens: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores (batch, new, vocabulary), and the cache: all tokens so far."""
        seen = tokens if cache is None else torch.cat([cache, tokens], dim=1)
        before = 0 if cache is None else cache.shape[1]
        self.calls.append([list(tokens.shape), before, "with" if torch.is_grad_enabled() else "without"])
        if seen.shape[1] > LONGEST:
            raise ValueError(f"{seen.shape[1]} tokens do not fit into a context of {LONGEST}")
        state = (self.embedding[seen] * self.places[: seen.shape[1]]).cumsum(dim=1).tanh()
        return (state @ self.out)[:, before:], seen

    @property
    def passed(self) -> list[int]:
        """How many tokens of a row went through the model, call by call."""
        return [shape[1] for shape, _, _ in self.calls]


def prompt_of(draw: Draw, batch: int, length: int, vocabulary: int) -> Tensor:
    """Tokens (batch, length) without 0, which ends a text."""
    return draw.integers(batch, length, low=1, high=vocabulary)

"""A small model that scores tokens and notes how it is called; and how a head fares in training."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw

WIDTH, LONGEST = 6, 40


class Reader(nn.Module):
    """Scores of each token for each place; each depends on all tokens and on where they stand.

    Args:
        scale: the larger, the surer it is.

    Attributes:
        calls: for each call the shape of what came in, its kind, whether a graph was kept, and the mode.
    """

    def __init__(self, draw: Draw, vocabulary: int, scale: float = 2.0) -> None:
        super().__init__()
        self.embedding = draw.normal(vocabulary, WIDTH, dtype=torch.float64)
        self.places = draw.normal(LONGEST, WIDTH, dtype=torch.float64)
        self.out = nn.Parameter(scale * draw.normal(WIDTH, vocabulary, dtype=torch.float64) / WIDTH**0.5)
        self.inner = nn.Sequential(nn.Dropout(0.5))
        self.calls: list[Any] = []

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores (batch, length, vocabulary) for tokens (batch, length)."""
        graph = "with" if torch.is_grad_enabled() else "without"
        modes = [part.training for part in (self, self.inner, self.inner[0])]
        self.calls.append([list(tokens.shape), str(tokens.dtype), graph, modes])
        if tokens.dim() != 2:
            raise ValueError(f"tokens should have the shape (batch, length), not {tuple(tokens.shape)}")
        state = (self.embedding[tokens] * self.places[: tokens.shape[1]]).cumsum(dim=1).tanh()
        state = state + state.flip(1).cumsum(dim=1).flip(1) / 3  # a place hears of what stands to its right, too
        return self.inner(state) @ self.out


def in_training(head: Any, x: Tensor) -> dict[str, Any]:
    """What dropout gives is another thing each time, so it is only told whether the scores are other ones."""
    before = head.eval()(x)
    alike = all(torch.equal(before, head.train()(x)) for _ in range(2))
    return {"in evaluation": before[:2], "in training": "the same scores" if alike else "other scores"}

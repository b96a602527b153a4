"""A masked language model so small that one knows what it will say."""

from __future__ import annotations

from torch import Tensor, nn


class Indifferent(nn.Module):
    """A model that says the same wherever it is asked, whatever the text.

    Args:
        scores: shape (vocabulary,).
    """

    def __init__(self, scores: Tensor) -> None:
        super().__init__()
        self.register_buffer("scores", scores)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Scores (batch, length, vocabulary) for tokens (batch, length)."""
        scores: Tensor = self.get_buffer("scores").expand(*input_ids.shape, -1)
        return scores

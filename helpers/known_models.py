"""Language models so small that one knows what they will say."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


class Counting:
    """A model that has learned to count: after 3 comes 4, and after the last token comes 0.

    Args:
        vocabulary: how many tokens there are.
        sure: the score of the right one; the others have 0.
    """

    def __init__(self, vocabulary: int, sure: float = 20.0) -> None:
        self.vocabulary, self.sure = vocabulary, sure

    def __call__(self, tokens: Tensor, cache: int | None = None) -> tuple[Tensor, int]:
        """Scores (batch, new, vocabulary) after each of the new tokens (batch, new), and a cache."""
        following = (tokens + 1) % self.vocabulary
        scores = self.sure * F.one_hot(following, self.vocabulary).float()
        return scores, (cache or 0) + tokens.shape[1]


class Chain:
    """A model that only looks at the last token: row i of a table says how likely each token is after token i.

    Args:
        probabilities: shape (vocabulary, vocabulary); each row sums to 1.
    """

    def __init__(self, probabilities: Tensor) -> None:
        self.logs = probabilities.log()

    def __call__(self, tokens: Tensor, cache: int | None = None) -> tuple[Tensor, int]:
        """Scores (batch, new, vocabulary) after each of the new tokens (batch, new), and a cache."""
        return self.logs[tokens], (cache or 0) + tokens.shape[1]

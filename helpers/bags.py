"""Texts as bags of words, which a linear layer can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from helpers.corpus import words


def bags_of_words(texts: Sequence[str], columns: Mapping[str, int]) -> Tensor:
    """1 where a word occurs in a text, 0 where it does not; words without a column are left out.

    Args:
        columns: word → its column, 0 to below the number of words.

    Returns:
        float32, shape (texts, words).
    """
    bags = torch.zeros(len(texts), len(columns))
    for row, text in enumerate(texts):
        bags[row, [columns[word] for word in set(words(text)) if word in columns]] = 1
    return bags

"""Texts and sequences as the exercises of this lesson draw them."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.draw import Draw

WORDS = ("apple", "bird", "cloud", "door", "egg", "flower", "garden", "house", "ink", "jar", "key", "lamp")


def text_of(draw: Draw, words: int) -> str:
    """So many words."""
    return " ".join(draw.choice(WORDS) for _ in range(words))


def sequences_of(
    draw: Draw, lengths: list[int], low: int = 1, high: int = 90, dtype: torch.dtype = torch.int64
) -> list[Tensor]:
    """One vector of whole numbers for each length; from `low` to below `high`."""
    return [draw.integers(length, low=low, high=high, dtype=dtype) for length in lengths]

"""What several experiments of this topic share: texts and sequences, a dataset that is watched, a reader that draws."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

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


class Counted:
    """A dataset that notes which items are fetched. It has a length and indices, and no iterator."""

    __iter__ = None

    def __init__(self, items: list[int]) -> None:
        self.items = items
        self.fetched: list[int] = []

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < len(self.items):
            raise IndexError(index)
        self.fetched.append(int(index))
        return self.items[index]


def drawn_between(batches: Iterable[Any], most: int) -> list[Any]:
    """Each batch, and what its reader draws before the next one is asked for."""
    return [[batch, torch.rand(1).item()] for batch in islice(batches, most)]

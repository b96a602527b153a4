"""Texts of about the same length together, so that little of a batch is padding; and the mean over what is not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence, Sized
from typing import TypeVar

from torch import Tensor

Row = TypeVar("Row", bound=Sized)


def alike(rows: Sequence[Row], size: int, chance: random.Random) -> list[list[Row]]:
    """Groups of `size` rows of about the same length. Which of equal length meet, and the groups' order, is chance."""
    ordered = sorted(rows, key=lambda row: (len(row), chance.random()))
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    chance.shuffle(groups)
    return groups


def shortest_first(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """The places of texts of these lengths, so many at a time, from the shortest on; equal ones in their order."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(order), size):
        yield order[start : start + size]


def mean_over_tokens(states: Tensor, mask: Tensor) -> Tensor:
    """A vector for each text, shape (…, texts, width).

    Args:
        states: shape (…, texts, tokens, width). At padding stand numbers; NaN would spread.
        mask: shape (texts, tokens), integers: 1 where a token is real, at least once in each text.
    """
    real = mask.unsqueeze(-1)
    return (states * real).sum(dim=-2) / real.sum(dim=-2)

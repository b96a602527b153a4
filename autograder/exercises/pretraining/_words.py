"""How often words were chosen, so that two answers with the same fault show the same.

All take booleans of shape (rows, words).
"""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.engine.chance import settled
from autograder.exercises.pretraining._masks import of_four


def alike(chosen: Tensor) -> str:
    """What rows or words have in common that each by itself would not; empty where there is nothing."""
    if chosen.shape[1] > 1 and bool((chosen == chosen[:, :1]).all()):
        return "all words of a row fare alike"
    if chosen.shape[0] > 2 and bool((chosen == chosen[:1]).all()):
        return "all rows fare alike"
    return ""


def _others(p: float, pieces: int) -> list[float]:
    """With which chance a word is chosen by those who ask each piece, or choose the others."""
    return [1 - (1 - p) ** pieces, p**pieces, 1 - p, 0.0, 1.0]


def shares(chosen: Tensor, p: float, pieces: int) -> Tensor | str:
    """Which share of words of so many pieces was chosen."""
    guesses = [torch.tensor(each, device=chosen.device) for each in _others(p, pieces)]
    right = torch.tensor(p, dtype=torch.float64, device=chosen.device)
    return alike(chosen) or settled(chosen.sum(), right, chosen.numel(), guesses=guesses)


def of_four_words(chosen: Tensor, p: float) -> Tensor | str:
    """How many of the four words of each row, of two pieces each, are chosen."""
    count = torch.bincount(chosen.sum(-1), minlength=5)
    right, *guesses = (of_four(each).to(chosen.device) for each in (p, *_others(p, 2)))
    return alike(chosen) or settled(count, right, len(chosen), guesses=guesses)


def together(one: Tensor, other: Tensor, p: float) -> Tensor | str:
    """How often two words are chosen together: for independent ones the product of the chances."""
    count = torch.stack([torch.stack([((one == i) & (other == j)).sum() for j in (0, 1)]) for i in (0, 1)])
    right, *others = (torch.tensor([1 - each, each], dtype=torch.float64, device=one.device) for each in (
        p, *_others(p, 2)
    ))  # fmt: skip
    guesses = [*(each[:, None] * each for each in others), *(each.diag() for each in (right, *others))]
    found = alike(one) or alike(other)
    return found or settled(count, right[:, None] * right, one.numel(), guesses=guesses)

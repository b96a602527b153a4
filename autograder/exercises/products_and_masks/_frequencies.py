"""Which shares of many draws fell on which index: see `engine/chance.py` for how far they may be off.

In float32 there are 2^24 throws between 0 and 1. The first may fall on an edge and the last be rounded to the very end,
which draws what has no weight, or one index too many: once in 16 million draws. No check should hang on that, so up to
three such draws count as none: four in 300,000 come with a chance below 1e-8. In bfloat16 it is once in 500 draws.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.engine.chance import settled

MANY = 20_000  # draws
RARE = 3  # draws that the last place of float32 may put where none belongs


def shares(drawn: Any, weights: Tensor) -> Any:
    """For each row of weights, shape (..., n), what share of `drawn`, shape (..., many), fell on each index.

    What is no tensor of whole numbers of that shape is handed back as it is; where numbers lie outside of 0 … n - 1,
    in words."""
    if not isinstance(drawn, Tensor) or drawn.shape[:-1] != weights.shape[:-1] or drawn.is_floating_point():
        return drawn
    kinds = weights.shape[-1]
    if int((drawn >= kinds).sum()) <= RARE < drawn.shape[-1]:
        drawn = drawn.clamp(max=kinds - 1)
    if drawn.numel() and not 0 <= int(drawn.min()) <= int(drawn.max()) < kinds:
        return f"indices from {int(drawn.min())} to {int(drawn.max())}, of {kinds}"
    count = torch.stack([(drawn == kind).sum(-1) for kind in range(kinds)], dim=-1).double()
    return _settled(count, weights.double() / weights.double().sum(-1, keepdim=True), drawn.shape[-1])


def pairs(first: Tensor, second: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """The same for pairs of independent draws: weights `one` of shape (n,), `other` (m,); a table (n, m)."""
    chance = one.double().unsqueeze(-1) * other.double() / (one.double().sum() * other.double().sum())
    rows, columns = range(one.shape[-1]), range(other.shape[-1])
    count = [[int(((first == i) & (second == j)).sum()) for j in columns] for i in rows]
    return _settled(torch.tensor(count, device=chance.device), chance, first.shape[-1])


def _settled(count: Tensor, chance: Tensor, many: int) -> Tensor:
    """What has no weight is never drawn, but for what rounding does."""
    return settled(count, chance, many, rare=RARE if many > 1000 else 0)

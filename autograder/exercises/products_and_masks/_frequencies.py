"""How often something is drawn, so that every right answer shows the same.

Two right answers draw different numbers. So where a share lies within a bound of what the weights say, what the
weights say is shown; else the share itself.

The bound is Bernstein's. Of N independent draws let one kind have the chance p, and V = N p (1 − p). For

    t = L / 3 + √(L² / 9 + 2 L V)

the count differs from N p by more than t with a chance of 2 exp(−L) at most: t² / (2 (V + t / 3)) = L. With L = 21 that
is 1.6e-9. A sheet looks at fewer than 300 shares, so a right answer fails on it with a chance below 5e-7, and each
hidden sheet is another one. At N = 20,000 and p = 0.25, t is 404 draws: a share of 0.25 may be 0.02 off.

In float32 there are 2^24 throws between 0 and 1. The first may fall on an edge and the last be rounded to the very end,
which draws what has no weight, or one index too many: once in 16 million draws. No check should hang on that, so up to
three such draws count as none: four in 300,000 come with a chance below 1e-8. In bfloat16 it is once in 500 draws.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

L = 21.0
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
    return settled(count, weights.double() / weights.double().sum(-1, keepdim=True), drawn.shape[-1])


def settled(count: Tensor, chance: Tensor, many: int) -> Tensor:
    """The chance where the count lies within the bound of it, else the share that was drawn."""
    variance = many * chance * (1 - chance)
    bound = L / 3 + (L**2 / 9 + 2 * L * variance).sqrt()
    bound[chance == 0] = RARE if many > 1000 else 0  # what has no weight is never drawn
    return torch.where((count - many * chance).abs() <= bound, chance, count / many)


def pairs(first: Tensor, second: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """The same for pairs of independent draws: weights `one` of shape (n,), `other` (m,); a table (n, m)."""
    chance = one.double().unsqueeze(-1) * other.double() / (one.double().sum() * other.double().sum())
    rows, columns = range(one.shape[-1]), range(other.shape[-1])
    count = [[int(((first == i) & (second == j)).sum()) for j in columns] for i in rows]
    return settled(torch.tensor(count, device=chance.device).double(), chance, first.shape[-1])

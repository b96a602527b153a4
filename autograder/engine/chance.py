"""How often something happens by chance, so that every right answer shows the same.

Two right answers draw different numbers. So where a count lies within a bound of what is expected, the expected share
is shown; else the share itself, or that of a wrong answer that is known.

The bound is Bernstein's. Of N independent draws let one kind have the chance p, and V = N p (1 − p). For

    t = L / 3 + √(L² / 9 + 2 L V)

the count differs from N p by more than t with a chance of 2 exp(−L) at most: t² / (2 (V + t / 3)) = L. With L = 21
that is 1.6e-9. A sheet looks at fewer than 300 shares of an exercise, so a right answer fails on it with a chance below
5e-7, and each hidden sheet is another one. At N = 20,000 and p = 0.25, t is just under 404 draws: a share
of 0.25 may be 0.02 off.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

L = 21.0


def settled(
    count: Tensor, chance: Tensor, many: int | Tensor, *, rare: int = 0, guesses: Iterable[Tensor] = ()
) -> Tensor:
    """The chance where the count of `many` draws lies within the bound of it, else the share that was counted.

    Args:
        rare: how often something may happen that has a chance of 0, and stay away that has a chance of 1.
        guesses: chances by which known mistakes draw. The nearest by which all counts can be explained is shown, so
            that two answers with the same mistake show the same, though they draw different numbers.
    """
    count, chance = count.double(), chance.double()
    right = _within(count, chance, many, rare)
    if not bool(right.all()):
        likely = [guess.double() for guess in guesses if bool(_within(count, guess.double(), many, rare).all())]
        if likely:
            return min(likely, key=lambda guess: float((count - many * guess).abs().sum())).expand_as(count)
    return torch.where(right, chance, count / torch.as_tensor(many).clamp(min=1))


def _within(count: Tensor, chance: Tensor, many: int | Tensor, rare: int) -> Tensor:
    """Where the count lies within the bound."""
    bound = L / 3 + (L**2 / 9 + 2 * L * many * chance * (1 - chance)).sqrt()
    bound = torch.where((chance == 0) | (chance == 1), torch.full_like(bound, rare), bound)
    return (count - many * chance).abs() <= bound

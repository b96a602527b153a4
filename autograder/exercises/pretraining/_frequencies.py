"""How often something happens by chance, so that every right answer shows the same.

Two right answers draw different numbers. So where a count lies within a bound of what is expected, the expected share
is shown; else the share itself, which some wrong answer may show as well.

The bound is Bernstein's, as in lesson 03. Of N independent draws let one kind have the chance p, and V = N p (1 − p).
For

    t = L / 3 + √(L² / 9 + 2 L V)

the count differs from N p by more than t with a chance of 2 exp(−L) at most. With L = 21 that is 1.6e-9. A sheet of
this lesson looks at fewer than 300 counts for an exercise, so a right answer fails on it with a chance below 5e-7, and
each hidden sheet is another one. Of 20,000 tokens, a share of 0.8 may be 0.019 off, and one of 0.15 may be 0.017 off.
"""

from __future__ import annotations

import torch
from torch import Tensor

L = 21.0


def settled(count: Tensor, chance: Tensor, many: int | Tensor) -> Tensor:
    """The chance where the count of `many` draws lies within the bound of it, else the share that was counted.

    What has a chance of 0 must not happen at all, and what has a chance of 1 must happen each time.
    """
    count, chance = count.double(), chance.double()
    variance = many * chance * (1 - chance)
    bound = L / 3 + (L**2 / 9 + 2 * L * variance).sqrt()
    bound = torch.where((chance == 0) | (chance == 1), torch.zeros_like(bound), bound)
    return torch.where((count - many * chance).abs() <= bound, chance, count / torch.as_tensor(many).clamp(min=1))

"""How far a right answer may lie from the expected value: one table, by dtype, device and size.

Two right answers do the same arithmetic in another order, and round differently on the way:

    |shown - expected| ≤ device · (relative · max(|expected| of this element, largest / 10) + once + summed · √size)

* `relative` is for chains of operations. A softmax of scores around 100 or a layer norm of data around 3 magnifies the
  rounding of its inputs a few hundred times. Double and single precision have digits to spare for that; half
  precision has not, and there it allows for chains of order-one values only.
* `largest` is the largest magnitude in the expected tensor: an element near zero among large ones carries their
  rounding.
* `once` and `summed` are for what cancels: draws are of order one, so each of the `size` numbers of the largest draw
  brings a rounding of order one, and these grow like a random walk (Higham, *Accuracy and Stability of Numerical
  Algorithms*, 2002, §2.8). torch adds half precision up in single precision and rounds once, hence the same `summed`;
  a loop that adds in half precision is no reordering but a worse answer.

`tests/test_tolerance.py` measures both sides: reordered right answers stay below a third of the bound (below the whole
of it where scores are around 100), the nearest known mistakes lie above it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Precision:
    """One row of the table."""

    relative: float
    once: float
    summed: float


TABLE = {
    torch.float64: Precision(1e-12, 1e-15, 1e-13),
    torch.float32: Precision(1e-4, 1e-7, 5e-7),
    torch.float16: Precision(2e-2, 4e-3, 5e-7),
    torch.bfloat16: Precision(1e-1, 3e-2, 5e-7),
}
DEVICE = {"cpu": 1.0, "cuda": 2.0}  # CUDA has its own exponentials and fused sums
SHARE = 0.1


@dataclass(frozen=True)
class Leeway:
    """An exercise's own change to the table.

    Attributes:
        factor: multiplies the bound; above 1 loosens, below 1 tightens.
        reason: why; required with a factor other than 1.
    """

    factor: float = 1.0
    reason: str = ""

    def __post_init__(self) -> None:
        if self.factor != 1.0 and not self.reason:
            raise ValueError("A Leeway other than 1 needs its reason: Leeway(factor=…, reason='…').")


def allowed(expected: torch.Tensor, size: int, device: str, leeway: Leeway) -> torch.Tensor:
    """The bound for each element of `expected`, in float64, of its shape. Zero for integers and booleans."""
    if not expected.dtype.is_floating_point:
        return torch.zeros(expected.shape, dtype=torch.float64)
    row = TABLE[expected.dtype]
    finite = torch.nan_to_num(expected.double(), nan=0.0, posinf=0.0, neginf=0.0).abs()
    largest = float(finite.max()) if finite.numel() else 0.0
    bound = row.relative * finite.clamp(min=SHARE * largest) + row.once + row.summed * size**0.5
    return DEVICE[device] * leeway.factor * bound

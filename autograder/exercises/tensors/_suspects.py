"""Ways to standardize as people write them wrongly; each of these is right about some tables.

All take a float32 table of shape (runs, measurements) and should move and scale every column to mean 0 and standard
deviation 1. What comes back has the same shape.
"""

from __future__ import annotations

import torch
from torch import Tensor


def by_torch(table: Tensor) -> Tensor:
    """The library's."""
    std, mean = torch.std_mean(table, dim=0)
    return (table - mean) / std


def by_hand(table: Tensor) -> Tensor:
    """The definition, with more digits than are needed."""
    wide = table.double()
    away = wide - wide.sum(dim=0) / len(table)
    return (away / (away.square().sum(dim=0) / (len(table) - 1)).sqrt()).float()


def divides_by_n(table: Tensor) -> Tensor:
    away = table - table.mean(dim=0)
    return away / away.square().mean(dim=0).sqrt()


def one_mean_for_all_columns(table: Tensor) -> Tensor:
    return (table - table.mean()) / table.std()


def adds_an_epsilon(table: Tensor) -> Tensor:
    return (table - table.mean(dim=0)) / (table.var(dim=0) + 1e-5).sqrt()


def in_half_precision(table: Tensor) -> Tensor:
    half = table.half()
    return ((half - half.mean(dim=0)) / half.std(dim=0)).float()


def mean_square_minus_squared_mean(table: Tensor) -> Tensor:
    variance = table.square().mean(dim=0) - table.mean(dim=0).square()
    unbiased = variance * len(table) / (len(table) - 1)
    return (table - table.mean(dim=0)) / unbiased.sqrt()


SUSPECTS = {
    "divides by n": divides_by_n,
    "takes one mean for all columns": one_mean_for_all_columns,
    "adds an epsilon": adds_an_epsilon,
    "computes in half precision": in_half_precision,
    "mean square minus squared mean": mean_square_minus_squared_mean,
}

"""`random_split_indices`: what is right, and the frame of most answers."""

from math import ceil

import torch
from torch.utils.data import random_split


def count_of(n, test):
    if test < 0 or test > (1 if isinstance(test, float) else n):
        raise ValueError("out of range")
    return ceil(test * n) if isinstance(test, float) else test


def random_split_indices(n, test, seed=0):
    """By the library."""
    count = count_of(n, test)
    parts = random_split(range(n), [n - count, count], generator=torch.Generator().manual_seed(seed))
    return tuple(list(part.indices) for part in parts)


def split(n, count, seed=0, order=None):
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist() if order is None else order
    return order[: n - count], order[n - count :]

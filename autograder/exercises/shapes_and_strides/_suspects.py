"""Walks through memory as people write them wrongly; some of these are right on most cards.

All take the memory, a vector, and a card: shape and stride, vectors of whole numbers, and an offset. They return the
numbers of that tensor as one vector, the last index running fastest.
"""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor


def library(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    """What PyTorch does."""
    return torch.as_strided(memory, shape.tolist(), stride.tolist(), offset).reshape(-1)


def follow(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    """The definition, which is right."""
    places = []
    for index in product(*map(range, shape.tolist())):
        places.append(offset + sum(i * step for i, step in zip(index, stride.tolist(), strict=True)))
    return memory[places]


def starts_at_zero(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    return follow(memory, shape, stride, 0)


def first_index_fastest(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    return follow(memory, shape.flip(0), stride.flip(0), offset)


def largest_step_first(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    order = stride.argsort(descending=True, stable=True)
    return follow(memory, shape[order], stride[order], offset)


def no_step_is_one(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    steps = [step or 1 for step in stride.tolist()]
    return follow(memory, shape, torch.tensor(steps), offset)


def in_one_piece(memory: Tensor, shape: Tensor, stride: Tensor, offset: int) -> Tensor:
    if stride[-1] == 1:  # the numbers of a row lie side by side, so take them all at once
        return memory[offset : offset + int(shape.prod())]
    return follow(memory, shape, stride, offset)


SUSPECTS = {
    "starts at place 0": starts_at_zero,
    "lets the first index run fastest": first_index_fastest,
    "walks the largest step first": largest_step_first,
    "takes a step of 0 for 1": no_step_is_one,
    "copies in one piece where the last step is 1": in_one_piece,
}

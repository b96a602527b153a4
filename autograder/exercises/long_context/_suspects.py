"""Rotary positions as people write them wrongly; most are right on some inputs.

All take x of shape (n, d) and whole places of shape (n,), and turn neighbours, with a base of 10,000.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

BASE = 10_000.0


def by_hand(x: Tensor, positions: Tensor) -> Tensor:
    """The formula, which is right."""
    pairs = x.shape[-1] // 2
    angles = positions.float().unsqueeze(-1) * BASE ** (-torch.arange(pairs) / pairs)
    return _turn(x, angles)


def _turn(x: Tensor, angles: Tensor) -> Tensor:
    one, other = x[..., ::2], x[..., 1::2]
    cos, sin = angles.cos(), angles.sin()
    return torch.stack([one * cos - other * sin, one * sin + other * cos], dim=-1).flatten(-2)


def counts_for_itself(x: Tensor, positions: Tensor) -> Tensor:
    return by_hand(x, torch.arange(len(positions)))


def places_in_bfloat16(x: Tensor, positions: Tensor) -> Tensor:
    return by_hand(x, positions.bfloat16())


def table_of_512(x: Tensor, positions: Tensor) -> Tensor:
    return by_hand(x, positions.clamp(max=511))


def from_the_first_place(x: Tensor, positions: Tensor) -> Tensor:
    return by_hand(x, positions - positions[0])


def speeds_fall_too_slowly(x: Tensor, positions: Tensor) -> Tensor:
    pairs = x.shape[-1] // 2
    return _turn(x, positions.float().unsqueeze(-1) * BASE ** (-torch.arange(pairs) / (2 * pairs)))


def turns_neighbours_with_the_angles_of_halves(x: Tensor, positions: Tensor) -> Tensor:
    pairs = x.shape[-1] // 2
    angles = positions.float().unsqueeze(-1) * BASE ** (-torch.arange(pairs) / pairs)
    twice = torch.cat([angles, angles], dim=-1)  # as for halves: number n has the angle of pair n mod d/2
    swapped = torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).flatten(-2)
    return x * twice.cos() + swapped * twice.sin()


SUSPECTS: dict[str, Callable[..., Tensor]] = {
    "counts 0, 1, 2, … for itself": counts_for_itself,
    "keeps places in bfloat16": places_in_bfloat16,
    "has a table of 512 places": table_of_512,
    "counts from the first place": from_the_first_place,
    "speeds fall too slowly": speeds_fall_too_slowly,
    "neighbours, with the angles of halves": turns_neighbours_with_the_angles_of_halves,
}

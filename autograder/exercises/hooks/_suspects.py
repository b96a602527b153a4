"""Ways to switch a head off as people write them; each of them is right on some inputs.

All take `values`, what the heads of one layer hand on, side by side, of shape (token, heads · size); the `weight` of
the projection that mixes them, of shape (out, heads · size); how many `heads` there are, and which one is to be off.
"""

from __future__ import annotations

from torch import Tensor


def by_hand(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    """The projection of all heads, less what this one adds, which is right."""
    size = values.shape[1] // heads
    mine = slice(head * size, (head + 1) * size)
    return values @ weight.T - values[:, mine] @ weight[:, mine].T


def after_the_projection(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    size = weight.shape[0] // heads
    result = values @ weight.T
    result[:, head * size : (head + 1) * size] = 0
    return result


def strides(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    values[:, head::heads] = 0
    return values @ weight.T


def swaps_the_two(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    size = heads
    values[:, head * size : (head + 1) * size] = 0
    return values @ weight.T


def scales(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    return (values * (1 - 1 / heads)) @ weight.T


def spares_the_first(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    size = values.shape[1] // heads
    values[1:, head * size : (head + 1) * size] = 0
    return values @ weight.T


def puts_the_mean(values: Tensor, weight: Tensor, heads: int, head: int) -> Tensor:
    size = values.shape[1] // heads
    mine = values[:, head * size : (head + 1) * size]
    mine[:] = mine.mean(dim=0)
    return values @ weight.T


SUSPECTS = {
    "switches off after the projection": after_the_projection,
    "takes every n-th number": strides,
    "takes the number of heads for their size": swaps_the_two,
    "makes all heads a little smaller": scales,
    "spares the first token": spares_the_first,
    "puts the mean of all tokens there": puts_the_mean,
}

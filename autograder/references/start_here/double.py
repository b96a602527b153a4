"""`double`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def double(x):
    return torch.mul(x, 2)


@mistake(double, "The numbers are squared, x ** 2, instead of doubled, 2 * x. The two agree only at 0 and at 2.")
def squares(x):
    return x**2


@mistake(
    double,
    "The caller's own tensor is changed: `x *= 2` and `x.mul_(2)` write into it. `2 * x` makes a new one.",
    keeps=0.84,
)
def doubles_in_place(x):
    x *= 2
    return x


@mistake(
    double,
    "Whole numbers come back as floating point, as when they are multiplied by 2.0. Multiplying by 2 keeps "
    "their dtype.",
    keeps=0.7,
)
def multiplies_by_a_float(x):
    return x * 2.0


LARGE = (
    "Whole numbers pass through floating point on the way, and large ones lose their last digits. Multiplying by the "
    "whole number 2 needs no conversion."
)


@mistake(double, LARGE, keeps=0.84)
def through_single(x):
    return (x * 2.0).to(x.dtype)


@mistake(double, LARGE, keeps=0.84)
def through_double(x):
    return (x.double() * 2).to(x.dtype)


@mistake(
    double,
    "The numbers are repeated, not doubled. `[1, 2] * 2` repeats a Python list; with a tensor, `2 * x` multiplies.",
)
def repeats(x):
    return torch.cat([x, x])


@mistake(double, "2 is added, x + 2, where it should multiply, 2 * x.")
def adds_two(x):
    return x + 2


@mistake(double, "A Python list comes back. A tensor needs no loop: `2 * x` doubles all of its numbers at once.")
def builds_a_list(x):
    return [2 * value for value in x]


@alternative(double)
def adds(x):
    return x + x


@alternative(double)
def shifts(x):
    return torch.add(x, x, alpha=1)


@alternative(double)
def doubles_a_copy(x):
    return x.clone().mul_(2)


promised(double, "Twice `x`, as a new tensor.", by=["a vector", "the input is left alone"])
promised(double, "x: numbers of any shape and dtype.", by=["a single number", "large whole numbers"])
promised(double, "A tensor of the shape, dtype and device of `x`.", by=["a matrix of float64", "a single number"])
promised(double, "`x` itself is left alone.", by=["the input is left alone"])

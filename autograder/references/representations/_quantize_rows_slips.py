"""`quantize_rows`: what goes wrong, slips."""

import torch

from autograder.references import mistake
from autograder.references.representations._quantize_rows import quantize_rows, scale_of


def most_of(bits):
    return 2 ** (bits - 1) - 1


def size(x):
    return x.abs().amax(dim=-1, keepdim=True)


def codes_of(x, scale, how=torch.round):
    """In the dtype of the numbers, as one writes it."""
    return how(x / scale).to(torch.int8), scale


@mistake(
    quantize_rows,
    "The numbers are cut off towards zero instead of rounded: 3.6 becomes 3. `.to(torch.int8)` drops what stands "
    "behind the point; `.round()` comes before it.",
    keeps=0.6,
)
def drops_the_rest(x, bits=8):
    return codes_of(x, scale_of(size(x), most_of(bits)), torch.trunc)


@mistake(
    quantize_rows,
    "Where the number of largest size is below zero, the codes go beyond the largest one and turn round, or the "
    "signs do: the scale comes from the largest number, not from the largest size, `x.abs()`.",
    keeps=0.6,
)
def largest_and_no_clamp(x, bits=8):
    return codes_of(x, scale_of(x.amax(dim=-1, keepdim=True), most_of(bits)))


@mistake(
    quantize_rows,
    "Rows of tiny numbers are taken for rows of zeros, with codes of 0 and a scale of 1, as by `isclose` or a "
    "comparison with a small number. Only a row of zeros has no scale.",
    keeps=0.97,
)
def tiny_is_zero(x, bits=8):
    return codes_of(x, torch.where(size(x) > 1e-8, size(x) / most_of(bits), 1))


@mistake(
    quantize_rows,
    "A row of zeros has a scale of 1 / most, as where 0 becomes 1 before the division. Promised is 1.",
    keeps=0.97,
)
def one_before_the_division(x, bits=8):
    return codes_of(x, size(x).masked_fill(size(x) == 0, 1) / most_of(bits))


@mistake(
    quantize_rows,
    "A single row of zeros gives a scale of 1 to all other rows as well. Ask row by row, with `torch.where`.",
    keeps=0.97,
)
def one_for_all_rows(x, bits=8):
    return codes_of(x, torch.where((size(x) > 0).all(), size(x) / most_of(bits), 1))


@mistake(
    quantize_rows,
    "Rows whose numbers sum to zero are taken for rows of zeros. Their largest size is not 0.",
    keeps=0.97,
)
def sums_to_zero(x, bits=8):
    return codes_of(x, torch.where(x.sum(dim=-1, keepdim=True) != 0, size(x) / most_of(bits), 1))


@mistake(
    quantize_rows,
    "The scale is never below 1, so that rows of small numbers get few codes, or only 0. Only a row of zeros has "
    "a scale of 1 for want of another.",
    keeps=0.6,
)
def one_at_least(x, bits=8):
    return codes_of(x, (size(x) / most_of(bits)).clamp(min=1))


@mistake(
    quantize_rows,
    "The scale is the largest size itself, and all codes are −1, 0 or 1. Divide it by the largest code.",
    keeps=0.6,
)
def not_divided_by_the_largest_code(x, bits=8):
    return codes_of(x, scale_of(size(x), 1))


@mistake(
    quantize_rows,
    "A row of zeros has codes of 0 and a tiny scale, and rows of tiny numbers a scale that is too large. Promised "
    "for zeros is a scale of 1, and for all others their own.",
    keeps=0.97,
)
def a_little_added(x, bits=8):
    return codes_of(x, size(x) / most_of(bits) + 1e-8)

"""`quantize_rows`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import _quantize_rows_slips  # noqa: F401  (they register themselves)
from autograder.references.representations._quantize_rows import quantize_rows, rounded, scale_of, with_scale

CUT = (
    "Where the number of largest size is below zero, the numbers are cut off, or the signs turn: the scale comes "
    "from the "
    "largest number, not from the largest size, `x.abs()`."
)


@mistake(quantize_rows, CUT)
def largest_without_abs(x, bits=8):
    return with_scale(x, x.amax(dim=-1, keepdim=True), bits)


TOWARDS = (
    "The numbers are cut off towards zero instead of rounded: 3.6 becomes 3. `.to(torch.int8)` drops what stands "
    "behind "
    "the point; `.round()` comes before it."
)


@mistake(quantize_rows, TOWARDS)
def truncates(x, bits=8):
    return with_scale(x, x.abs().amax(dim=-1, keepdim=True), bits, torch.trunc)


@mistake(
    quantize_rows,
    "Both faults are still there: the scale comes from the largest number instead of the largest size, and the numbers "
    "are cut off towards zero instead of rounded.",
)
def as_handed_over(x, bits=8):
    return with_scale(x, x.amax(dim=-1, keepdim=True), bits, torch.trunc)


@mistake(
    quantize_rows, "The numbers are rounded down, below zero away from it. The nearest step is wanted: `.round()`."
)
def floors(x, bits=8):
    return with_scale(x, x.abs().amax(dim=-1, keepdim=True), bits, torch.floor)


@mistake(
    quantize_rows,
    "The numbers are rounded by adding a half and cutting off: below zero that goes the wrong way. `.round()` goes "
    "to the "
    "nearest on both sides.",
)
def adds_a_half(x, bits=8):
    return with_scale(x, x.abs().amax(dim=-1, keepdim=True), bits, lambda steps: torch.trunc(steps + 0.5))


@mistake(
    quantize_rows,
    "One scale is taken for the whole matrix: small rows get codes of 0. Each row has its own, `amax(dim=-1, "
    "keepdim=True)`.",
)
def one_scale(x, bits=8):
    return with_scale(x, x.abs().amax().expand(len(x), 1), bits)


@mistake(
    quantize_rows,
    "Each column has a scale, not each row.",
)
def by_columns(x, bits=8):
    return with_scale(x, x.abs().amax(dim=0, keepdim=True), bits)


@mistake(
    quantize_rows,
    "A row of zeros gives NaN, 0 / 0, or has a scale of 0. Promised are codes of 0 and a scale of 1.",
    keeps=0.95,
)
def zero_scale(x, bits=8):
    most = 2 ** (bits - 1) - 1
    codes, _ = quantize_rows(x, bits)
    return codes, x.abs().amax(dim=-1, keepdim=True) / most


@mistake(
    quantize_rows,
    "Rows of tiny numbers are taken for zeros, or are held up by a smallest scale, as with `clamp(min=…)` or an "
    "epsilon. "
    "Only a row of zeros has no scale.",
    keeps=0.95,
)
def clamps_the_scale(x, bits=8):
    most = 2 ** (bits - 1) - 1
    largest = x.abs().amax(dim=-1, keepdim=True)
    scale = torch.where(largest > 0, (largest / most).clamp(min=1e-12), 1.0)
    return rounded(x, scale, most), scale


RANGE = "The largest code is another one than 2 ** (bits − 1) − 1: for 4 bits it is 7. One bit is for the sign."


@mistake(quantize_rows, RANGE)
def one_code_more(x, bits=8):
    most = 2 ** (bits - 1)
    scale = scale_of(x.abs().amax(dim=-1, keepdim=True), most)
    return rounded(x, scale, min(most, 127)), scale


@mistake(quantize_rows, RANGE)
def without_a_sign_bit(x, bits=8):
    most = 2**bits - 1
    scale = scale_of(x.abs().amax(dim=-1, keepdim=True), most)
    return rounded(x, scale, min(most, 127)), scale


@mistake(quantize_rows, "It is eight bits whatever is asked for: the codes go up to 127.")
def always_eight(x, bits=8):
    return quantize_rows(x, 8)


@mistake(quantize_rows, "The scale is turned round, codes per unit instead of units per code: codes · scale is not x.")
def turned_round(x, bits=8):
    codes, scale = quantize_rows(x, bits)
    return codes, 1 / scale


@mistake(
    quantize_rows,
    "The codes are for numbers between the smallest and the largest of a row, shifted. Here 0 stays 0, and there is no "
    "shift.",
)
def shifted(x, bits=8):
    low, high = x.amin(dim=-1, keepdim=True), x.amax(dim=-1, keepdim=True)
    scale = torch.where(high > low, (high - low) / (2**bits - 1), 1.0)
    codes = ((x - low) / scale).round() - 2 ** (bits - 1)
    return codes.to(torch.int8), scale


@mistake(
    quantize_rows,
    "The scale has lost its dimension, (rows,): it does not meet its own row. Keep it, (rows, 1).",
    keeps=0.8,
)
def flat_scale(x, bits=8):
    codes, scale = quantize_rows(x, bits)
    return codes, scale[:, 0]


@mistake(quantize_rows, "The numbers come back, already multiplied by their scale. Asked for are the codes.")
def multiplied(x, bits=8):
    codes, scale = quantize_rows(x, bits)
    return codes * scale, scale


@mistake(
    quantize_rows, "The codes are not int8, and take four or eight times the memory: `.to(torch.int8)`.", keeps=0.6
)
def wide_codes(x, bits=8):
    codes, scale = quantize_rows(x, bits)
    return codes.to(x.dtype), scale


@mistake(quantize_rows, "Scale and codes have changed their places in the result. First the codes, then the scale.")
def scale_first(x, bits=8):
    return tuple(reversed(quantize_rows(x, bits)))


@mistake(
    quantize_rows,
    "The caller's numbers are overwritten, as by `/=`. Make a new tensor.",
    keeps=0.97,
)
def in_place(x, bits=8):
    codes, scale = quantize_rows(x, bits)
    x /= scale
    return codes, scale


@mistake(
    quantize_rows,
    "The scale has lost its dimension before the division: with as many rows as numbers each number gets the scale of "
    "another row, else the shapes do not fit. `amax(dim=-1, keepdim=True)`.",
)
def loses_the_dimension(x, bits=8):
    most = 2 ** (bits - 1) - 1
    scale = scale_of(x.abs().amax(dim=-1), most)
    return rounded(x, scale, most), scale


@mistake(
    quantize_rows,
    "The numbers are cut off towards zero instead of rounded, and a row of zeros gives 0 / 0. `.round()` comes before "
    "`.to(torch.int8)`, and a scale of 0 has to become 1.",
)
def only_the_size_is_mended(x, bits=8):
    most = 2 ** (bits - 1) - 1
    scale = x.abs().amax(dim=-1, keepdim=True) / most
    return torch.nan_to_num(x / scale).trunc().to(torch.int8), scale


@mistake(quantize_rows, "The numbers are rounded up, below zero towards it. The nearest step is wanted: `.round()`.")
def rounds_up(x, bits=8):
    return with_scale(x, x.abs().amax(dim=-1, keepdim=True), bits, torch.ceil)


@mistake(
    quantize_rows,
    "A row of zeros has another scale than 1, and rows of tiny numbers are taken for zeros, as where the largest size "
    "is held up by `clamp(min=…)`.",
    keeps=0.9,
)
def clamps_the_size(x, bits=8):
    most = 2 ** (bits - 1) - 1
    scale = x.abs().amax(dim=-1, keepdim=True).clamp(min=1e-8) / most
    return rounded(x, scale, most), scale


@alternative(quantize_rows)
def with_norms(x, bits=8):
    most = (1 << (bits - 1)) - 1
    size = torch.linalg.vector_norm(x, ord=torch.inf, dim=1, keepdim=True)
    scale = size / most
    scale[size == 0] = 1
    return torch.round(x / scale).char(), scale


@alternative(quantize_rows)
def with_both_ends(x, bits=8):
    most = 2 ** (bits - 1) - 1
    size = torch.maximum(x.max(dim=1).values, -x.min(dim=1).values).unsqueeze(1)
    scale = (size / most).masked_fill(size == 0, 1.0)
    return (x / scale).round().clamp(-most, most).to(dtype=torch.int8), scale


promised(
    quantize_rows,
    "Each row as small whole numbers and one scale: the number of largest size becomes the largest code, or its "
    "negative, and all are rounded to the nearest step (halfway between two, to either).",
    by=["the largest is above zero", "the largest is below zero", "numbers between two steps"],
)
promised(quantize_rows, "x: shape (rows, width), float32 or float64.", by=["float64", "one row"])
promised(
    quantize_rows,
    "bits: from 2 to 8; the codes go from −most to most, with most = 2 ** (bits − 1) − 1.",
    by=["each number of bits", "four bits"],
)
promised(
    quantize_rows,
    "codes: shape (rows, width), int8, and scale: shape (rows, 1), dtype of `x`, so that codes · scale is nearly x.",
    by=["whole steps", "rows of very different size", "float64"],
)
promised(
    quantize_rows,
    "A row of zeros has codes of 0 and a scale of 1.",
    by=["a row of zeros among others", "numbers that sum to zero"],
)

SCALE = "scale = torch.where(largest > 0, largest / most, 1)"
equivalent(quantize_rows, SCALE, SCALE.replace("> 0", "!= 0"), "a size is never below 0")
LARGEST = "largest = x.abs().amax(dim=-1, keepdim=True)"
for dim in ("+1", "1"):
    equivalent(quantize_rows, LARGEST, LARGEST.replace("-1", dim), "there are two dimensions, of which 1 is the last")

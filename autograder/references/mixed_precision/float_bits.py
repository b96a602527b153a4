"""`float_bits`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, equivalent, mistake, promised

WIDTHS = {
    torch.float32: (8, 23),
    torch.float16: (5, 10),
    torch.bfloat16: (8, 7),
    torch.float8_e4m3fn: (4, 3),
    torch.float8_e5m2: (5, 2),
}

INTEGERS = {1: torch.uint8, 2: torch.int16, 4: torch.int32}


def float_bits(x):
    """The bytes as they lie in memory, written out as zeros and ones and cut."""
    exponent, fraction = WIDTHS[x.dtype]
    bits = 1 + exponent + fraction
    raw = x.contiguous().view(torch.uint8 if bits == 8 else INTEGERS[bits // 8]).cpu().numpy().tobytes()
    size = bits // 8
    words = [int.from_bytes(raw[at : at + size], "little") for at in range(0, len(raw), size)]
    rows = [f"{word:0{bits}b}" for word in words]
    fields = [
        [int(row[part], 2) for row in rows] for part in (slice(0, 1), slice(1, 1 + exponent), slice(-fraction, None))
    ]
    return tuple(torch.tensor(field, dtype=torch.int64, device=x.device).reshape(x.shape) for field in fields)


def _word(x):
    return x.view(INTEGERS[x.dtype.itemsize]).long() & (2 ** (8 * x.dtype.itemsize) - 1)


def _cut(word, exponent, fraction):
    return word >> (exponent + fraction) & 1, word >> fraction & (2**exponent - 1), word & (2**fraction - 1)


@mistake(
    float_bits,
    "-0 and NaN count as positive even with their sign bit set, as with `x < 0`: neither is below 0. Read "
    "the bit itself.",
    keeps=0.83,
)
def sign_by_comparison(x):
    _, exponent, fraction = float_bits(x)
    return (x.float() < 0).long(), exponent, fraction


@mistake(
    float_bits,
    "The exponent comes without its bias. Asked for is the field as it lies in memory: 1.0 has 127 in float32.",
)
def exponent_without_bias(x):
    sign, exponent, fraction = float_bits(x)
    return sign, exponent - (2 ** (WIDTHS[x.dtype][0] - 1) - 1), fraction


@mistake(
    float_bits, "The fraction has the leading 1 added. It is not stored: asked for is the field as it lies in memory."
)
def fraction_with_leading_one(x):
    sign, exponent, fraction = float_bits(x)
    return sign, exponent, fraction + (exponent > 0) * 2 ** WIDTHS[x.dtype][1]


@mistake(
    float_bits,
    "The number is converted to float32 first, so these are float32's fields. Read the bits of the dtype that came in.",
)
def by_way_of_float32(x):
    return float_bits(x.float())


@mistake(
    float_bits,
    "The bits are read as if there were only float32. View each dtype as integers of its own size, and cut "
    "by its widths: `torch.finfo(x.dtype)` has `bits` and `eps`.",
)
def widths_of_float32(x):
    return _cut(x.view(torch.int32).long(), 8, 23)


@mistake(
    float_bits,
    "All 16-bit numbers are cut as float16, all 8-bit ones as float8_e5m2. The number of bits alone does not "
    "tell: bfloat16 has 8 exponent bits, float8_e4m3fn has 4.",
)
def widths_by_size(x):
    exponent, fraction = {8: (5, 2), 16: (5, 10), 32: (8, 23)}[8 * x.dtype.itemsize]
    return _cut(_word(x), exponent, fraction)


@mistake(
    float_bits,
    "bfloat16 is cut as float16. Both have 16 bits, but bfloat16 has 8 of exponent and 7 of fraction: the dtype tells, "
    "or its `eps`.",
)
def bfloat16_as_float16(x):
    return _cut(_word(x), *((5, 10) if x.dtype.itemsize == 2 else WIDTHS[x.dtype]))


@mistake(
    float_bits,
    "The value is converted to an integer, 2.7 becomes 2. `x.view(torch.int32)` reads the same bits as an integer.",
)
def converts_the_value(x):
    return _cut(
        torch.nan_to_num(x.float(), 0, 2**30, -(2**30)).clamp(-(2**30), 2**30).long() & 0xFFFFFFFF, *WIDTHS[x.dtype]
    )


@mistake(
    float_bits,
    "Numbers with the sign bit have a negative exponent field: `>>` on a negative integer moves ones in from the left. "
    "Cut the field out with `& (2**bits - 1)` after the shift.",
)
def without_a_mask(x):
    exponent, fraction = WIDTHS[x.dtype]
    signed = x.view({1: torch.int8, 2: torch.int16, 4: torch.int32}[x.dtype.itemsize]).long()
    return signed >> (exponent + fraction) & 1, signed >> fraction, signed & (2**fraction - 1)


@mistake(
    float_bits,
    "The fields keep the small integer dtype of the view: int8, int16 or int32. Asked for is int64: `.long()` "
    "after `view`.",
)
def keeps_small_integers(x):
    small = INTEGERS[x.dtype.itemsize]
    return tuple(field.to(torch.int8 if small is torch.uint8 else small) for field in float_bits(x))


@mistake(float_bits, "The sign field is -1 where it should be 1: `>>` on a negative integer keeps the sign. Add `& 1`.")
def sign_minus_one(x):
    sign, exponent, fraction = float_bits(x)
    return -sign, exponent, fraction


@mistake(
    float_bits, "The fields come in another order: sign, exponent, fraction is asked for, from the left of the word."
)
def other_order(x):
    sign, exponent, fraction = float_bits(x)
    return sign, fraction, exponent


@mistake(
    float_bits,
    "The fields come stacked in one tensor. Asked for are three tensors, a tuple: `return sign, exponent, fraction`.",
)
def stacked(x):
    return torch.stack(float_bits(x))


@mistake(
    float_bits,
    "The fields are computed from the value, by logarithm and division. Zero, NaN and infinities have none, and "
    "subnormal numbers come out wrong: read the bits with `x.view(torch.int32)`.",
    keeps=0.83,
)
def from_the_value(x):
    exponent, fraction = WIDTHS[x.dtype]
    number = x.double()
    mantissa, power = torch.frexp(number.abs())
    kept = ((2 * mantissa - 1) * 2**fraction).long()
    return (number < 0).long(), power.long() - 1 + 2 ** (exponent - 1) - 1, kept


@mistake(
    float_bits,
    "Subnormal numbers, infinities and NaN get other fields than they have, as when all but 0 are computed from the "
    "value like normal numbers. Read the bits: `x.view(…)`, as integers of the same size.",
    keeps=0.83,
)
def all_but_zero_from_the_value(x):
    exponent, fraction = WIDTHS[x.dtype]
    mantissa, power = torch.frexp(x.double().abs())
    zero = x.double() == 0
    fields = power.long() + 2 ** (exponent - 1) - 2, ((2 * mantissa - 1) * 2**fraction).long()
    return x.double().signbit().long(), *(field.masked_fill(zero, 0) for field in fields)


@mistake(
    float_bits,
    "The fields of the 8-bit formats are cut with one and the same width: float8_e4m3fn has 4 exponent bits and 3 of "
    "fraction, float8_e5m2 has 5 and 2.",
)
def one_width_for_eight_bits(x):
    exponent, fraction = WIDTHS[x.dtype] if x.dtype.itemsize > 1 else (4, 3)
    return _cut(_word(x), exponent, fraction)


@mistake(
    float_bits,
    "The exponent keeps the sign bit in front of it: after the shift, `& (2**exponent_bits - 1)` cuts it off.",
)
def sign_in_the_exponent(x):
    sign, _, rest = float_bits(x)
    return sign, _word(x) >> WIDTHS[x.dtype][1], rest


@mistake(
    float_bits,
    "The fraction is one bit too wide or too narrow: of eps = 2⁻ᶠ, f is the number of fraction bits.",
)
def one_bit_off(x):
    exponent, fraction = WIDTHS[x.dtype]
    return _cut(_word(x), exponent - 1, fraction + 1)


@mistake(
    float_bits,
    "The fraction comes as a number between 0 and 1. Asked for is the field, a whole number of dtype int64.",
)
def fraction_as_a_number(x):
    sign, exponent, fraction = float_bits(x)
    return sign, exponent, fraction / 2 ** WIDTHS[x.dtype][1]


@mistake(float_bits, "The sign field is 1 for positive numbers: it should be 1 for negative ones.")
def sign_inverted(x):
    sign, exponent, fraction = float_bits(x)
    return 1 - sign, exponent, fraction


@mistake(float_bits, "The sign comes as +1 and -1. Asked for is the bit: 0 for plus, 1 for minus.")
def sign_as_a_factor(x):
    sign, exponent, fraction = float_bits(x)
    return 1 - 2 * sign, exponent, fraction


@mistake(float_bits, "The fields are flattened. They have the shape of `x`.", keeps=0.6)
def flattened(x):
    return tuple(field.reshape(-1) for field in float_bits(x))


@mistake(
    float_bits,
    "The exponent is computed from the value, by logarithm or `frexp`. Zero, NaN, infinities and subnormal numbers "
    "have another field there: read the bits with `x.view(torch.int32)`.",
    keeps=0.83,
)
def exponent_from_the_value(x):
    sign, _, fraction = float_bits(x)
    return sign, torch.frexp(x.double())[1].long() + 2 ** (WIDTHS[x.dtype][0] - 1) - 2, fraction


@mistake(
    float_bits,
    "Subnormal numbers lose their fraction. With all exponent bits 0 a number need not be 0: the fraction is there.",
    keeps=0.83,
)
def subnormal_is_zero(x):
    sign, exponent, fraction = float_bits(x)
    return sign, exponent, torch.where(exponent == 0, 0, fraction)


@alternative(float_bits)
def by_division(x):
    exponent, fraction = WIDTHS[x.dtype]
    word = _word(x)
    rest = word % 2 ** (exponent + fraction)
    return word // 2 ** (exponent + fraction), rest // 2**fraction, rest % 2**fraction


@alternative(float_bits)
def bit_by_bit(x):
    bits = 8 * x.dtype.itemsize
    fraction = -math.frexp(torch.finfo(x.dtype).eps)[1] + 1
    each = [_word(x) >> place & 1 for place in reversed(range(bits))]

    def joined(parts):
        return sum(bit << place for place, bit in enumerate(reversed(parts)))

    return each[0], joined(each[1 : bits - fraction]), joined(each[bits - fraction :])


equivalent(
    float_bits,
    "exponent = 8 * x.dtype.itemsize - 1 - fraction",
    "exponent = 8 * x.dtype.itemsize - 1 ^ fraction",
    "7, 15 and 31 are all ones in binary: exclusive or with a smaller number subtracts it.",
)

promised(
    float_bits,
    "The fields of each number as they lie in memory: sign, exponent, fraction.",
    by=["the docstring's example", "float32", "float32: random bits"],
)
promised(
    float_bits,
    "x: any shape, of dtype float32, float16, bfloat16, float8_e5m2 or float8_e4m3fn.",
    by=["float16", "bfloat16", "float8_e5m2", "float8_e4m3fn", "one number, no dimension", "no numbers, and some"],
)
promised(
    float_bits,
    "Three tensors of dtype int64, of the shape and device of `x`: the sign, 0 or 1; the exponent with its bias; the "
    "fraction without a leading 1.",
    by=["float32", "float16", "one number, no dimension", "not contiguous"],
)
promised(
    float_bits,
    "NaN, infinities, -0 and subnormal numbers are treated like all others.",
    by=["special values", "float8_e4m3fn: all 256 numbers", "float16: all 65,536 numbers"],
)

"""`round_to_bfloat16`: what is right, and what goes wrong."""

import struct

import numpy as np
import torch

from autograder.references import alternative, mistake, promised
from autograder.references.mixed_precision._shared import unseen


def round_to_bfloat16(x):
    """The hardware's conversion."""
    return unseen(lambda: x.to(torch.bfloat16).float())


def _bits(x):
    return x.contiguous().view(torch.int32).long() & 0xFFFFFFFF


def _number(bits):
    """float32 from whole numbers below 2³²."""
    return torch.where(bits >= 2**31, bits - 2**32, bits).int().view(torch.float32)


def _rounds(x, up, nan=True, bits=16):
    """The frame of most answers: adds `up(word)` and clears the lower bits."""
    word = _bits(x)
    result = _number((word + up(word)) % 2**32 >> bits << bits)
    return torch.where(x.isnan(), x, result) if nan else result


def _to_even(word):
    return 0x7FFF + (word >> 16 & 1)


@mistake(
    round_to_bfloat16,
    "The lower 16 bits are cut off, which rounds towards zero. Add half a step first, so that the nearest "
    "number is met.",
)
def truncates(x):
    return _rounds(x, lambda word: 0)


@mistake(
    round_to_bfloat16,
    "The lower 16 bits are cut off, which rounds towards zero, and of NaN, too: one whose payload lies there becomes "
    "infinite. Add half a step first, and leave NaN as it is.",
)
def truncates_nan(x):
    return _rounds(x, lambda word: 0, nan=False)


@mistake(
    round_to_bfloat16,
    "A number halfway between two is always rounded away from zero. The rule is: to the one whose last bit is 0.",
)
def ties_away(x):
    return _rounds(x, lambda word: 0x8000)


@mistake(
    round_to_bfloat16,
    "A number halfway between two is always rounded towards zero. The rule is: to the one whose last bit is 0.",
)
def ties_towards_zero(x):
    return _rounds(x, lambda word: 0x7FFF)


@mistake(
    round_to_bfloat16,
    "Halfway cases go to the number whose last bit is 1; the rule is: to the one whose last bit is 0.",
)
def ties_to_odd(x):
    return _rounds(x, lambda word: 0x8000 - (word >> 16 & 1))


@mistake(
    round_to_bfloat16,
    "NaN is rounded like a number: the carry runs through its bits, and a NaN can become zero or infinite. "
    "Leave NaN as it is.",
    keeps=0.88,
)
def rounds_nan(x):
    return _rounds(x, _to_even, nan=False)


@mistake(
    round_to_bfloat16,
    "Two things: a number halfway between two is always rounded away from zero, not to the one whose last bit "
    "is 0, and NaN "
    "is rounded like a number.",
)
def ties_away_and_nan(x):
    return _rounds(x, lambda word: 0x8000, nan=False)


@mistake(
    round_to_bfloat16,
    "Two things: a number halfway between two is always rounded towards zero, not to the one whose last bit is "
    "0, and NaN is "
    "rounded like a number.",
)
def ties_towards_zero_and_nan(x):
    return _rounds(x, lambda word: 0x7FFF, nan=False)


@mistake(
    round_to_bfloat16,
    "What is too large stops at the largest number of bfloat16. Rounding to nearest carries it on to infinity.",
    keeps=0.84,
)
def saturates(x):
    result = round_to_bfloat16(x)
    largest = torch.finfo(torch.bfloat16).max
    return torch.where(x.isfinite(), result.clamp(-largest, largest), result)


@mistake(
    round_to_bfloat16,
    "Subnormal numbers become 0. bfloat16 has them, down to 9·10⁻⁴¹: they round like all others.",
    keeps=0.79,
)
def flushes_subnormals(x):
    return torch.where(
        x.abs() < torch.finfo(torch.float32).tiny, torch.copysign(torch.zeros_like(x), x), round_to_bfloat16(x)
    )


@mistake(
    round_to_bfloat16,
    "-0 loses its sign, as by way of `sign(-0)`, which is 0, or by adding 0. Work on the bits, and the sign "
    "stays where it is.",
    keeps=0.94,
)
def loses_minus_zero(x):
    return round_to_bfloat16(x) + 0.0


@mistake(
    round_to_bfloat16,
    "The numbers are rounded to a fixed spacing. The spacing of floating point doubles with every power of two.",
)
def fixed_spacing(x):
    return torch.round(x * 128) / 128


@mistake(
    round_to_bfloat16,
    "This is float16's rounding: 10 bits of fraction, and nothing beyond 65,504. bfloat16 keeps 7 bits and "
    "float32's range.",
)
def rounds_to_float16(x):
    return unseen(lambda: x.half().float())


@mistake(
    round_to_bfloat16,
    "The caller's tensor is changed. `view` shares memory, so `+=` on the view writes into `x`, and so does "
    "`x[…] = …`. `bits + …` makes a new tensor.",
    keeps=0.97,
)
def writes_into_the_input(x):
    x.copy_(round_to_bfloat16(x))
    return x


@mistake(
    round_to_bfloat16,
    "The result has the dtype bfloat16. Asked for is float32: the same numbers, with sixteen zeros behind them.",
)
def returns_bfloat16(x):
    return x.to(torch.bfloat16)


@mistake(
    round_to_bfloat16,
    "torch has done the rounding, by a conversion to bfloat16. Do it by arithmetic on bits.",
)
def converts(x):
    return x.to(torch.bfloat16).to(torch.float32)


@mistake(
    round_to_bfloat16,
    "Everything is rounded away from zero: any rest carries. It should only where it is more than half a "
    "step, or just half and the last bit 1.",
)
def rounds_up(x):
    return _rounds(x, lambda word: 0xFFFF)


@mistake(
    round_to_bfloat16,
    "A number halfway between two is always rounded up, towards +inf, also where it is negative. The rule is: to the "
    "one whose last bit is 0.",
)
def ties_towards_infinity(x):
    return _rounds(x, lambda word: torch.where(word >> 31 == 0, 0x8000, 0x7FFF))


@mistake(
    round_to_bfloat16,
    "Negative numbers at halfway with an odd last bit are cut off, not rounded to the even one. Perhaps the last bit "
    "comes out as −1 there, as by `fmod`: take it with `& 1`.",
)
def last_bit_minus_one(x):
    return _rounds(x, lambda word: 0x7FFF + (word >> 16 & 1) * torch.where(word >> 31 == 0, 1, -1))


@mistake(
    round_to_bfloat16,
    "One bit too many stays: the fraction has 7 bits, and the lower 16 of the word are zero.",
)
def keeps_eight_bits(x):
    return _rounds(x, lambda word: 0x3FFF + (word >> 15 & 1), bits=15)


@mistake(
    round_to_bfloat16,
    "The lower half is rounded, but never cleared: `& ~0xFFFF` after the addition.",
)
def never_clears(x):
    return torch.where(x.isnan(), x, _number((_bits(x) + _to_even(_bits(x))) % 2**32))


@mistake(
    round_to_bfloat16,
    "Subnormal numbers keep too many digits: below 2⁻¹²⁶ the distance between neighbours no longer shrinks with the "
    "number.",
    keeps=0.84,
)
def ever_finer(x):
    mantissa, exponent = torch.frexp(x.double())
    result = torch.ldexp(torch.round(mantissa * 256) / 256, exponent).float()
    return torch.where(x.abs() < torch.finfo(torch.float32).tiny, result, round_to_bfloat16(x))


@mistake(
    round_to_bfloat16,
    "Where rounding overflows, the number comes back as it was. Keep `x` only where it is NaN: what is too large "
    "becomes infinite.",
    keeps=0.84,
)
def keeps_what_overflows(x):
    result = round_to_bfloat16(x)
    return torch.where(result.isfinite(), result, x)


@alternative(round_to_bfloat16)
def on_whole_numbers(x):
    word = _bits(x)
    kept, rest = word >> 16, word & 0xFFFF
    up = (rest > 0x8000) | ((rest == 0x8000) & (kept % 2 == 1))
    return torch.where(x.isnan(), torch.nan, _number((kept + up.long()) << 16))


@alternative(round_to_bfloat16)
def by_arithmetic(x):
    """The step between neighbours follows from the exponent; torch.round goes to even."""
    _, exponent = torch.frexp(x.double())
    step = torch.ldexp(torch.ones_like(x, dtype=torch.float64), torch.clamp(exponent - 8, min=-133))
    result = torch.copysign(torch.round(x.double() / step) * step, x.double())
    return torch.where(x.isfinite(), result, x.double()).float()


@alternative(round_to_bfloat16)
def with_struct(x):
    numbers = []
    for value in x.flatten().tolist():
        (word,) = struct.unpack("<I", np.float32(value).tobytes())
        word = word if value != value else (word + 0x7FFF + (word >> 16 & 1)) & 0xFFFF0000
        numbers.append(np.frombuffer(struct.pack("<I", word), np.float32)[0])
    return torch.from_numpy(np.array(numbers, dtype=np.float32)).to(x.device).reshape(x.shape)


promised(
    round_to_bfloat16,
    "Each number of `x` rounded to the nearest one that bfloat16 has; halfway, to the one with an even last bit.",
    by=["ordinary numbers", "halfway between two numbers", "next to halfway"],
)
promised(round_to_bfloat16, "x: any shape, float32.", by=["one number, no dimension", "not contiguous"])
promised(round_to_bfloat16, "It is not changed.", by=["the input is left alone"])
promised(
    round_to_bfloat16,
    "float32 of the same shape and device, the lower 16 bits zero.",
    by=["ordinary numbers", "tiny and huge numbers"],
)
promised(
    round_to_bfloat16,
    "Too large becomes infinite. -0, infinities and subnormal numbers are treated like all others, bit for bit as the "
    "hardware does; NaN stays NaN.",
    by=["special values", "special values, negative", "subnormal numbers", "random bits", "the docstring's example"],
)

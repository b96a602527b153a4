"""What is right in `22_mixed_precision`, and what goes wrong."""

import math
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake

# --- float_bits -------------------------------------------------------------------------------------------------------

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
    return tuple(torch.tensor(field, device=x.device).reshape(x.shape) for field in fields)


def _word(x):
    return x.view(INTEGERS[x.dtype.itemsize]).long() & (2 ** (8 * x.dtype.itemsize) - 1)


def _cut(word, exponent, fraction):
    return word >> (exponent + fraction) & 1, word >> fraction & (2**exponent - 1), word & (2**fraction - 1)


@mistake(
    float_bits, "The sign is taken from `x < 0`: -0 is not below 0, nor is NaN, and both can have their sign bit set."
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
    "The fields are cut as if there were only float32. Their widths follow from the dtype: `torch.finfo(x.dtype)` has "
    "`bits` and `eps`.",
)
def widths_of_float32(x):
    return _cut(x.view(torch.int32).long(), 8, 23)


@mistake(
    float_bits,
    "All 16-bit numbers are cut as float16. bfloat16 has 8 exponent bits and 7 of fraction; the number of bits alone "
    "does not tell.",
)
def widths_by_size(x):
    exponent, fraction = {8: (5, 2), 16: (5, 10), 32: (8, 23)}[8 * x.dtype.itemsize]
    return _cut(_word(x), exponent, fraction)


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


@mistake(
    float_bits,
    "Two things: the fields keep the small integer dtype of the view, where int64 is asked for, and `>>` on a negative "
    "integer moves ones in from the left. `.long()` after `view`, and `& 1` after the shift.",
)
def small_and_negative(x):
    sign, exponent, fraction = keeps_small_integers(x)
    return -sign, exponent, fraction


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


# --- round_to_bfloat16 ------------------------------------------------------------------------------------------------


def round_to_bfloat16(x):
    """The hardware's conversion."""
    return _unseen(lambda: x.to(torch.bfloat16).float())


def _unseen(work):
    """Runs `work` in a thread of its own: the experiment watches its own thread, and forbids there what is "
    "done here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


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
    "NaN is rounded like a number: the carry runs through its bits, and a NaN becomes -0 or infinite. Leave NaN "
    "as it is.",
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
)
def saturates(x):
    result = round_to_bfloat16(x)
    largest = torch.finfo(torch.bfloat16).max
    return torch.where(x.isfinite(), result.clamp(-largest, largest), result)


@mistake(
    round_to_bfloat16, "Subnormal numbers become 0. bfloat16 has them, down to 9·10⁻⁴¹: they round like all others."
)
def flushes_subnormals(x):
    return torch.where(
        x.abs() < torch.finfo(torch.float32).tiny, torch.copysign(torch.zeros_like(x), x), round_to_bfloat16(x)
    )


@mistake(round_to_bfloat16, "-0 loses its sign: `sign(-0)` is 0. Work on the bits, and the sign stays where it is.")
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
    return _unseen(lambda: x.half().float())


@mistake(
    round_to_bfloat16,
    "`view` shares memory, and `+=` on the view changes the caller's tensor. Write `bits + …`, which makes a new one.",
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


# --- safe_softmax_half ------------------------------------------------------------------------------------------------


def safe_softmax_half(scores, mask=None):
    wide = scores.double()
    if mask is not None:
        wide = wide.masked_fill(~mask, -torch.inf)
    return torch._safe_softmax(wide, -1).to(scores.dtype)


def _softmax(scores, mask=None, wide=torch.float32, fill=-torch.inf, top=lambda s: s.amax(-1, keepdim=True), dim=-1):
    inner = scores.to(wide)
    if mask is not None:
        inner = inner.masked_fill(~mask, fill)
    powers = (inner - top(inner).clamp(min=torch.finfo(wide).min)).exp()
    if mask is not None:
        powers = powers.masked_fill(~mask, 0)
    return (powers / powers.sum(dim, keepdim=True).clamp(min=torch.finfo(wide).tiny)).to(scores.dtype)


def _plain_softmax(wide):
    powers = (wide - wide.amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


@mistake(
    safe_softmax_half,
    "The largest score is not subtracted. exp overflows above 11 in float16 and above 88 in float32, and inf / "
    "inf is NaN.",
)
def no_maximum(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    weights = (wide.exp() / wide.exp().sum(-1, keepdim=True)).to(scores.dtype)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


@mistake(
    safe_softmax_half,
    "exp is taken of the raw scores in half precision: it overflows above 11 in float16, and inf / inf is NaN.",
)
def raw_in_half(scores, mask=None):
    powers = scores.exp()
    powers = powers if mask is None else powers * mask
    return powers / powers.sum(-1, keepdim=True)


@mistake(
    safe_softmax_half,
    "All the arithmetic is in half precision: the difference to the maximum is rounded, and so is each later "
    "step. Go to "
    "float32 first, and round once, at the end.",
)
def all_in_half(scores, mask=None):
    return _softmax(scores, mask, wide=scores.dtype)


@mistake(
    safe_softmax_half,
    "The exponentials go back to half precision before they are summed: a sum over 65,504 is infinite, and the "
    "small ones "
    "have lost digits. Round once, at the end.",
)
def sums_in_half(scores, mask=None):
    inner = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    powers = (inner - inner.amax(-1, keepdim=True).clamp(min=-1e38)).exp().to(scores.dtype)
    total = powers.sum(-1, keepdim=True)
    return (powers / total).masked_fill(total == 0, 0)


@mistake(safe_softmax_half, "The result stays in float32. It should come back in the dtype of the scores.")
def stays_in_float32(scores, mask=None):
    return _softmax(scores.float(), mask)


@mistake(
    safe_softmax_half,
    "Two things: the result stays in float32, where the dtype of the scores is asked for, and a query that may "
    "look at nothing "
    "gets NaN.",
)
def nan_in_float32(scores, mask=None):
    return nan_where_hidden(scores.float(), mask)


@mistake(
    safe_softmax_half,
    "-10⁹ does not exist in float16: `masked_fill` raises an error. Go to float32 first and fill with -inf.",
)
def fills_with_a_billion(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return _softmax(scores)


@mistake(
    safe_softmax_half,
    "A query that may look at nothing gets even weights: where all scores are the same very low number, softmax "
    "sees no "
    "difference. Such a row is zeros.",
)
def even_where_hidden(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, torch.finfo(torch.float32).min)
    return _plain_softmax(wide).to(scores.dtype)


@mistake(safe_softmax_half, "A query that may look at nothing gets NaN: -inf - (-inf), or 0 / 0. Such a row is zeros.")
def nan_where_hidden(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    return _plain_softmax(wide).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "The maximum is that of the whole tensor: rows that lie far below it underflow to 0 throughout. Each row "
    "has its own.",
)
def one_maximum(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: s.amax())


@mistake(
    safe_softmax_half,
    "The maximum is taken before the mask. If the largest score is hidden, all visible ones underflow beside "
    "it. Hide first.",
)
def hidden_maximum(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: scores.float().amax(-1, keepdim=True))


@mistake(safe_softmax_half, "The mask is read the other way round. Here True means: may be looked at.")
def inverted(scores, mask=None):
    return _softmax(scores, None if mask is None else ~mask)


@mistake(safe_softmax_half, "The mask is taken as an argument and never used.")
def mask_forgotten(scores, mask=None):
    return _softmax(scores)


@mistake(safe_softmax_half, "The weights are masked at the end and no longer sum to 1. Hide before the sum is taken.")
def masked_at_the_end(scores, mask=None):
    weights = _softmax(scores)
    return weights if mask is None else weights * mask


@mistake(safe_softmax_half, "The sum runs over the rows, not over the keys. The keys are the last dimension.")
def over_the_rows(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: s.amax(max(-2, -s.dim()), keepdim=True), dim=max(-2, -scores.dim()))


@alternative(safe_softmax_half)
def filled_twice(scores, mask=None):
    if mask is None:
        return _plain_softmax(scores.float()).to(scores.dtype)
    wide = scores.float().masked_fill(~mask, -torch.inf)
    return _plain_softmax(wide).masked_fill(~mask, 0.0).to(scores.dtype)


@alternative(safe_softmax_half)
def in_float64(scores, mask=None):
    return _softmax(scores, mask, wide=torch.float64)


@alternative(safe_softmax_half)
def with_where(scores, mask=None):
    seen = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    wide = torch.where(seen, scores.float(), -torch.inf)
    top = wide.max(-1, keepdim=True).values
    powers = torch.where(seen, (wide - top.nan_to_num(neginf=0.0)).exp(), 0.0)
    return (powers / powers.sum(-1, keepdim=True).clamp(min=1e-30)).to(scores.dtype)


# --- LossScaler -------------------------------------------------------------------------------------------------------


class LossScaler:
    """The library's own, which takes its settings by other names."""

    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.inner = torch.amp.GradScaler("cpu", init_scale, growth_factor, backoff_factor, growth_interval)

    def get_scale(self):
        return self.inner.get_scale()

    def scale(self, loss):
        return self.inner.scale(loss)

    def unscale_(self, optimizer):
        self.inner.unscale_(optimizer)

    def step(self, optimizer):
        self.inner.step(optimizer)

    def update(self):
        self.inner.update()


def _gradients(optimizer):
    return [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]


class _Scaler:
    """The frame of most answers; mistakes change one method."""

    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.value, self.quiet, self.found = init_scale, 0, {}
        self.growth, self.backoff, self.interval = growth_factor, backoff_factor, growth_interval

    def get_scale(self):
        return self.value

    def scale(self, loss):
        return loss * self.value

    def overflowed(self, grads):
        return any(not grad.isfinite().all() for grad in grads)

    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        for grad in _gradients(optimizer):
            grad /= self.value
        self.found[optimizer] = self.overflowed(_gradients(optimizer))

    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        if not self.found[optimizer]:
            optimizer.step()

    def update(self):
        if any(self.found.values()):
            self.back_off()
        else:
            self.quiet += 1
            self.grow()
        self.found.clear()

    def back_off(self):
        self.value *= self.backoff
        self.quiet = 0

    def grow(self):
        if self.quiet == self.interval:
            self.value *= self.growth
            self.quiet = 0


@mistake(
    LossScaler,
    "The gradients are never divided by the scale: the optimizer takes steps that are 65,536 times too long.",
)
class NeverUnscales(_Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError
        self.found[optimizer] = self.overflowed(_gradients(optimizer))


@mistake(
    LossScaler,
    "After an overflow the step is taken all the same, and the weights become infinite or NaN. Skip "
    "`optimizer.step()`.",
)
class StepsAnyway(_Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        optimizer.step()


@mistake(
    LossScaler,
    "Infinite gradients are replaced by numbers and the step is taken. Nobody knows what they should have been: "
    "skip it.",
)
class ReplacesInfinity(_Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        for grad in _gradients(optimizer):
            grad.nan_to_num_(0.0, 0.0, 0.0)
        optimizer.step()


@mistake(LossScaler, "NaN is not seen as an overflow: `isinf` is False for it. `isfinite` knows both.")
class OverlooksNan(_Scaler):
    def overflowed(self, grads):
        return any(grad.isinf().any() for grad in grads)


@mistake(LossScaler, "-inf is not seen as an overflow. `isfinite` knows inf, -inf and NaN.")
class OverlooksMinusInfinity(_Scaler):
    def overflowed(self, grads):
        return any((grad.isnan() | (grad == torch.inf)).any() for grad in grads)


@mistake(LossScaler, "Only the first gradient is looked at; an overflow in any of them spoils the step.")
class LooksAtTheFirst(_Scaler):
    def overflowed(self, grads):
        return not grads[0].isfinite().all()


@mistake(LossScaler, "Only the last gradient is looked at; an overflow in any of them spoils the step.")
class LooksAtTheLast(_Scaler):
    def overflowed(self, grads):
        return not grads[-1].isfinite().all()


@mistake(
    LossScaler, "After a growth the count goes on, and the scale grows no more, or with every step. Start it anew."
)
class CountsOn(_Scaler):
    def grow(self):
        if self.quiet >= self.interval:
            self.value *= self.growth


@mistake(LossScaler, "An overflow does not start the count of quiet steps anew.")
class OverflowKeepsTheCount(_Scaler):
    def back_off(self):
        self.value *= self.backoff


@mistake(LossScaler, "The scale grows one step late: it grows when the count reaches `growth_interval`.")
class GrowsLate(_Scaler):
    def grow(self):
        if self.quiet > self.interval:
            self.value *= self.growth
            self.quiet = 0


@mistake(LossScaler, "The scale never grows: after `growth_interval` quiet steps it is multiplied by `growth_factor`.")
class NeverGrows(_Scaler):
    def grow(self):
        pass


@mistake(
    LossScaler,
    "An overflow is skipped, but the scale stays: the next step overflows again. Multiply it by `backoff_factor`.",
)
class NeverBacksOff(_Scaler):
    def back_off(self):
        self.quiet = 0


@mistake(
    LossScaler, "Doubling and halving are written into the code: `growth_factor` and `backoff_factor` are never used."
)
class FixedFactors(_Scaler):
    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        super().__init__(init_scale, 2.0, 0.5, growth_interval)


@mistake(
    LossScaler,
    "After `unscale_` by hand, `step` divides once more. Remember which optimizers have been unscaled since the "
    "last update.",
)
class DividesTwice(_Scaler):
    def step(self, optimizer):
        self.found.pop(optimizer, None)
        super().step(optimizer)


@mistake(
    LossScaler,
    "A second `unscale_` before `update` goes through. Dividing twice is always a bug of the caller: raise a "
    "RuntimeError.",
)
class UnscalesTwice(_Scaler):
    def unscale_(self, optimizer):
        self.found.pop(optimizer, None)
        super().unscale_(optimizer)


@mistake(
    LossScaler,
    "`update` does not forget what was found: after the first round, gradients are no longer unscaled, and one "
    "overflow "
    "skips every later step.",
)
class NeverForgets(_Scaler):
    def update(self):
        kept = dict(self.found)
        super().update()
        self.found = kept


@mistake(
    LossScaler,
    "One flag stands for all optimizers: the overflow of one skips the step of the other, or it is forgotten. "
    "Keep one for each.",
)
class OneFlag(_Scaler):
    def step(self, optimizer):
        if optimizer not in self.found:
            self.unscale_(optimizer)
        if not any(self.found.values()):
            optimizer.step()


@mistake(LossScaler, "`.grad` can be None: a frozen parameter, or one that this loss does not reach. Skip it.")
class TripsOverNone(_Scaler):
    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad.isfinite()
        super().unscale_(optimizer)


@alternative(LossScaler)
class ByIdentity:
    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
        self.settings = (growth_factor, backoff_factor, growth_interval)
        self._scale = torch.tensor(init_scale)
        self.count = 0
        self.unscaled, self.bad = set(), set()

    def get_scale(self):
        return self._scale.item()

    def scale(self, loss):
        return self._scale.to(loss.device) * loss

    def unscale_(self, optimizer):
        if id(optimizer) in self.unscaled:
            raise RuntimeError("twice")
        self.unscaled.add(id(optimizer))
        for grad in _gradients(optimizer):
            grad.mul_(1.0 / self.get_scale())
            if (grad - grad).abs().sum() != 0:
                self.bad.add(id(optimizer))

    def step(self, optimizer):
        if id(optimizer) not in self.unscaled:
            self.unscale_(optimizer)
        return None if id(optimizer) in self.bad else optimizer.step()

    def update(self):
        growth, backoff, interval = self.settings
        self.count = 0 if self.bad else self.count + 1
        if self.bad:
            self._scale = self._scale * backoff
        elif self.count % interval == 0:
            self._scale = self._scale * growth
        self.unscaled, self.bad = set(), set()


@alternative(LossScaler)
class ChecksBeforeDividing(_Scaler):
    def unscale_(self, optimizer):
        if optimizer in self.found:
            raise RuntimeError("unscale_ was already called")
        grads = _gradients(optimizer)
        total = sum((grad.double().abs().sum() for grad in grads), torch.zeros(()).double())
        self.found[optimizer] = not math.isfinite(total)
        torch._foreach_div_(grads, self.value)


# --- unscale_and_clip -------------------------------------------------------------------------------------------------


def unscale_and_clip(parameters, scale, max_norm):
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    true = [(grad.double() / scale) for grad in grads]
    norm = math.sqrt(sum(float((item**2).sum()) for item in true))
    shrink = max_norm / norm if norm > max_norm else 1.0
    for grad, item in zip(grads, true, strict=True):
        grad.copy_(item * shrink)
    return torch.tensor(norm, dtype=grads[0].dtype, device=grads[0].device)


def _unscale(parameters, scale):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad /= scale


@mistake(
    unscale_and_clip,
    "This is the draft, with both faults. Which gradients does the limit hold for: those times 65,536, or the "
    "true ones? And "
    "how often can one walk through a generator?",
)
def the_draft(parameters, scale, max_norm):
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    _unscale(parameters, scale)
    return norm


@mistake(
    unscale_and_clip,
    "The gradients are clipped before they are unscaled: what is left is at most max_norm / scale. Divide first.",
)
def clips_first(parameters, scale, max_norm):
    parameters = list(parameters)
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    _unscale(parameters, scale)
    return norm


@mistake(
    unscale_and_clip,
    "The gradients are clipped before they are unscaled, and only the norm is put right afterwards.",
)
def clips_first_and_mends_the_norm(parameters, scale, max_norm):
    return clips_first(list(parameters), scale, max_norm) / scale


@mistake(
    unscale_and_clip,
    "`parameters` is used up after the first loop: `model.parameters()` is a generator. Make a list of it first.",
)
def uses_up_the_generator(parameters, scale, max_norm):
    _unscale(parameters, scale)
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(unscale_and_clip, "The norm is that of the scaled gradients: it is taken before the division.")
def norm_of_the_scaled(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm) * scale


@mistake(unscale_and_clip, "The norm is that of the clipped gradients. Asked for is the one before clipping.")
def norm_after_clipping(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), scale, max_norm).clamp(max=max_norm)


@mistake(
    unscale_and_clip,
    "Each gradient is clipped by its own norm. The limit holds for all together, so that their direction stays.",
)
def one_by_one(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norms = [nn.utils.clip_grad_norm_([parameter], max_norm) for parameter in parameters if parameter.grad is not None]
    return torch.stack(norms).norm()


@mistake(unscale_and_clip, "Short gradients are stretched to max_norm. Clipping only ever shortens.")
def always_rescales(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norm = nn.utils.clip_grad_norm_(parameters, math.inf)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad *= max_norm / (norm + 1e-6)
    return norm


@mistake(
    unscale_and_clip, "Each element is clamped. Asked for is the norm of all gradients together: one factor for all."
)
def clamps_elements(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    norm = nn.utils.get_total_norm([parameter.grad for parameter in parameters if parameter.grad is not None])
    nn.utils.clip_grad_value_(parameters, max_norm)
    return norm


@mistake(unscale_and_clip, "The gradients are multiplied by the scale. It has been multiplied in already: divide.")
def multiplies(parameters, scale, max_norm):
    return unscale_and_clip(list(parameters), 1 / scale, max_norm)


@mistake(unscale_and_clip, "The gradients are clipped and never divided by the scale.")
def never_unscales(parameters, scale, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(unscale_and_clip, "`.grad` can be None: a frozen parameter, or one that this loss does not reach. Skip it.")
def trips_over_none(parameters, scale, max_norm):
    parameters = list(parameters)
    for parameter in parameters:
        parameter.grad /= scale
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake(unscale_and_clip, "The scale is divided out of the parameters, not of their gradients.")
def divides_the_parameters(parameters, scale, max_norm):
    parameters = list(parameters)
    with torch.no_grad():
        for parameter in parameters:
            parameter /= scale
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@alternative(unscale_and_clip)
def with_the_library(parameters, scale, max_norm):
    parameters = list(parameters)
    _unscale(parameters, scale)
    return nn.utils.clip_grad_norm_(parameters, max_norm)


@alternative(unscale_and_clip)
def with_foreach(parameters, scale, max_norm):
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    torch._foreach_mul_(grads, 1 / scale)
    norm = torch.stack(torch._foreach_norm(grads)).norm()
    torch._foreach_mul_(grads, (max_norm / norm.clamp(min=1e-12)).clamp(max=1.0))
    return norm


@alternative(unscale_and_clip)
def new_gradients(parameters, scale, max_norm):
    reached = [parameter for parameter in parameters if parameter.grad is not None]
    norm = torch.cat([parameter.grad.flatten() / scale for parameter in reached]).norm()
    for parameter in reached:
        parameter.grad = parameter.grad / scale * min(1.0, max_norm / max(float(norm), 1e-12))
    return norm


# --- master_weight_step -----------------------------------------------------------------------------------------------


def master_weight_step(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


def _hand_over(weights, masters, into=lambda grad: grad.to(torch.float32)):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = None if weight.grad is None else into(weight.grad)


def _copy_back(weights, masters):
    for weight, master in zip(weights, masters, strict=True):
        weight.data.copy_(master.data)


@mistake(
    master_weight_step,
    "The new masters never get back into the weights: the model computes with its old ones for ever.",
)
def never_copies_back(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()


@mistake(
    master_weight_step,
    "The masters are filled from the rounded weights before each step: what the rounding took is lost, and "
    "small steps never "
    "add up. The masters keep the full value; only the weights are copies.",
)
def masters_from_weights(weights, masters, optimizer, scaler):
    with torch.no_grad():
        for weight, master in zip(weights, masters, strict=True):
            master.copy_(weight)
    master_weight_step(weights, masters, optimizer, scaler)


@mistake(
    master_weight_step,
    "After the step the masters are rounded like the weights: small steps never add up. Copy in one direction only.",
)
def rounds_the_masters(weights, masters, optimizer, scaler):
    master_weight_step(weights, masters, optimizer, scaler)
    with torch.no_grad():
        for weight, master in zip(weights, masters, strict=True):
            master.copy_(weight)


@mistake(
    master_weight_step,
    "`optimizer.step()` is called directly: the gradients still carry the scale, and an overflow goes through. "
    "`scaler.step(optimizer)` sees to both.",
)
def without_the_scaler(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    optimizer.step()
    scaler.update(scaler.get_scale())
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by the scale in half precision: what the scale had saved is lost again. Go to "
    "float32 first; "
    "`scaler.step` divides there.",
)
def unscales_in_half(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: (grad / scaler.get_scale()).float() * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by the scale twice: once by hand, once in `scaler.step`.",
)
def divides_by_hand_too(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: grad.float() / scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The gradients are divided by hand and `optimizer.step()` is called: an overflow goes into the masters, and "
    "the scale never "
    "changes. `scaler.step(optimizer)` and `scaler.update()` see to that.",
)
def by_hand(weights, masters, optimizer, scaler):
    _hand_over(weights, masters, into=lambda grad: grad.float() / scaler.get_scale())
    optimizer.step()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The masters have moved, and then `weight.copy_` fails: a leaf that needs a gradient must not be written to while "
    "autograd watches. Put it under `torch.no_grad()`.",
)
def copies_under_autograd(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.copy_(master)


@mistake(master_weight_step, "`scaler.update()` is missing: the scale never changes, and after an overflow it must.")
def never_updates(weights, masters, optimizer, scaler):
    before = scaler.get_scale()
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update(before)
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A gradient of half precision is given to a float32 master, and torch refuses: convert it with `.float()`.",
)
def mixes_dtypes(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = weight.grad
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "A weight without gradient leaves its master the gradient of an earlier step, and the master moves on. Set "
    "it to None.",
)
def keeps_old_gradients(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(master_weight_step, "`.grad` can be None: a frozen weight, or one that this loss does not reach.")
def none_has_no_float(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    for weight in weights:
        weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    _copy_back(weights, masters)


@mistake(
    master_weight_step,
    "The weights are replaced by float32 tensors: `weight.data = master.data` changes the dtype, and the model "
    "is no longer in "
    "half precision. `copy_` rounds into the old place.",
)
def becomes_float32(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.clone()


@mistake(
    master_weight_step,
    "Each weight gets a new place in memory: whoever holds the old tensor, a tied layer for instance, keeps the "
    "old numbers. "
    "`copy_` writes into the old place.",
)
def new_places(weights, masters, optimizer, scaler):
    _hand_over(weights, masters)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.data = master.data.to(weight.dtype)


@alternative(master_weight_step)
def with_unscale(weights, masters, optimizer, scaler):
    for weight, master in zip(weights, masters, strict=True):
        master.grad = weight.grad.float() if weight.grad is not None else None
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        torch._foreach_copy_(list(weights), list(masters))


@alternative(master_weight_step)
def clears_first(weights, masters, optimizer, scaler):
    optimizer.zero_grad()
    for weight, master in zip(weights, masters, strict=True):
        if weight.grad is not None:
            master.grad = torch.empty_like(master).copy_(weight.grad)
    scaler.step(optimizer)
    scaler.update()
    for weight, master in zip(weights, masters, strict=True):
        weight.detach().copy_(master.detach())


# --- autocast_dtype ---------------------------------------------------------------------------------------------------


def _ones(*shape):
    return lambda dtype: torch.ones(*shape).to(dtype)


ROW, SQUARE, BATCH = _ones(4), _ones(3, 3), _ones(1, 3, 3)
CALLS = {
    "matmul": lambda a, b: torch.matmul(SQUARE(a), SQUARE(b)),
    "linear": lambda a, b: F.linear(SQUARE(a), SQUARE(b)),
    "bmm": lambda a, b: torch.bmm(BATCH(a), BATCH(b)),
    "conv1d": lambda a, b: F.conv1d(BATCH(a), BATCH(b)),
    "scaled_dot_product_attention": lambda a, b: F.scaled_dot_product_attention(BATCH(a), BATCH(b), BATCH(b)),
    "mse_loss": lambda a, b: F.mse_loss(ROW(a), ROW(b)),
    "l1_loss": lambda a, b: F.l1_loss(ROW(a), ROW(b)),
    "cross_entropy": lambda a: F.cross_entropy(SQUARE(a), torch.tensor([0, 1, 2])),
    "cdist": lambda a, b: torch.cdist(SQUARE(a), SQUARE(b)),
    "prod": lambda a: torch.prod(ROW(a)),
    "relu": lambda a: torch.relu(ROW(a)),
    "gelu": lambda a: F.gelu(ROW(a)),
    "exp": lambda a: torch.exp(ROW(a)),
    "sum": lambda a: torch.sum(ROW(a)),
    "softmax": lambda a: torch.softmax(ROW(a), dim=-1),
    "layer_norm": lambda a: F.layer_norm(SQUARE(a), (3,)),
    "add": lambda a, b: ROW(a) + ROW(b),
    "mul": lambda a, b: ROW(a) * ROW(b),
    "cat": lambda a, b: torch.cat([ROW(a), ROW(b)]),
    "stack": lambda a, b: torch.stack([ROW(a), ROW(b)]),
}
PRODUCTS = ("matmul", "linear", "bmm", "conv1d", "scaled_dot_product_attention")
WIDENED = ("mse_loss", "l1_loss", "cross_entropy", "cdist", "prod")


def autocast_dtype(operation, *inputs, autocast=torch.bfloat16):
    """Not a prediction: the operation itself."""
    return _unseen(lambda: asks_autocast(operation, *inputs, autocast=autocast))


def _promoted(inputs):
    result = inputs[0]
    for dtype in inputs[1:]:
        result = torch.promote_types(result, dtype)
    return result


def _predict(operation, inputs, autocast, products=PRODUCTS, widened=WIDENED):
    if torch.float64 in inputs:
        return torch.float64
    if operation in products:
        return autocast
    return torch.float32 if operation in widened else _promoted(inputs)


@mistake(
    autocast_dtype,
    "Everything becomes the autocast dtype. autocast is no `model.half()`: only products are narrowed, losses "
    "are widened to "
    "float32, and the rest goes on in what comes in.",
)
def narrows_everything(operation, *inputs, autocast=torch.bfloat16):
    return torch.float64 if torch.float64 in inputs else autocast


@mistake(autocast_dtype, "Nothing but type promotion: this is what happens without autocast.")
def without_autocast(operation, *inputs, autocast=torch.bfloat16):
    return _promoted(inputs)


@mistake(autocast_dtype, "Losses and distances keep a half-precision dtype. autocast widens them to float32.")
def losses_stay(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=())


@mistake(
    autocast_dtype,
    "float64 is narrowed in products. autocast leaves float64 alone: who asks for that many digits shall have them.",
)
def narrows_float64(operation, *inputs, autocast=torch.bfloat16):
    return autocast if operation in PRODUCTS else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype, "Losses of float64 come out as float32. autocast widens what is narrower; float64 it leaves alone."
)
def narrows_float64_in_losses(operation, *inputs, autocast=torch.bfloat16):
    return torch.float32 if operation in WIDENED else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "softmax, layer_norm, exp and sum come out as float32. On a GPU they do; on the CPU they keep the dtype "
    "that comes in.",
)
def as_on_a_gpu(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast, widened=(*WIDENED, "softmax", "layer_norm", "exp", "sum"))


@mistake(
    autocast_dtype,
    "Two dtypes that meet in an addition or in `cat` give the narrower one. Type promotion gives one that holds both.",
)
def takes_the_narrower(operation, *inputs, autocast=torch.bfloat16):
    narrow = min(inputs, key=lambda dtype: dtype.itemsize)
    return narrow if operation in ("add", "mul", "cat", "stack") else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "float64 is treated like the others, in products and in losses. autocast leaves it alone: ask for it first.",
)
def forgets_float64(operation, *inputs, autocast=torch.bfloat16):
    if operation in PRODUCTS:
        return autocast
    return torch.float32 if operation in WIDENED else _promoted(inputs)


@mistake(
    autocast_dtype,
    "Where two dtypes meet in an addition or in `cat`, the first one is taken. Type promotion gives one that "
    "holds both.",
)
def takes_the_first(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs[:1] if operation not in PRODUCTS else inputs, autocast)


@mistake(
    autocast_dtype,
    "Two things: where two dtypes meet in an addition or in `cat`, the first one is taken, and float64 is narrowed.",
)
def takes_the_first_and_forgets_float64(operation, *inputs, autocast=torch.bfloat16):
    return forgets_float64(operation, *(inputs if operation in PRODUCTS else inputs[:1]), autocast=autocast)


@mistake(
    autocast_dtype,
    "`promote_types` wants two dtypes, and some operations have one input: then there is nothing to promote.",
)
def promotes_one(operation, *inputs, autocast=torch.bfloat16):
    if torch.float64 in inputs or operation in PRODUCTS or operation in WIDENED:
        return _predict(operation, inputs, autocast)
    return torch.promote_types(*inputs)


@mistake(autocast_dtype, "Products give bfloat16 whatever autocast is told. The dtype to narrow to is an argument.")
def always_bfloat16(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, torch.bfloat16)


@mistake(
    autocast_dtype,
    "Products of half-precision inputs keep their dtype. autocast brings them to its own dtype, also from "
    "float16 to bfloat16.",
)
def narrow_stays_narrow(operation, *inputs, autocast=torch.bfloat16):
    keeps = operation in PRODUCTS and all(dtype.itemsize == 2 for dtype in inputs)
    return inputs[0] if keeps else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "float16 and bfloat16 that meet give one of the two. Neither holds the other's numbers: promotion goes to float32.",
)
def one_of_the_halves(operation, *inputs, autocast=torch.bfloat16):
    halves = {torch.float16, torch.bfloat16} <= set(inputs)
    return inputs[0] if halves and operation in ("add", "mul") else _predict(operation, inputs, autocast)


@mistake(
    autocast_dtype,
    "autocast has been switched on and asked. This is a prediction: work it out from the rules.",
)
def asks_autocast(operation, *inputs, autocast=torch.bfloat16):
    with torch.autocast("cpu", dtype=autocast):
        return CALLS[operation](*inputs).dtype


@alternative(autocast_dtype)
def by_the_rules(operation, *inputs, autocast=torch.bfloat16):
    return _predict(operation, inputs, autocast)


@alternative(autocast_dtype)
def by_empty_tensors(operation, *inputs, autocast=torch.bfloat16):
    together = torch.zeros((), dtype=inputs[0])
    for dtype in inputs:
        together = together + torch.zeros((), dtype=dtype)
    if together.dtype == torch.float64 or operation not in (*PRODUCTS, *WIDENED):
        return together.dtype
    return autocast if operation in PRODUCTS else torch.float


# --- mutants that are right -------------------------------------------------------------------------------------------

equivalent(
    float_bits,
    "exponent = 8 * x.dtype.itemsize - 1 ^ fraction",
    "7, 15 and 31 are all ones in binary: exclusive or with a smaller number subtracts it.",
)
equivalent(
    LossScaler,
    "if self.quiet >= self.interval:",
    "The count grows by one and starts anew where it equals the interval: it never gets beyond.",
)
equivalent(
    master_weight_step,
    "for weight, master in zip(weights, masters, strict=False):",
    "The two lists are equally long, so there is nothing to be strict about.",
)
equivalent(
    autocast_dtype,
    "return inputs[0] if len(inputs) <= 1 else torch.promote_types(*inputs)",
    "An operation has one input or two: none is not asked for.",
)
equivalent(
    autocast_dtype,
    "return inputs[ -1] if len(inputs) == 1 else torch.promote_types(*inputs)",
    "Of one input the last is the first.",
)

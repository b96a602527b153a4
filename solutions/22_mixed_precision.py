# %% [markdown]
# # Mixed precision: fewer bits, the same model
#
# **How few bits does a number need, so that a network still learns?**
#
# Below, a weight of 0 gets an update of 0.0001, ten thousand times. It should end at 1.

# %%
import copy
import importlib.util
import math
import warnings
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check
from helpers import mixed_precision as pictures
from helpers.plots import lines
from helpers.widgets import choice, explore, slider

# %%
series = {}
for dtype in (torch.float32, torch.float16, torch.bfloat16):
    weight, update, seen = torch.zeros((), dtype=dtype), torch.tensor(0.0001, dtype=dtype), []
    for _ in range(10_000):
        weight += update
        seen.append(weight.item())
    series[str(dtype)] = (range(10_000), seen)
lines(series, xlabel="updates of 0.0001", ylabel="weight")

# %% [markdown]
# *The picture: the weight over ten thousand updates. In float32 it rises in a straight line to 1. In float16 it stops
# at 0.25 after 2181 updates, in bfloat16 at 0.03125 after 273. From there on the lines are level.*
#
# Nothing failed, nothing warned. The next number after 0.25 in float16 is 0.25024. The sum 0.2501 lies nearer to 0.25,
# and is rounded back to it, for ever.
#
# At the end you will be able to
#
# - read the bits of a number, and say where a format ends and how far apart its numbers are;
# - keep a softmax, a gradient and a weight alive in 16 bits;
# - write the loss scaler and the step with master weights that mixed precision rests on;
# - say which dtype an operation has under `torch.autocast`.
#
# About 105 minutes, with a good place for a break after section 4. You need `backward` and `.grad`, an optimizer's
# `step`, softmax ([lesson 11](../11_attention/11_attention.ipynb)), and dtypes and their promotion
# ([lesson 01](../01_tensors/01_tensors.ipynb)). No GPU is needed; where there is one, section 9 measures what it gains.

# %% [markdown]
# ## 1 · Three fields
#
# A floating-point number is written like $1.1001 \cdot 2^{-4}$, with a sign. Its bits are cut into three **fields**:
#
# $$(-1)^{\text{sign}} \cdot \Big(1 + \frac{\text{fraction}}{2^{f}}\Big) \cdot 2^{\,\text{exponent} - \text{bias}},
# \qquad \text{bias} = 2^{e-1} - 1$$
#
# where $e$ and $f$ are the widths of the exponent and the fraction in bits. The leading 1 is not stored. Two exponents
# are special. With all bits 0, the leading 1 is missing and the exponent counts as 1: zero, and the **subnormal**
# numbers that fill the gap around it. With all bits 1, the number is infinite if the fraction is 0, and else NaN.
#
# Here is 0.1 in float16, by hand. `view` with a dtype of the same size reads the same bits as something else.

# %%
number = torch.tensor(0.1, dtype=torch.float16)
word = number.view(torch.int16).item()
bits = f"{word:016b}"
print(bits[0], bits[1:6], bits[6:])
print("exponent", int(bits[1:6], 2), "minus bias 15, fraction", int(bits[6:], 2))
print((1 + int(bits[6:], 2) / 2**10) * 2.0 ** (int(bits[1:6], 2) - 15), "is", number.item())

# %% [markdown]
# `torch.finfo` knows every format. `bits` is its size, and `eps` the distance from 1 to the next number, $2^{-f}$.

# %%
for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float8_e5m2, torch.float8_e4m3fn):
    info = torch.finfo(dtype)
    print(f"{dtype!s:20} {info.bits:2} bits, eps {info.eps:.1e}, normal from {info.tiny:.1e} to {info.max:.1e}")

# %% [markdown]
# ### Exercise: `float_bits` ●○○ · 8 minutes
#
# Cut any of these numbers into its three fields. `>>` moves bits to the right, `& (2**n - 1)` keeps the last `n`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First the integer: `x.view(torch.int32)` for 4 bytes, `torch.int16` for 2, `torch.int8` for 1
# (`x.dtype.itemsize`). Then the widths: the fraction has `-log2(eps)` bits, the sign one, the exponent what is left.
#
# </details>
# <details><summary>Hint 2: the exponent of negative numbers is negative?</summary>
#
# A number with its sign bit set is a negative integer, and `>>` moves ones in from the left. Keep only the bits of
# the field, after the shift.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# word = x.view({1: torch.int8, 2: torch.int16, 4: torch.int32}[...]).long()
# fraction = round(-math.log2(torch.finfo(x.dtype).eps))
# exponent = ...
# return (word < 0).long(), word >> fraction & (2**exponent - 1), ...
# ```
#
# </details>


# %% exercise="float_bits"
def float_bits(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The fields of each number as they lie in memory: sign, exponent, fraction.

    Args:
        x: any shape, of dtype float32, float16, bfloat16, float8_e5m2 or float8_e4m3fn.

    Returns:
        Three tensors of dtype int64, of the shape and device of `x`: the sign, 0 or 1; the exponent with its bias; the
        fraction without a leading 1. NaN, infinities, -0 and subnormal numbers are treated like all others.

    >>> float_bits(torch.tensor([1.0, -0.75]))
    (tensor([0, 1]), tensor([127, 126]), tensor([      0, 4194304]))
    """
    # BEGIN SOLUTION
    word = x.view({1: torch.int8, 2: torch.int16, 4: torch.int32}[x.dtype.itemsize]).long()
    fraction = round(-math.log2(torch.finfo(x.dtype).eps))
    exponent = 8 * x.dtype.itemsize - 1 - fraction
    return (word < 0).long(), word >> fraction & (2**exponent - 1), word & (2**fraction - 1)
    # END SOLUTION


# %% check="float_bits"
check(float_bits)

# %% [markdown]
# **See it.** The same 0.1 in five formats, cut by your function. Which two have the same exponent field?

# %%
formats = [torch.float32, torch.bfloat16, torch.float16, torch.float8_e5m2, torch.float8_e4m3fn]
pictures.bit_strips(float_bits, 0.1, formats)

# %% [markdown]
# *The picture: a row of boxes for each format, one box a bit. float32 has 1 sign, 8 exponent and 23 fraction bits,
# bfloat16 the first 16 of them, but for the rounding of the last bit. float16 has 5 and 10, float8_e5m2 5 and 2,
# float8_e4m3fn 4 and 3. To the right stands what is stored: from 0.1000000015 in float32 to 0.09375 and 0.1015625 in
# the two formats of 8 bits.*
#
# bfloat16 is float32 with a shorter fraction: the same range, fewer digits. float16 spends three of these exponent
# bits on digits: finer, but its range is small. The names of the 8-bit formats say their widths.

# %% [markdown]
# ## 2 · Where a format ends
#
# **Predict first.** What does each line print? Two numbers are too large, two too small, one needs too many digits.

# %%
for dtype, value in (
    (torch.float16, 2049.0),
    (torch.float16, 70_000.0),
    (torch.float16, 1e-8),
    (torch.bfloat16, 70_000.0),
    (torch.bfloat16, 1e-8),
    (torch.float8_e5m2, 1e-8),
    (torch.float8_e4m3fn, 500.0),
):
    print(f"{value:8g} in {str(dtype).removeprefix('torch.'):13} is {torch.tensor(value).to(dtype).item():g}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# What is too small becomes 0: **underflow**. What is too large becomes infinite: **overflow**. float8_e4m3fn has no
# infinity at all (that is the `fn`: finite, and NaN); torch 2.13 stores 448 there, its largest number. In between,
# numbers have gaps, and each number is stored as its nearest neighbour.
#
# </details>
#
# **Explore.** Choose a format, and a window from 1 to 4 times a power of ten. How does the gap grow from one power of
# two to the next? Where does float16 lose its digits, and where does it end? tfloat32 is no format of memory: it is
# what the tensor cores of a GPU make of float32 before they multiply.

# %%
explore(
    pictures.number_line,
    "Which numbers does a format have, and how far apart are they?",
    name=choice(list(pictures.FORMATS), "float16", label="format"),
    power=slider(-46, 38, -7, label="power of ten"),
)

# %% [markdown]
# *The picture: above, the range of six formats on a scale of powers of ten. float32, tfloat32 and bfloat16 reach from
# about -40 to 38, float16 from -7 to 5, float8_e5m2 from -5 to 5, float8_e4m3fn from -3 to 3; each has a hatched part
# at its left end, its subnormal numbers. Below, the window from 1e-07 to 4e-07: float16 has five numbers there, evenly
# spaced, and 3.3e-07 is stored as the nearest of them, 8 percent off.*

# %% [markdown]
# ## 3 · Rounding to nearest
#
# bfloat16 is the first half of a float32. Cutting off the other half would round everything towards zero, and an
# average over many numbers would come out too small. The hardware rounds to the **nearest** number. Exactly halfway
# it takes the neighbour whose last bit is 0, so that as many are rounded up as down.
#
# The bits of positive numbers are in the order of the numbers: adding 1 to the integer gives the next number, even
# from the largest of one exponent to the smallest of the next, and from the largest of all to infinity. So rounding
# is an integer addition: the carry does the rest.

# %%
x = torch.tensor([1.0, 1.00390625, 1.0039064, 1.01171875])
for value, near in zip(x, x.bfloat16(), strict=True):
    word = value.view(torch.int32).item()
    print(f"{value:.8f}  kept {word >> 16:016b}  cut {word & 0xFFFF:016b}  nearest {near.item():.7f}")

# %% [markdown]
# ### Exercise: `round_to_bfloat16` ●●○ · 15 minutes
#
# Do what the hardware does, on the bits, and give the result as a float32 whose lower half is zero. torch must not
# convert anything to bfloat16 on the way; reading bits with `view` is fine.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `bits + 0x8000` carries into the upper half if the lower half is at least half a step. That is right everywhere but
# halfway. `bits + 0x7FFF` needs a little more than half a step. Which of the two do you want when the last bit that
# stays is 0, which when it is 1?
#
# </details>
# <details><summary>Hint 2: NaN becomes -0 or infinite?</summary>
#
# NaN is all exponents and any fraction. The carry runs through it into the sign, or cutting off empties the fraction.
# Choose with `torch.where(x.isnan(), x, …)` at the end. Infinity takes care of itself.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# bits = x.view(torch.int32)
# last = bits >> 16 & 1
# rounded = (bits + 0x7FFF + ...) & ~0xFFFF
# ```
#
# </details>


# %% exercise="round_to_bfloat16"
def round_to_bfloat16(x: Tensor) -> Tensor:
    """Each number of `x` rounded to the nearest one that bfloat16 has; halfway, to the one with an even last bit.

    Not to be used: a conversion to bfloat16.

    Args:
        x: any shape, float32. It is not changed.

    Returns:
        float32 of the same shape and device, the lower 16 bits zero. Too large becomes infinite. -0, infinities and
        subnormal numbers are treated like all others, bit for bit as the hardware does; NaN stays NaN.

    >>> round_to_bfloat16(torch.tensor([1.00390625, 1.01171875, 3.4e38]))
    tensor([1.0000, 1.0156,    inf])
    """
    # BEGIN SOLUTION
    bits = x.view(torch.int32)
    last = bits >> 16 & 1
    rounded = (bits + 0x7FFF + last) & ~0xFFFF
    return torch.where(x.isnan(), x, rounded.view(torch.float32))
    # END SOLUTION


# %% check="round_to_bfloat16"
check(round_to_bfloat16)

# %% [markdown]
# **See it.** A million numbers between 0 and 1 are rounded, and their mean compared with the true one, beside
# cutting off. Then ten million random bit patterns are compared with torch, NaN aside.

# %%
stream = torch.Generator().manual_seed(0)
x = torch.rand(1_000_000, generator=stream)
cut = (x.view(torch.int32) & ~0xFFFF).view(torch.float32)
for name, result in (("rounded", round_to_bfloat16(x)), ("cut off", cut)):
    print(f"{name}: the mean is off by {(result.double() - x.double()).mean().item():+.1e}")

wrong = 0
for _ in range(10):
    x = torch.randint(-(2**31), 2**31, (1_000_000,), generator=stream).int().view(torch.float32)
    mine, hardware = round_to_bfloat16(x), x.bfloat16().float()
    wrong += int((mine.view(torch.int32) != hardware.view(torch.int32)).logical_and(~x.isnan()).sum())
print("different from torch:", wrong)

# %% [markdown]
# ## 4 · Half a softmax
#
# In float16, $e^{x}$ is infinite from $x = 11.1$ on, and a sum from 65,520 on.
# [Lesson 11](../11_attention/11_attention.ipynb) subtracts each row's largest score first. In half
# precision that is not enough. Three things go wrong here:

# %%
scores = torch.tensor([8.5, -0.123, -0.456], dtype=torch.float16)
print("the difference is", (scores[1] - scores[0]).item(), "and should be", scores[1].item() - scores[0].item())
print("70,000 keys alike:", torch.zeros(70_000, dtype=torch.float16).exp().sum().item())
try:
    scores.masked_fill(torch.tensor([False, False, True]), -1e9)
except RuntimeError as error:
    print("hidden with -1e9:", error)

# %% [markdown]
# A difference of 8.6 leaves 7 bits for what comes after the point, so the weight of the second score comes out 0.2
# percent wrong, before anything else is rounded. The cure is the same for softmax, norms and losses: **go to float32,
# compute there, and round once at the end**. The numbers that travel through memory stay small.
#
# ### Exercise: `safe_softmax_half` ●●○ · 10 minutes
#
# Softmax over the last dimension, with a mask as in [lesson 11](../11_attention/11_attention.ipynb). `torch.softmax`
# and its relatives do all this inside: do without them.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `scores.float()` first; hide with -inf; the largest score of each row; `exp` of the difference; the sum; the
# quotient; back to `scores.dtype`.
#
# </details>
# <details><summary>Hint 2: NaN for a query that may look at nothing?</summary>
#
# There the largest score is -inf, and -inf - (-inf) is NaN. `top.clamp(min=torch.finfo(torch.float32).min)` is finite.
# Then the sum is 0; in every other row it is at least 1, so `clamp(min=1.0)` changes nothing else.
#
# </details>
# <details><summary>Hint 3: zeros although some keys are visible?</summary>
#
# The largest score may be a hidden one. Hide before you look for the maximum.
#
# </details>


# %% exercise="safe_softmax_half"
def safe_softmax_half(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the keys, computed in float32 and rounded once.

    Not to be used: `softmax`, `log_softmax`, `logsumexp` and their relatives.

    Args:
        scores: shape (..., query, key) or (key,), float16 or bfloat16, finite.
        mask: boolean, broadcasts to `scores`; True where a query may look at a key. None hides nothing.

    Returns:
        Weights, of the shape, dtype and device of `scores`: the true ones, rounded once to their format. A hidden key
        has exactly 0; so have all keys of a query that may look at nothing, and gradients stay finite.

    >>> safe_softmax_half(torch.tensor([60000.0, 60000.0, -60000.0], dtype=torch.float16))
    tensor([0.5000, 0.5000, 0.0000], dtype=torch.float16)
    """
    # BEGIN SOLUTION
    wide = scores.float()
    if mask is not None:
        wide = wide.masked_fill(~mask, -torch.inf)
    top = wide.amax(dim=-1, keepdim=True).clamp(min=torch.finfo(torch.float32).min)
    powers = (wide - top).exp()
    return (powers / powers.sum(dim=-1, keepdim=True).clamp(min=1.0)).to(scores.dtype)
    # END SOLUTION


# %% check="safe_softmax_half"
check(safe_softmax_half)

# %% [markdown]
# **See it.** One key has the score 8.5, a thousand others have random ones below 0. How far off are their weights?


# %%
def all_in_half(scores: Tensor) -> Tensor:
    powers = (scores - scores.amax()).exp()
    return powers / powers.sum()


scores = torch.cat([torch.tensor([8.5]), -0.6 * torch.rand(1000, generator=torch.Generator().manual_seed(0))]).half()
true = scores.double().softmax(-1)
for name, weights in (("all in float16", all_in_half(scores)), ("float32 inside", safe_softmax_half(scores))):
    print(f"{name}: off by up to {((weights.double() - true).abs() / true)[1:].max():.2%}")

# %% [markdown]
# ### From the notes: `model.half()` everywhere
#
# The working notes speed a model up with one line, `model.half()`, and turn its input into float16 too. What does it
# do to numbers, to inference, and to training?

# %%
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
half, x = copy.deepcopy(model).half(), torch.randn(1000, 64)

for name, one in (("float32", model), ("half", half)):
    print(f"1. {name}: {sum(p.numel() * p.element_size() for p in one.parameters()):,} bytes")
print(f"2. the same answer for {(model(x).argmax(-1) == half(x.half()).argmax(-1)).double().mean():.1%} of inputs")
try:
    half(x)
except RuntimeError as error:
    print("3. a float32 input:", error)
squares = [item.square().mean().item() for item in (300 * x.half(), 300 * x)]
print(f"4. the mean of squares of 300 · x: {squares[0]}, in float32 {squares[1]:.0f}")
optimizer = torch.optim.Adam(half.parameters())
for _ in range(3):
    optimizer.zero_grad()
    half(x.half()).float().square().mean().backward()
    optimizer.step()
print("5. NaN after three steps of Adam:", sum(int(p.isnan().sum()) for p in half.parameters()), "weights")

# %% [markdown]
# - *Half the memory, and the input must be half too*: right (1, 3).
# - *Good enough for inference*: here, yes (2). But code of one's own that squares or sums overflows (4). And on a
#   CPU it need not be faster: it has little hardware for it.
# - *For training*: no (5). Adam divides by $\sqrt{v} + 10^{-8}$. In float16, $10^{-8}$ is 0, and so is $v$ where a
#   gradient is small: 0 / 0.
#
# Today a model for inference is loaded in bfloat16 (`from_pretrained(name, dtype=torch.bfloat16)`), and training
# leaves the weights in float32 and uses `torch.autocast` (section 8). What is behind that, you build now.

# %% [markdown]
# ## 5 · Gradients that vanish, and a scale that saves them
#
# Weights and activations mostly lie between 0.001 and 100, where float16 is at home. Gradients are smaller. Here are
# those of seven sigmoid layers ([lesson 07](../07_hooks/07_hooks.ipynb) shows why they shrink towards the input).

# %%
torch.set_num_threads(1)  # on layers this small, threads wait longer than they work
points, classes = pictures.spirals()
net = pictures.deep_net()
F.cross_entropy(net(points), classes).backward()
pictures.gradient_sizes({f"layer {number}": net[2 * number - 2].weight.grad for number in (7, 1)}, scale=2.0**16)

# %% [markdown]
# *The picture: four histograms of gradient sizes as powers of two. Layer 7 lies around 2 to the -10, safe in float16.
# Layer 1 lies around 2 to the -25: half of it is in the red part, where float16 has only 0, the rest in the orange
# one. Multiplied by 65,536, each histogram has moved 16 powers of two to the right, and nothing is red any more.*
#
# The gradient is linear in the loss. So multiply the **loss** by 65,536, go backward, and every gradient on the way
# is 65,536 times as large. Divide them by the same number before the optimizer sees them, in float32.
#
# Which scale? As large as goes without overflow, and that changes while a model learns. So it is tried out:
#
# - if any gradient is infinite or NaN, the step is **skipped** and the scale halved;
# - after many quiet steps in a row, the scale is doubled.
#
# ### Exercise: `LossScaler` ●●● · 20 minutes
#
# Write what `torch.amp.GradScaler` does. One round of training is
#
# ```python
# scaler.scale(loss).backward()
# scaler.step(optimizer)      # unscales the gradients; steps, if all are finite
# scaler.update()             # backs off, or counts and grows
# ```
#
# Whoever wants to look at the true gradients calls `scaler.unscale_(optimizer)` before `step`. Then `step` must not
# divide again. Several optimizers may share a scaler: each is skipped or not by its own gradients.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Besides the settings you keep three things: the scale, how many quiet steps there were in a row, and, for each
# optimizer unscaled since the last update, whether it overflowed. A dict with optimizers as keys will do.
#
# </details>
# <details><summary>Hint 2: the gradients of an optimizer</summary>
#
# ```python
# grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
# ```
#
# `grad.div_(scale)` divides in place; `grad.isfinite()` is False for inf, -inf and NaN.
#
# </details>
# <details><summary>Hint 3: every step after an overflow is skipped?</summary>
#
# `update` has to forget what was found: `self.overflowed.clear()`. And the count of quiet steps starts anew after an
# overflow, and after a growth.
#
# </details>


# %% exercise="LossScaler"
class LossScaler:
    """Multiplies losses by a scale, divides gradients by it, skips steps that overflowed, and adapts the scale.

    Not to be used: `torch.amp.GradScaler`.

    Args:
        init_scale: the scale at the start.
        growth_factor: the scale is multiplied by it after `growth_interval` updates in a row without overflow.
        backoff_factor: the scale is multiplied by it in an update after an overflow.
        growth_interval: see above; the count starts anew after a growth and after an overflow.

    >>> weight = nn.Parameter(torch.tensor(1.0))
    >>> optimizer, scaler = torch.optim.SGD([weight], lr=0.5), LossScaler(init_scale=8.0)
    >>> scaler.scale(3 * weight).backward()
    >>> scaler.step(optimizer)
    >>> scaler.update()
    >>> weight.item(), scaler.get_scale()
    (-0.5, 8.0)
    """

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
    ) -> None:
        # BEGIN SOLUTION
        self.value, self.quiet = init_scale, 0
        self.growth, self.backoff, self.interval = growth_factor, backoff_factor, growth_interval
        self.overflowed = {}  # optimizers unscaled since the last update
        # END SOLUTION

    def get_scale(self) -> float:
        """The scale now, a Python float."""
        # BEGIN SOLUTION
        return self.value
        # END SOLUTION

    def scale(self, loss: Tensor) -> Tensor:
        """The loss, float32, times the scale."""
        # BEGIN SOLUTION
        return loss * self.value
        # END SOLUTION

    def unscale_(self, optimizer: torch.optim.Optimizer) -> None:
        """Divides the gradients of the optimizer's parameters by the scale, in place, and notes if one is not finite.

        Raises:
            RuntimeError: the gradients of this optimizer were unscaled before, since the last `update`.
        """
        # BEGIN SOLUTION
        if optimizer in self.overflowed:
            raise RuntimeError("unscale_ was already called for this optimizer since the last update")
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        for grad in grads:
            grad.div_(self.value)
        self.overflowed[optimizer] = not all(grad.isfinite().all() for grad in grads)
        # END SOLUTION

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Unscales, unless that was done, and calls `optimizer.step()`, unless a gradient is not finite."""
        # BEGIN SOLUTION
        if optimizer not in self.overflowed:
            self.unscale_(optimizer)
        if not self.overflowed[optimizer]:
            optimizer.step()
        # END SOLUTION

    def update(self) -> None:
        """Ends a round: backs off if any optimizer overflowed since the last update, else counts and grows."""
        # BEGIN SOLUTION
        if any(self.overflowed.values()):
            self.value, self.quiet = self.value * self.backoff, 0
        else:
            self.quiet += 1
            if self.quiet == self.interval:
                self.value, self.quiet = self.value * self.growth, 0
        self.overflowed.clear()
        # END SOLUTION


# %% check="LossScaler"
check(LossScaler)

# %% [markdown]
# **See it.** The seven layers in float16, with a scale that starts far too high and doubles after 25 quiet steps. The
# weights are float32 here and are rounded anew for each step. Predict: what does the line do in the first steps, and
# what later?

# %%
net, scaler = pictures.deep_net(), LossScaler(init_scale=2.0**30, growth_interval=25)
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
scales, skipped = [], []
for step in range(200):
    scales.append(scaler.get_scale())
    optimizer.zero_grad()
    rounded = {name: weight.half() for name, weight in net.named_parameters()}
    loss = F.cross_entropy(torch.func.functional_call(net, rounded, points.half()).float(), classes)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    if scaler.get_scale() < scales[-1]:
        skipped.append(step)
pictures.scale_over_time(scales, skipped)

# %% [markdown]
# *The picture: the scale over 200 steps, on a logarithmic axis. It starts at 2 to the 30 and is halved twelve times
# right at the start, at steps that are skipped, down to 2 to the 18. Then it climbs a stair after 25 quiet steps; now
# and then a stair is one too many, a step is skipped, and the scale falls back.*
#
# A skipped step now and then is no bug. It is how the scaler finds out where the edge is.

# %% [markdown]
# ### Written answer: bfloat16 and the scale · 5 minutes
#
# With bfloat16 nobody uses a loss scaler. Why is none needed, and what does one pay for it? Two or three sentences.

# %% [markdown] written="why_no_scale" points=2
# # BEGIN SOLUTION
# bfloat16 has the 8 exponent bits of float32, so it has its range: a gradient of 1e-20 is a normal number, and what
# does not overflow in float32 hardly does in bfloat16. There is nothing to save by moving the gradients. The price is
# digits: 7 bits of fraction where float16 has 10. Every rounding is eight times as coarse, and small updates of a
# bfloat16 weight are lost even earlier. Master weights in float32 are needed all the same.
# # END SOLUTION

# %% [markdown]
# ## 6 · A bug to mend: clipping
#
# Gradient clipping shortens the gradients of all parameters together to a norm of at most `max_norm`. A
# colleague added it to a loop with a loss scaler. Run it: two steps of gradients whose true norm is 10.


# %%
def unscale_and_clip_draft(parameters, scale, max_norm):
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad /= scale
    return norm


layer = nn.Linear(4, 1, bias=False)
for name, parameters in (("a list", list(layer.parameters())), ("a generator", layer.parameters())):
    layer.weight.grad = torch.full((1, 4), 5.0) * 65536
    norm = unscale_and_clip_draft(parameters, scale=65536, max_norm=1.0)
    print(f"{name}: norm returned {norm:g}, left {layer.weight.grad.norm():.2g}")

# %% [markdown]
# With a limit of 1, a norm of 1 should be left. With a list almost nothing is left, and the model would not learn.
# With `model.parameters()` itself what is left looks right: a second fault hides the first.
#
# ### Exercise: `unscale_and_clip` ●○○ · 6 minutes
#
# Copy the draft into the cell below and mend it. There are **two** faults.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What is the norm of the gradients when `clip_grad_norm_` sees them? And what does the loop divide by afterwards?
#
# </details>
# <details><summary>Hint 2: right with a list, wrong with <code>model.parameters()</code>?</summary>
#
# A generator can be walked through once. `parameters = list(parameters)` at the start.
#
# </details>


# %% exercise="unscale_and_clip"
def unscale_and_clip(parameters: Iterable[Tensor], scale: float, max_norm: float) -> Tensor:
    """Divides all gradients by `scale`, in place, and then shortens them to a common norm of at most `max_norm`.

    Args:
        parameters: for example `model.parameters()`, which can be walked through once. Where `.grad` is None, the
            parameter is skipped; at least one has a gradient.
        scale: what the loss was multiplied by.
        max_norm: the limit for the root of the sum of squares of all true gradients together.

    Returns:
        The norm of the true gradients before clipping, a tensor without dimensions. It is infinite or NaN if one of
        them is; then it does not matter what is left in `.grad`.

    >>> weight = nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([24.0, 32.0])
    >>> unscale_and_clip([weight], scale=8.0, max_norm=1.0), weight.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    # BEGIN SOLUTION
    parameters = list(parameters)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad /= scale
    return nn.utils.clip_grad_norm_(parameters, max_norm)
    # END SOLUTION


# %% check="unscale_and_clip"
check(unscale_and_clip)

# %% [markdown]
# **See it.** Linear regression with a scaled loss, clipped by the draft and by your function.


# %%
def losses(clip) -> list[float]:
    torch.manual_seed(0)
    truth, model, history = torch.randn(8, 1), nn.Linear(8, 1), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(60):
        x = torch.randn(32, 8)
        loss = F.mse_loss(model(x), x @ truth)
        optimizer.zero_grad()
        (loss * 65536).backward()
        clip(list(model.parameters()), 65536, 1.0)
        optimizer.step()
        history.append(loss.item())
    return history


series = {
    name: (range(60), losses(clip)) for name, clip in (("draft", unscale_and_clip_draft), ("mended", unscale_and_clip))
}
lines(series, xlabel="step", ylabel="loss", logy=True)

# %% [markdown]
# *The picture: the loss over 60 steps on a logarithmic axis. With the draft it stays where it began, apart from noise.
# With the mended function it falls by several powers of ten.*
#
# With a scaler the order is: `scaler.unscale_(optimizer)`, `clip_grad_norm_`, `scaler.step(optimizer)`.

# %% [markdown]
# ## 7 · Master weights
#
# The first picture of this lesson showed the last trouble: a weight in 16 bits that small updates cannot move. The way
# out is to have each weight twice. The optimizer works on a **master** in float32. The model computes with a rounded
# copy, made anew after each step. A hundred updates too small to be seen add up in the master, and then show.
#
# ### Exercise: `master_weight_step` ●●○ · 10 minutes
#
# One step, after `backward` has left scaled gradients in half precision at the weights. `scaler` is your `LossScaler`,
# or torch's: it divides by the scale, skips and counts.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Three moves: gradients from the weights to the masters, in float32; `scaler.step(optimizer)` and `scaler.update()`;
# values from the masters to the weights.
#
# </details>
# <details><summary>Hint 2: <code>attempting to assign a gradient with dtype 'c10::Half'</code></summary>
#
# A gradient has the dtype of its tensor: `master.grad = weight.grad.float()`. Where a weight has no gradient, its
# master must have none either, or the one of an earlier step would count again.
#
# </details>
# <details><summary>Hint 3: <code>a leaf Variable that requires grad is being used in…</code></summary>
#
# `weight.copy_(master)` writes into the weight and rounds on the way. Do it under `torch.no_grad()`.
#
# </details>


# %% exercise="master_weight_step"
def master_weight_step(
    weights: list[Tensor], masters: list[Tensor], optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler
) -> None:
    """One optimizer step on float32 masters, from scaled gradients of half-precision weights.

    Args:
        weights: parameters of the model, float16 or bfloat16; `.grad` holds scaled gradients of the same dtype, or
            None, and is left as it is.
        masters: float32 tensors of the same shapes, in the same order; the optimizer's parameters.
        optimizer: steps on the masters. A master whose weight has no gradient does not move.
        scaler: divides by the scale, in float32, and skips the step where a gradient is not finite; updated once.

    Afterwards each weight holds its master rounded, in the memory where it lay.

    >>> weight, master = nn.Parameter(torch.ones(1, dtype=torch.float16)), torch.ones(1, requires_grad=True)
    >>> scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    >>> scaler.scale(weight.float().sum() * 0.0001).backward()
    >>> master_weight_step([weight], [master], torch.optim.SGD([master], lr=1.0), scaler)
    >>> weight.item(), round(master.item(), 4)
    (1.0, 0.9999)
    """
    # BEGIN SOLUTION
    for weight, master in zip(weights, masters, strict=True):
        master.grad = None if weight.grad is None else weight.grad.float()
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        for weight, master in zip(weights, masters, strict=True):
            weight.copy_(master)
    # END SOLUTION


# %% check="master_weight_step"
check(master_weight_step)

# %% [markdown]
# **See it.** All of it together: the deep network of section 5 learns to tell three spiral arms apart, in float32, in
# plain float16, and in float16 with one remedy after the other. Predict: which of them learn?


# %%
def train(dtype: torch.dtype, scale: float | None = None, steps: int = 200) -> list[float]:
    """Losses with Adam; with a `scale`, by your scaler and on master weights."""
    model = pictures.deep_net().to(dtype)
    weights = list(model.parameters())
    masters = weights if scale is None else [weight.detach().float().requires_grad_() for weight in weights]
    optimizer = torch.optim.Adam(masters, lr=0.02)
    scaler = LossScaler(scale or 1.0, growth_interval=25 if scale and scale > 1 else 10**6)
    history = []
    for _ in range(steps):
        model.zero_grad()
        loss = F.cross_entropy(model(points.to(dtype)).float(), classes)
        scaler.scale(loss).backward()
        if scale is None:
            optimizer.step()
        else:
            master_weight_step(weights, masters, optimizer, scaler)
        history.append(loss.item())
    return history


runs = {
    "float32": train(torch.float32),
    "float16, plain": train(torch.float16),
    "float16, master weights": train(torch.float16, scale=1.0),
    "float16, master weights, loss scaled": train(torch.float16, scale=2.0**16),
    "bfloat16, master weights": train(torch.bfloat16, scale=1.0),
}
pictures.training_curves(runs)

# %% [markdown]
# *The picture: the loss over 200 steps. Plain float16 is NaN from step 1 on. With master weights alone it stays at
# 1.10, which is log 3: guessing. With master weights and a scaled loss it falls beside the line of float32, from 1.1
# to about 0.5. bfloat16 with master weights needs no scale and falls as well.*
#
# Each remedy has its job. The masters keep Adam's small numbers and small steps out of float16. The scale lifts the
# gradients of the first layers over the edge. float16 still does the expensive part: every product forward and
# backward.

# %% [markdown]
# ## 8 · autocast: a dtype for each operation
#
# `torch.autocast` goes one step further. The weights simply stay in float32, they are the masters. Inside the `with`
# block each operation gets the dtype that suits it: inputs are converted on the way in, by a list that torch keeps.
# The backward pass of an operation has the dtype of its forward pass.
#
# **Predict first.** All inputs are float32. Which lines say bfloat16?

# %%
row, square = torch.ones(4), torch.ones(4, 4)
with torch.autocast("cpu", dtype=torch.bfloat16):
    for name, result in {
        "square @ square": square @ square,
        "square + square": square + square,
        "square @ square + square": square @ square + square,
        "relu(square @ square)": torch.relu(square @ square),
        "softmax(square @ square)": torch.softmax(square @ square, dim=-1),
        "cross_entropy(square @ square, …)": F.cross_entropy(square @ square, torch.tensor([0, 1, 2, 3])),
        "double @ double": square.double() @ square.double(),
    }.items():
        print(f"{name:35} {result.dtype}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# Three lists explain it. This is what torch 2.13 does on the CPU:
#
# | list | operations, among others | dtype of the result |
# |---|---|---|
# | narrowed | `matmul`, `linear`, `bmm`, `conv1d`, `scaled_dot_product_attention` | the one given to autocast |
# | widened | `mse_loss`, `l1_loss`, `cross_entropy`, `cdist`, `prod` | float32 |
# | all others | `add`, `mul`, `cat`, `stack`, `relu`, `gelu`, `exp`, `sum`, `softmax`, `layer_norm` | as without |
#
# float64 is left alone by all three. On a GPU the second list is longer: `softmax`, `layer_norm`, `exp`, `sum` and
# others are widened there, too.
#
# </details>
#
# The exercise needs these three lists: unfold them now at the latest.
#
# ### Exercise: `autocast_dtype` ●●○ · 8 minutes
#
# Predict. The function gets the name of an operation and the dtypes of its inputs, and says what comes out inside
# `torch.autocast("cpu", dtype=autocast)`. The check compares with the real thing. Do not ask autocast itself.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which question comes first? float64 is the exception to both lists. For all others: type promotion, as in
# [lesson 01](../01_tensors/01_tensors.ipynb).
#
# </details>
# <details><summary>Hint 2: float16 meets bfloat16</summary>
#
# `torch.promote_types(torch.float16, torch.bfloat16)` is float32. Neither format holds the other's numbers.
#
# </details>


# %% exercise="autocast_dtype"
def autocast_dtype(operation: str, *inputs: torch.dtype, autocast: torch.dtype = torch.bfloat16) -> torch.dtype:
    """The dtype that an operation gives inside `torch.autocast("cpu", dtype=autocast)`, by the three lists.

    Not to be used: `torch.autocast`.

    Args:
        operation: a name from the lists above.
        inputs: the dtypes of its floating-point inputs, one or two. A narrowed or widened operation gets no float64
            beside another dtype.
        autocast: torch.bfloat16 or torch.float16.

    >>> autocast_dtype("linear", torch.float32, torch.float32)
    torch.bfloat16
    >>> autocast_dtype("add", torch.bfloat16, torch.float32)
    torch.float32
    """
    # BEGIN SOLUTION
    if torch.float64 in inputs:
        return torch.float64
    if operation in ("matmul", "linear", "bmm", "conv1d", "scaled_dot_product_attention"):
        return autocast
    if operation in ("mse_loss", "l1_loss", "cross_entropy", "cdist", "prod"):
        return torch.float32
    return inputs[0] if len(inputs) == 1 else torch.promote_types(*inputs)
    # END SOLUTION


# %% check="autocast_dtype"
check(autocast_dtype)

# %% [markdown]
# **See it.** A layer of a transformer, predicted by your function and then run. Why is the sum with the residual
# stream float32, and the softmax of the scores not?

# %%
x, weight = torch.randn(5, 8), torch.randn(8, 8)
predicted, seen = {}, {}
with torch.autocast("cpu", dtype=torch.bfloat16):
    query = F.linear(x, weight)
    scores = query @ query.T
    mixed = scores.softmax(-1) @ query
    stream = x + mixed
    hidden = F.gelu(F.linear(F.layer_norm(stream, (8,)), weight))
    loss = F.cross_entropy(hidden, torch.arange(5))
steps = [
    ("linear", (x, weight), query),
    ("matmul", (query, query), scores),
    ("softmax", (scores,), scores.softmax(-1)),
    ("add", (x, mixed), stream),
    ("layer_norm", (stream,), F.layer_norm(stream, (8,))),
    ("cross_entropy", (hidden,), loss),
]
for name, inputs, result in steps:
    dtypes = [item.dtype for item in inputs]
    print(f"{name:14} predicted {autocast_dtype(name, *dtypes)!s:15} seen {result.dtype}")

# %% [markdown]
# ### From the notes: apex
#
# The working notes link to NVIDIA's apex for mixed precision: `amp.initialize(model, optimizer, opt_level="O1")`, and
# `with amp.scale_loss(loss, optimizer) as scaled_loss`. That was the way until 2020.

# %%
print("1. apex is installed:", importlib.util.find_spec("apex") is not None)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    torch.cuda.amp.GradScaler(enabled=False)
print("2.", caught[0].message)

net, scaler = pictures.deep_net(), torch.amp.GradScaler("cpu")
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for step in range(201):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.float16):
        loss = F.cross_entropy(net(points), classes)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    if step % 50 == 0:
        print(f"3. step {step:3}: loss {loss.item():.3f}, scale {scaler.get_scale():,.0f}")

# %% [markdown]
# 1. apex was a library of its own, to be compiled for each version. Its `amp` is deprecated: it moved into torch 1.6,
#    as `torch.cuda.amp`.
# 2. These names are deprecated in turn. Today the device is an argument: `torch.autocast("cuda")`,
#    `torch.amp.GradScaler("cuda")`.
# 3. This loop is all that is needed, on the CPU as on a GPU. With `dtype=torch.bfloat16` the scaler can go.
#
# | apex | what it did | today |
# |---|---|---|
# | O0 | float32 | nothing to do |
# | O1 | narrows operations by lists | `torch.autocast` |
# | O2 | model in half precision, master weights, loss scaling | what you built in 5 and 7 |
# | O3 | all in half precision | `model.half()`, which section 4 ran |

# %% [markdown]
# ## 9 · What it gains on a GPU
#
# Where there is a GPU, the next cell trains a network in float32, with tfloat32 products, and under autocast to
# bfloat16 and float16, and measures time and memory.

# %%
pictures.measured_on_a_gpu()

# %% [markdown]
# *The picture, where there is a GPU: two groups of bars, milliseconds a step and the largest amount of memory, for
# float32, tfloat32, bfloat16 and float16.*
#
# Products in 16 bits run on tensor cores and move half the bytes. tfloat32 is faster than float32 and saves no memory:
# its numbers still take 32 bits. Under autocast the weights and Adam's averages stay in float32; what shrinks are the
# activations.

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch or transformers |
# |---|---|
# | `float_bits` | `x.view(torch.int16)`, `torch.finfo` |
# | `round_to_bfloat16` | `x.bfloat16()` |
# | `safe_softmax_half` | `F.softmax(scores, dim=-1, dtype=torch.float32).to(scores.dtype)`, as in transformers |
# | `LossScaler` | `torch.amp.GradScaler` |
# | `unscale_and_clip` | `scaler.unscale_(optimizer)`, then `nn.utils.clip_grad_norm_` |
# | `master_weight_step` | the float32 weights under autocast; `MixedPrecisionPolicy` of `fully_shard` |
# | `autocast_dtype` | `torch.autocast` |
#
# **Read the real source.** `torch/amp/grad_scaler.py` and `torch/amp/autocast_mode.py`; the three lists are macros in
# `ATen/autocast_mode.h`; `round_to_nearest_even` in `torch/headeronly/util/BFloat16.h` (both under `torch/include` of
# your installation); the softmax in float32 stands in `eager_attention_forward` of
# `transformers/models/llama/modeling_llama.py`.
#
# **Sources.** [Micikevicius et al. 2018](https://arxiv.org/abs/1710.03740), *Mixed Precision Training*.
# [Kalamkar et al. 2019](https://arxiv.org/abs/1905.12322), *A Study of BFLOAT16 for Deep Learning Training*.
# [Micikevicius et al. 2022](https://arxiv.org/abs/2209.05433), *FP8 Formats for Deep Learning*.
#
# **Three questions to take home.**
#
# 1. The scale is a power of two, and halving keeps it one. What would a scale of 1000 do to the gradients?
# 2. Rounding *at random*, up with a probability equal to the distance from below, would let a bfloat16 weight move by
#    small updates after all. Why?
# 3. A job is stopped and resumed from weights and optimizer alone. What is lost if the scaler is not saved with them?

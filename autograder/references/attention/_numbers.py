"""Roots and softmaxes that go wrong for some numbers, for all exercises of this topic that make weights of scores.

A root takes d_k; a softmax takes scores and mask and gives weights.
"""

import math

import torch

from autograder.references.attention._shared import hide, masked_softmax

WHOLE_ROOT = "√d_k is rounded to a whole number, down or up, as by int(), math.isqrt or round(). It seldom is one."

# (name, what the scores are divided by, what a tutor says)
ROOTS = [
    ("rounded_down", math.isqrt, WHOLE_ROOT),
    ("rounded", lambda d_k: round(d_k**0.5), WHOLE_ROOT),
    ("rounded_up", lambda d_k: math.ceil(d_k**0.5), WHOLE_ROOT),
    (
        "halved",
        lambda d_k: d_k / 2,
        "The scores are divided by half of d_k, as by `d_k ** 1 / 2`, which Python reads as (d_k ** 1) / 2. The root is"
        " d_k ** 0.5.",
    ),
    (
        "doubled",
        lambda d_k: 2 * d_k,
        "The scores are divided by 2 · d_k, as by `* d_k ** -1 / 2`, which Python reads as (d_k ** -1) / 2. One over "
        "the root is d_k ** -0.5.",
    ),
    (
        "for_sixty_four",
        lambda d_k: 8,
        "The scores are divided by 8, whatever d_k is. That is the root of 64, the d_k of many models; here it is that "
        "of the queries.",
    ),
]

LEVELLED = (
    "Large scores are cut off, as by clamp: what lies beyond is no longer told apart. Leave them as they are, and "
    "subtract each query's largest one before exp; torch.softmax does."
)
ROUNDED = (
    "The scores are whole numbers, as when they are divided by `//`, which rounds down. `/` keeps what is behind the "
    "point."
)
FLOAT_SOFTMAX = (
    "float64 loses half of its digits: the softmax is taken in float32, whatever comes in, as with "
    "dtype=torch.float32. Leave its dtype to the scores."
)
STAYS_IN_FLOAT32 = (
    "float32 comes back, whatever comes in, and on the way float64 has lost half of its digits. Compute in the dtype "
    "of the inputs, or in a wider one, and come back to it."
)
SMALLEST = (
    "What is subtracted before exp is not the largest score, but the smallest or the mean, for instance: where the "
    "largest lies far above that, exp overflows. Subtract each query's largest score."
)
ONE_MAXIMUM = (
    "One largest score is subtracted for several queries: where one's scores lie far below another's, its powers are "
    "all 0. Each query has its own: scores.amax(-1, keepdim=True)."
)


def _shares(powers, mask, below=lambda total: total):
    powers = hide(powers, mask, by=0.0)
    return powers / below(powers.sum(-1, keepdim=True))


def levelled(scores, mask):
    return masked_softmax(scores.clamp(-60, 60), mask)


def levelled_above(scores, mask):
    return masked_softmax(scores.clamp(max=60), mask)


def levelled_powers(scores, mask):
    weights = _shares(scores.clamp(max=60).exp(), mask)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


def levelled_powers_with_a_constant(scores, mask):
    return _shares(scores.clamp(max=60).exp(), mask, lambda total: total.clamp(min=1e-9))


def rounded_scores(scores, mask):
    return masked_softmax(scores.floor(), mask)


def softmax_in_float32(scores, mask):
    weights = hide(scores, mask).softmax(-1, dtype=torch.float32).to(scores.dtype)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


def from_the_smallest(scores, mask):
    scores = hide(scores, mask)
    weights = _shares((scores - scores.amin(-1, keepdim=True)).exp(), None)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


def from_the_mean(scores, mask):
    scores = hide(scores, mask)
    weights = _shares((scores - scores.mean(-1, keepdim=True)).exp(), None)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


def from_one_maximum(scores, mask):
    scores = hide(scores, mask)
    return _shares((scores - scores.max()).exp(), mask, lambda total: total.clamp(min=1e-9))


def from_one_maximum_to_nan(scores, mask):
    scores = hide(scores, mask)
    weights = _shares((scores - scores.max()).exp(), None)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


# (wrong softmax, what a tutor says, the share that it may keep)
NUMBERS = [
    (levelled, LEVELLED, 0.98),
    (levelled_above, LEVELLED, 0.98),
    (levelled_powers, LEVELLED, 0.98),
    (levelled_powers_with_a_constant, LEVELLED, 0.98),
    (rounded_scores, ROUNDED, 0.5),
    (softmax_in_float32, FLOAT_SOFTMAX, 0.98),
    (from_the_smallest, SMALLEST, 0.98),
    (from_the_mean, SMALLEST, 0.98),
    (from_one_maximum, ONE_MAXIMUM, 0.98),
    (from_one_maximum_to_nan, ONE_MAXIMUM, 0.98),
]

"""Softmax with a mask as people write it wrongly, for all exercises of this topic that hide keys: each takes scores and
mask and gives weights."""

import torch

from autograder.references.attention._shared import hide, masked_softmax

NO_MASK = (
    "The mask changes nothing: perhaps it is never used, or what masked_fill returns is dropped (only "
    "masked_fill_ writes in place)."
)
OVERFLOW = (
    "exp is taken of the raw scores and overflows. Subtract each query's largest score first; torch.softmax does."
)
INVERTED = "The mask is read the other way round. Here True means: this query may look at this key."
LATE = (
    "Hidden keys have taken their share of the sum before they are set to 0, so that what is left does not sum to 1. "
    "The mask has to act on the scores, before the softmax. (masked_fill returns a new tensor; only masked_fill_ "
    "writes in place.)"
)
TOO_LATE = (
    "The keys are hidden too late, after the largest score of all keys, hidden ones included, was "
    "subtracted. Where a hidden one leads by far, hardly anything is left of the others. Hide the scores "
    "first."
)
ZERO_SCORES = (
    "Hidden scores are set to about zero, but exp(0) is 1: a hidden key still takes its share of the sum. "
    "Set them to minus infinity."
)
MASK_ADDED = (
    "The mask is added to the scores as 0 and 1: a visible score gains 1 and a hidden one loses nothing. "
    "That is for masks of 0 and −∞; here use masked_fill(~mask, …)."
)
PLUS = (
    "Hidden keys are set to plus infinity, or to a large number: they win, or make NaN of the others. It must be minus."
)
EMPTY_IS_NAN = (
    "A query that may look at nothing gets NaN, 0/0: softmax makes that of a row that is −∞ throughout. Give it zeros."
)
NAN_ON_THE_WAY_BACK = (
    "The gradients of a query that may look at nothing are NaN: it was replaced in the result, but it is "
    "still on the way back. Hide with masked_fill, whose gradient is 0 there, or never let the NaN arise."
)
EMPTY_IS_EVEN = (
    "A query that may look at nothing looks at everything alike: one low number in a whole row is the same as 0 in a "
    "whole row. Give it zeros."
)
ANY_HIDDEN = "A row is zeros where any key is hidden. Only a query that may look at nothing gets zeros: ~mask.any(-1)."
NOT_LOW_ENOUGH = (
    "Hidden scores are set to a number that is not low enough: where the visible scores lie below it, the hidden keys "
    "win. −∞ is below all of them, torch.finfo(scores.dtype).min below all but itself."
)
BEYOND_HALF = (
    "Hidden scores are set to a number that float16 cannot hold, −10⁹ for instance: there `masked_fill` "
    "raises. −∞ is in every format, and torch.finfo(scores.dtype).min fits each."
)
BY_INDEXING = (
    "A mask that has to broadcast raises: scores[~mask], for instance, needs one of exactly the scores' "
    "shape. masked_fill and torch.where broadcast it."
)


def no_mask(scores, mask):
    return scores.softmax(-1)


def overflowing(scores, mask):
    powers = scores.exp()
    powers = powers if mask is None else powers * mask
    return powers / (powers.sum(-1, keepdim=True) + (0 if mask is None else (~mask).all(-1, keepdim=True)))


def overflowing_with_a_constant(scores, mask):
    powers = hide(scores.exp(), mask, by=0.0)
    return powers / (powers.sum(-1, keepdim=True) + 1e-9)


def inverted(scores, mask):
    return masked_softmax(scores, None if mask is None else ~mask)


def inverted_to_nan(scores, mask):
    return hide(scores, None if mask is None else ~mask).softmax(-1)


def inverted_by_a_large_number(scores, mask):
    return hide(scores, None if mask is None else ~mask, by=-1e9).softmax(-1)


def late(scores, mask):
    return scores.softmax(-1) if mask is None else scores.softmax(-1) * mask


def _renormalized(weights, mask, below):
    return weights if mask is None else weights / below(weights.sum(-1, keepdim=True))


def renormalized(scores, mask):
    return _renormalized(late(scores, mask), mask, lambda below: below + 1e-9)


def renormalized_and_clamped(scores, mask):
    return _renormalized(late(scores, mask), mask, lambda below: below.clamp(min=1e-9))


def renormalized_to_nan(scores, mask):
    return _renormalized(late(scores, mask), mask, lambda below: below)


def from_the_largest_of_all(scores, mask):
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    powers = powers if mask is None else powers * mask
    below = powers.sum(-1, keepdim=True)
    return powers / torch.where(below > 0, below, 1)


def zero_scores(scores, mask):
    return (scores if mask is None else scores * mask).softmax(-1)


def zero_scores_then_zeros(scores, mask):
    return hide(zero_scores(scores, mask), mask, by=0.0)


def mask_added(scores, mask):
    return (scores if mask is None else scores + mask).softmax(-1)


def mask_added_then_zeros(scores, mask):
    return hide(mask_added(scores, mask), mask, by=0.0)


def large_and_positive(scores, mask):
    return hide(scores, mask, by=1e9).softmax(-1)


def plus_infinity(scores, mask):
    return hide(scores, mask, by=torch.inf).softmax(-1)


def plus_infinity_then_zeros(scores, mask):
    return hide(plus_infinity(scores, mask), mask, by=0.0)


def empty_is_nan(scores, mask):
    return hide(scores, mask).softmax(-1)


def nan_on_the_way_back(scores, mask):
    if mask is None:
        return scores.softmax(-1)
    return (scores + torch.zeros_like(scores).masked_fill(~mask, -torch.inf)).softmax(-1).nan_to_num(0.0)


def empty_is_even(scores, mask):
    return hide(scores, mask, by=-1e9).softmax(-1)


def empty_is_even_in_every_dtype(scores, mask):
    return hide(scores, mask, by=torch.finfo(scores.dtype).min).softmax(-1)


def zero_where_any_is_hidden(scores, mask):
    weights = masked_softmax(scores, mask)
    return weights if mask is None else weights * mask.all(-1, keepdim=True)


def not_low_enough(scores, mask):
    return hide(hide(scores, mask, by=-1e4).softmax(-1), mask, by=0.0)


def not_low_enough_and_even(scores, mask):
    return hide(scores, mask, by=-1e4).softmax(-1)


def beyond_half(scores, mask):
    return hide(hide(scores, mask, by=-1e9).softmax(-1), mask, by=0.0)


def by_indexing(scores, mask):
    if mask is None:
        return scores.softmax(-1)
    scores = scores.clone()
    scores[~mask] = -torch.inf
    return scores.softmax(-1).masked_fill(~mask, 0.0)


# (wrong softmax, what a tutor says, the share that it may keep)
WRONG = [
    (no_mask, NO_MASK, 0.5),
    (overflowing, OVERFLOW, 0.95),
    (overflowing_with_a_constant, OVERFLOW, 0.95),
    (inverted, INVERTED, 0.5),
    (inverted_to_nan, INVERTED, 0.5),
    (inverted_by_a_large_number, INVERTED, 0.5),
    (late, LATE, 0.5),
    (renormalized, TOO_LATE, 0.5),
    (renormalized_and_clamped, TOO_LATE, 0.5),
    (renormalized_to_nan, TOO_LATE, 0.5),
    (from_the_largest_of_all, TOO_LATE, 0.5),
    (zero_scores, ZERO_SCORES, 0.5),
    (zero_scores_then_zeros, ZERO_SCORES, 0.5),
    (mask_added, MASK_ADDED, 0.5),
    (mask_added_then_zeros, MASK_ADDED, 0.5),
    (large_and_positive, PLUS, 0.5),
    (plus_infinity, PLUS, 0.5),
    (plus_infinity_then_zeros, PLUS, 0.5),
    (empty_is_nan, EMPTY_IS_NAN, 0.85),
    (nan_on_the_way_back, NAN_ON_THE_WAY_BACK, 0.97),
    (empty_is_even, EMPTY_IS_EVEN, 0.85),
    (empty_is_even_in_every_dtype, EMPTY_IS_EVEN, 0.85),
    (zero_where_any_is_hidden, ANY_HIDDEN, 0.5),
    (not_low_enough, NOT_LOW_ENOUGH, 0.97),
    (not_low_enough_and_even, NOT_LOW_ENOUGH, 0.85),
    (beyond_half, BEYOND_HALF, 0.98),
    (by_indexing, BY_INDEXING, 0.5),
]

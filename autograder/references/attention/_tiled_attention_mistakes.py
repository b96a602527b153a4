"""Mistakes of `tiled_attention`."""

import torch

from autograder.references import mistake
from autograder.references.attention._tiled_attention import parts, tile_scores, tiled_attention, tiles


def _wrong(name, sentence, keeps=0.5, **switches):
    """A mistake of online softmax with one of its steps changed."""
    answer = lambda query, key, value, tile, mask=None: tiles(query, key, value, tile, mask, **switches)  # noqa: E731
    answer.__name__ = name
    mistake(tiled_attention, sentence, keeps)(answer)


_wrong(
    "never_rescales",
    "What was summed so far is not rescaled when a larger score turns up: old and new terms are measured from "
    "different maxima.",
    rescale_sum=False,
    rescale_output=False,
)
_wrong(
    "rescales_only_the_sum",
    "The running sum of the weights is rescaled, the running output is not. Both were measured from the old maximum.",
    rescale_output=False,
)
_wrong(
    "rescales_only_the_output",
    "The running output is rescaled, the running sum of the weights is not. Both were measured from the old maximum.",
    rescale_sum=False,
)

LAST_MAXIMUM = (
    "The maximum is that of the newest tile, not the largest so far: where scores fall, the old sums are blown up "
    "until they overflow. torch.maximum(highest, …)."
)
_wrong("takes_the_newest_maximum", LAST_MAXIMUM, running=lambda highest, new: new)
_wrong(
    "takes_the_newest_finite_maximum",
    LAST_MAXIMUM,
    running=lambda highest, new: new.clamp(min=torch.finfo(new.dtype).min),
)
AT_ZERO = (
    "Where all scores are far below 0, every power is 0: the largest score so far starts at 0, perhaps. "
    "Start at the lowest finite number, torch.finfo(query.dtype).min."
)
_wrong("starts_at_zero", AT_ZERO, start=0.0)


@mistake(tiled_attention, AT_ZERO)
def starts_at_zero_without_a_sum(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, start=0.0, least=None).nan_to_num(0.0)


ONE_FOR_ALL = (
    "The running maximum is one number for several queries: where one's scores lie far below another's, its powers are "
    "all 0. Each query has its own: scores.amax(-1, keepdim=True)."
)


def _shared_maximum(highest, new):
    return torch.maximum(highest, new.max())


_wrong("shares_the_maximum", ONE_FOR_ALL, running=_shared_maximum)


@mistake(tiled_attention, ONE_FOR_ALL)
def shares_the_maximum_and_divides(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, running=_shared_maximum, least=None).nan_to_num(0.0)


_wrong(
    "starts_at_minus_infinity",
    "A first tile that is all hidden makes NaN: −∞ − (−∞), as where the maximum starts at −∞. Start at the "
    "lowest finite number.",
    keeps=0.9,
    start=-torch.inf,
)
_wrong(
    "divides_by_zero",
    "A query that may look at nothing gets NaN, 0/0: its sum is 0. Give it zeros, for example by below.clamp(min=1).",
    keeps=0.88,
    least=None,
)
_wrong(
    "hides_by_a_large_number",
    "A query that may look at nothing gets the average of all values: its hidden scores are a finite number, "
    "and measured from itself that is 0. Use −∞, and give such a query zeros.",
    keeps=0.88,
    by=-1e9,
)
_wrong(
    "hides_by_ten_thousand",
    "Hidden scores are set to a number that is not low enough: where the visible scores lie below it, the hidden keys "
    "win. Use −∞.",
    keeps=0.9,
    by=-1e4,
)


@mistake(tiled_attention, "The scores are not divided by √d_k.")
def tiled_unscaled(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, scale=query.shape[-1] ** 0.5)


@mistake(tiled_attention, "The scores are divided by d_k, not by √d_k.")
def tiled_by_d(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, scale=query.shape[-1] ** -0.5)


@mistake(
    tiled_attention,
    "The scores are divided by the root of the tile's width. d_k is the length of one query vector, query.shape[-1].",
)
def tiled_by_tile(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, scale=(query.shape[-1] / tile) ** 0.5)


LEFT_OVER = "The last tile is forgotten where the tile does not divide the number of keys."


@mistake(tiled_attention, LEFT_OVER)
def forgets_what_is_left_over(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, stop=key.shape[-2] // tile * tile)


@mistake(tiled_attention, LEFT_OVER)
def forgets_what_is_left_over_unless_there_is_one_tile(query, key, value, tile, mask=None):
    return forgets_what_is_left_over(query, key, value, min(tile, key.shape[-2]), mask)


@mistake(
    tiled_attention,
    "The loop ends one tile early: range(0, keys - tile, tile) never begins the last tile. It is range(0, keys, tile).",
)
def ends_one_tile_early(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, stop=key.shape[-2] - tile)


@mistake(tiled_attention, "The mask changes nothing: perhaps it is never used, or what masked_fill returns is dropped.")
def tiled_without_a_mask(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, None)


@mistake(tiled_attention, "The mask is read the other way round. Here True means: may be looked at.")
def tiled_inverted(query, key, value, tile, mask=None):
    hidden = None if mask is None else Inverted(mask)
    return tiles(query, key, value, tile, hidden)


class Inverted:
    """A mask that is inverted tile by tile."""

    def __init__(self, mask):
        self.mask = mask

    def __getitem__(self, part):
        return ~self.mask[part]


@mistake(
    tiled_attention,
    "The mask does not fit a tile's scores, as when it is not cut, or not along the keys. Take mask[..., "
    "first : first + tile].",
)
def does_not_cut_the_mask(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, None if mask is None else _Whole(mask))


class _Whole:
    """A mask that stays whole."""

    def __init__(self, mask):
        self.mask = mask

    def __getitem__(self, part):
        return self.mask


@mistake(
    tiled_attention,
    "The result is divided by the sum in each turn of the loop. The sums run on: divide once, at the end.",
    keeps=0.25,
)
def divides_in_the_loop(query, key, value, tile, mask=None):
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min)
    mixed, below = torch.zeros((), dtype=query.dtype, device=query.device), torch.zeros_like(highest)
    for part in parts(key, tile):
        scores = tile_scores(query, key, mask, part)
        new = torch.maximum(highest, scores.amax(-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        below = below * shrink + powers.sum(-1, keepdim=True)
        mixed = (mixed * shrink + powers @ value[..., part, :]) / below.clamp(min=1)
        highest = new
    return mixed


@mistake(
    tiled_attention,
    "Only the last tile is left in the result, as when the sums are overwritten in each turn of the loop. "
    "Add to them instead.",
)
def keeps_the_last_tile(query, key, value, tile, mask=None):
    part = parts(key, tile)[-1]
    return tile_scores(query, key, mask, part).softmax(-1).nan_to_num(0.0) @ value[..., part, :]


NO_MAXIMUM = "exp is taken of the raw scores, without a running maximum: in float32 it overflows above 88.7."


def _raw_sums(query, key, value, tile, mask):
    above, below = 0, 0
    for part in parts(key, tile):
        powers = tile_scores(query, key, mask, part).exp()
        above, below = above + powers @ value[..., part, :], below + powers.sum(-1, keepdim=True)
    return above, below


def _without_a_maximum(name, divided):
    """Raw sums, and what the division does where nothing is to be seen."""

    def answer(query, key, value, tile, mask=None):
        return divided(*_raw_sums(query, key, value, tile, mask), mask)

    answer.__name__ = f"without_a_maximum_{name}"
    mistake(tiled_attention, NO_MAXIMUM)(answer)


_without_a_maximum(
    "unless_masked", lambda above, below, mask: above / (below if mask is None else torch.where(below > 0, below, 1))
)
_without_a_maximum("and_with_zeros", lambda above, below, mask: above / torch.where(below > 0, below, 1))
_without_a_maximum("and_with_a_constant", lambda above, below, mask: above / (below + 1e-9))
_without_a_maximum("and_clamped", lambda above, below, mask: above / below.clamp(min=1e-9))
_without_a_maximum("and_without_nan", lambda above, below, mask: (above / below).nan_to_num(0.0))
_without_a_maximum("or_zeros", lambda above, below, mask: above / below)

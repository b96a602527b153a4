"""`tiled_attention`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.attention._shared import hide, masked_softmax, scaled_scores
from autograder.references.attention.attention import attention_by_broadcasting, attention_divides_last


def tiled_attention(query, key, value, tile, mask=None):
    """The definition in float64, one key at a time and in two passes: first the largest score, then the sums."""
    q = query.double() / query.shape[-1] ** 0.5

    def score(position):
        scores = (q * key[..., position : position + 1, :]).sum(-1, keepdim=True)
        return scores if mask is None else scores.masked_fill(~mask[..., position : position + 1], -torch.inf)

    highest = torch.full_like(q[..., :1], torch.finfo(torch.float64).min)
    for position in range(key.shape[-2]):
        highest = torch.maximum(highest, score(position))
    above, below = torch.zeros((), dtype=torch.float64, device=query.device), torch.zeros_like(highest)
    for position in range(key.shape[-2]):
        power = (score(position) - highest).exp()
        above, below = above + power * value[..., position : position + 1, :], below + power
    return torch.where(below > 0, above / below, 0).to(value.dtype)


def _parts(key, tile, stop=None):
    return [slice(first, first + tile) for first in range(0, key.shape[-2] if stop is None else stop, tile)]


def _tile_scores(query, key, mask, part, by=-torch.inf, scale=None):
    scores = scaled_scores(query, key[..., part, :]) * (1 if scale is None else scale)
    return hide(scores, None if mask is None else mask[..., part], by)


def _tiles(query, key, value, tile, mask, *, rescale_sum=True, rescale_output=True, stop=None, start=None,
           running=torch.maximum, least=1.0, by=-torch.inf, scale=None):  # fmt: skip
    """Online softmax, with the steps that people forget as switches."""
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min if start is None else start)
    total, below = torch.zeros((), dtype=query.dtype, device=query.device), torch.zeros_like(highest)
    for part in _parts(key, tile, stop):
        scores = _tile_scores(query, key, mask, part, by, scale)
        new = running(highest, scores.amax(-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        below = below * (shrink if rescale_sum else 1) + powers.sum(-1, keepdim=True)
        total = total * (shrink if rescale_output else 1) + powers @ value[..., part, :]
        highest = new
    return total / (below if least is None else below.clamp(min=least))


def _wrong(name, sentence, keeps=0.5, **switches):
    """A mistake of online softmax with one of its steps changed."""
    answer = lambda query, key, value, tile, mask=None: _tiles(query, key, value, tile, mask, **switches)  # noqa: E731
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
    return _tiles(query, key, value, tile, mask, start=0.0, least=None).nan_to_num(0.0)


ONE_FOR_ALL = (
    "The running maximum is one number for several queries: where one's scores lie far below another's, its powers are "
    "all 0. Each query has its own: scores.amax(-1, keepdim=True)."
)


def _shared_maximum(highest, new):
    return torch.maximum(highest, new.max())


_wrong("shares_the_maximum", ONE_FOR_ALL, running=_shared_maximum)


@mistake(tiled_attention, ONE_FOR_ALL)
def shares_the_maximum_and_divides(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, running=_shared_maximum, least=None).nan_to_num(0.0)


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
    return _tiles(query, key, value, tile, mask, scale=query.shape[-1] ** 0.5)


@mistake(tiled_attention, "The scores are divided by d_k, not by √d_k.")
def tiled_by_d(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, scale=query.shape[-1] ** -0.5)


@mistake(
    tiled_attention,
    "The scores are divided by the root of the tile's width. d_k is the length of one query vector, query.shape[-1].",
)
def tiled_by_tile(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, scale=(query.shape[-1] / tile) ** 0.5)


LEFT_OVER = "The last tile is forgotten where the tile does not divide the number of keys."


@mistake(tiled_attention, LEFT_OVER)
def forgets_what_is_left_over(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, stop=key.shape[-2] // tile * tile)


@mistake(tiled_attention, LEFT_OVER)
def forgets_what_is_left_over_unless_there_is_one_tile(query, key, value, tile, mask=None):
    return forgets_what_is_left_over(query, key, value, min(tile, key.shape[-2]), mask)


@mistake(
    tiled_attention,
    "The loop ends one tile early: range(0, keys - tile, tile) never begins the last tile. It is range(0, keys, tile).",
)
def ends_one_tile_early(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, stop=key.shape[-2] - tile)


@mistake(tiled_attention, "The mask changes nothing: perhaps it is never used, or what masked_fill returns is dropped.")
def tiled_without_a_mask(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, None)


@mistake(tiled_attention, "The mask is read the other way round. Here True means: may be looked at.")
def tiled_inverted(query, key, value, tile, mask=None):
    hidden = None if mask is None else _Inverted(mask)
    return _tiles(query, key, value, tile, hidden)


class _Inverted:
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
    return _tiles(query, key, value, tile, None if mask is None else _Whole(mask))


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
    for part in _parts(key, tile):
        scores = _tile_scores(query, key, mask, part)
        new = torch.maximum(highest, scores.amax(-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        below = below * shrink + powers.sum(-1, keepdim=True)
        mixed = (mixed * shrink + powers @ value[..., part, :]) / below.clamp(min=1)
        highest = new
    return mixed


TILE_BY_TILE = (
    "Each tile gets a softmax of its own, and the results are added or averaged. The sum in the softmax must run over "
    "all tiles."
)


@mistake(tiled_attention, TILE_BY_TILE)
def averages_the_tiles(query, key, value, tile, mask=None):
    return adds_the_tiles(query, key, value, tile, mask) / len(_parts(key, tile))


@mistake(tiled_attention, TILE_BY_TILE)
def adds_the_tiles(query, key, value, tile, mask=None):
    weights = [torch.nan_to_num(_tile_scores(query, key, mask, part).softmax(-1)) for part in _parts(key, tile)]
    return sum(weight @ value[..., part, :] for weight, part in zip(weights, _parts(key, tile), strict=True))


@mistake(
    tiled_attention,
    "Only the last tile is left in the result, as when the sums are overwritten in each turn of the loop. "
    "Add to them instead.",
)
def keeps_the_last_tile(query, key, value, tile, mask=None):
    part = _parts(key, tile)[-1]
    return _tile_scores(query, key, mask, part).softmax(-1).nan_to_num(0.0) @ value[..., part, :]


NO_MAXIMUM = "exp is taken of the raw scores, without a running maximum: in float32 it overflows above 88.7."


def _raw_sums(query, key, value, tile, mask):
    above, below = 0, 0
    for part in _parts(key, tile):
        powers = _tile_scores(query, key, mask, part).exp()
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


WHOLE_MATRIX = (
    "The whole matrix of scores is made. The point is never to have it: make the scores of one tile, use them, drop "
    "them."
)


@mistake(tiled_attention, WHOLE_MATRIX)
def makes_the_whole_matrix(query, key, value, tile, mask=None):
    return attention_divides_last(query, key, value, mask)


@mistake(tiled_attention, WHOLE_MATRIX)
def makes_all_products(query, key, value, tile, mask=None):
    return attention_by_broadcasting(query, key, value, mask)


@mistake(
    tiled_attention,
    "The tiles are all kept, in a list, perhaps: together they are the whole matrix. Use a tile's scores and "
    "drop them.",
)
def keeps_all_tiles(query, key, value, tile, mask=None):
    scores = [_tile_scores(query, key, mask, part) for part in _parts(key, tile)]
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min)
    for item in scores:
        highest = torch.maximum(highest, item.amax(-1, keepdim=True))
    powers = [(item - highest).exp() for item in scores]
    above = sum(item @ value[..., part, :] for item, part in zip(powers, _parts(key, tile), strict=True))
    return above / sum(item.sum(-1, keepdim=True) for item in powers).clamp(min=1)


@mistake(
    tiled_attention,
    "With few queries there is a tensor with a number for every key at once, as when the queries are cut "
    "into tiles, not the keys. Make nothing larger than one tile of keys needs.",
)
def cuts_up_the_queries(query, key, value, tile, mask=None):
    rows = []
    for first in range(query.shape[-2]):
        part = slice(first, first + 1)
        row = None if mask is None else mask[..., part, :]
        rows.append(attention_divides_last(query[..., part, :], key, value, row))
    return torch.cat(rows, dim=-2)


@mistake(
    tiled_attention,
    "Something as large as the scores of all keys is made of the mask, by ~mask for instance. Cut out a "
    "tile's part first, then turn or convert it.",
    keeps=0.5,
)
def turns_the_whole_mask(query, key, value, tile, mask=None):
    hidden = None if mask is None else ~mask
    return _tiles(query, key, value, tile, None if hidden is None else _Inverted(hidden))


@alternative(tiled_attention)
def tiled_by_logsumexp(query, key, value, tile, mask=None):
    """Each tile with its own softmax; results are mixed by their shares of the whole sum."""
    lowest = torch.finfo(query.dtype).min
    result, known = torch.zeros((), device=query.device), torch.full_like(query[..., :1], lowest)
    for part in _parts(key, tile):
        keys, values, shown = key[..., part, :], value[..., part, :], None if mask is None else mask[..., part]
        scores = scaled_scores(query, keys)
        scores = scores if shown is None else scores.masked_fill(~shown, lowest)
        here = scores.logsumexp(-1, keepdim=True)
        here = here if shown is None else here.masked_fill(~shown.any(-1, keepdim=True), lowest)
        weights = masked_softmax(scores, shown)
        both = torch.logaddexp(known, here)
        result = result * (known - both).exp() + weights @ values * (here - both).exp()
        known = both
    return result


@alternative(tiled_attention)
def tiled_online(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask)


promised(
    tiled_attention,
    "Scaled dot-product attention from `tile` keys at a time, never with the scores of all keys at once.",
    by=["no batch", "many queries and keys: memory", "one query: memory", "what is kept at once"],
)
promised(tiled_attention, "query: shape (..., query, d_k), floating point.", by=["no batch", "float64"])
promised(tiled_attention, "key: shape (..., key, d_k).", by=["no batch", "two leading dimensions"])
promised(tiled_attention, "value: shape (..., key, d_v).", by=["no batch", "two leading dimensions"])
promised(
    tiled_attention,
    "tile: keys per tile, at least 1; it need not divide the number of keys, and may be larger.",
    by=["tiles of many sizes"],
)
promised(
    tiled_attention,
    "mask: boolean, shape (..., query, key) or (query, key); True where a query may look at a key.",
    by=["masked", "one mask for the whole batch"],
)
promised(
    tiled_attention,
    "What `attention` gives: shape (..., query, d_v), dtype and device of the inputs.",
    by=["two leading dimensions", "float64", "bfloat16, masked", "float16, masked"],
)
promised(tiled_attention, "Zeros for a query that may look at nothing.", by=["a query that may look at nothing"])
promised(tiled_attention, "No gradient is asked for.", by="it asks for nothing")

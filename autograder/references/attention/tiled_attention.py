"""`tiled_attention`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake
from autograder.references.attention._shared import masked_softmax, scaled_scores
from autograder.references.attention.attention import attention_divides_last


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


def _tiles(query, key, value, tile, mask, *, rescale_sum=True, rescale_output=True, count=None, start=None):
    """Online softmax, with the steps that people forget as switches."""
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min if start is None else start)
    total, below = torch.zeros((), device=query.device), torch.zeros_like(highest)
    stop = key.shape[-2] if count is None else count(key.shape[-2], tile) * tile
    for first in range(0, stop, tile):
        scores = _tile_scores(query, key, mask, slice(first, first + tile))
        new = torch.maximum(highest, scores.amax(-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        below = below * (shrink if rescale_sum else 1) + powers.sum(-1, keepdim=True)
        total = total * (shrink if rescale_output else 1) + powers @ value[..., first : first + tile, :]
        highest = new
    return total / below.clamp(min=1)


def _tile_scores(query, key, mask, part):
    scores = scaled_scores(query, key[..., part, :])
    return scores if mask is None else scores.masked_fill(~mask[..., part], -torch.inf)


@mistake(
    tiled_attention,
    "What was summed so far is not rescaled when a larger score turns up: old and new terms are measured from "
    "different maxima.",
)
def never_rescales(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, rescale_sum=False, rescale_output=False)


@mistake(
    tiled_attention,
    "The running sum of the weights is rescaled, the running output is not. Both were measured from the old maximum.",
)
def rescales_only_the_sum(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, rescale_output=False)


@mistake(
    tiled_attention,
    "The running output is rescaled, the running sum of the weights is not. Both were measured from the old maximum.",
)
def rescales_only_the_output(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, rescale_sum=False)


@mistake(tiled_attention, "The last tile is forgotten where the tile does not divide the number of keys.")
def forgets_what_is_left_over(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, count=lambda keys, tile: keys // tile)


@mistake(
    tiled_attention,
    "Each tile gets a softmax of its own and the results are averaged. The sum in the softmax must run over all tiles.",
)
def averages_the_tiles(query, key, value, tile, mask=None):
    parts = [slice(first, first + tile) for first in range(0, key.shape[-2], tile)]
    weights = [torch.nan_to_num(_tile_scores(query, key, mask, part).softmax(-1)) for part in parts]
    return sum(weight @ value[..., part, :] for weight, part in zip(weights, parts, strict=True)) / len(parts)


@mistake(tiled_attention, "exp is taken of the raw scores, without a running maximum: it overflows at scores above 88.")
def without_a_maximum(query, key, value, tile, mask=None):
    above, below = 0, 0
    for first in range(0, key.shape[-2], tile):
        part = slice(first, first + tile)
        powers = _tile_scores(query, key, mask, part).exp()
        above, below = above + powers @ value[..., part, :], below + powers.sum(-1, keepdim=True)
    return above / (below + 0.0 * below if mask is None else torch.where(below > 0, below, 1))


@mistake(
    tiled_attention,
    "The maximum starts at −∞, and a first tile that is all hidden makes −∞ − (−∞) = NaN. Start at the lowest "
    "finite number.",
)
def starts_at_minus_infinity(query, key, value, tile, mask=None):
    return _tiles(query, key, value, tile, mask, start=-torch.inf)


@mistake(
    tiled_attention,
    "The whole matrix of scores is made. The point is never to have it: make the scores of one tile, use them, "
    "drop them.",
)
def makes_the_whole_matrix(query, key, value, tile, mask=None):
    return attention_divides_last(query, key, value, mask)


@mistake(
    tiled_attention,
    "The queries are cut into tiles, not the keys: one query still makes a score for every key at once.",
)
def cuts_up_the_queries(query, key, value, tile, mask=None):
    rows = []
    for first in range(query.shape[-2]):
        part = slice(first, first + 1)
        row = None if mask is None else mask[..., part, :]
        rows.append(attention_divides_last(query[..., part, :], key, value, row))
    return torch.cat(rows, dim=-2)


@alternative(tiled_attention)
def tiled_by_logsumexp(query, key, value, tile, mask=None):
    """Each tile with its own softmax; results are mixed by their shares of the whole sum."""
    lowest = torch.finfo(query.dtype).min
    result, known = torch.zeros((), device=query.device), torch.full_like(query[..., :1], lowest)
    for first in range(0, key.shape[-2], tile):
        part = slice(first, first + tile)
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

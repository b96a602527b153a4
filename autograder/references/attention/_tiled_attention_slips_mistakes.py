"""Slips of `tiled_attention`: slices, loops and sums of another size."""

import torch

from autograder.references import mistake
from autograder.references.attention._tiled_attention import tile_scores, tiled_attention, tiles


def _lowest(query):
    return torch.full_like(query[..., :1], torch.finfo(query.dtype).min)


def _walk(query, key, value, mask, slices, *, of_value=lambda part: part, raw=False, total=None):
    """Online softmax over these slices of the keys: both sums.

    Args:
        of_value: the values that belong to a slice.
        raw: exp of the scores as they are.
        total: how powers are added up.
    """
    highest = _lowest(query)
    above, below = torch.zeros((), dtype=query.dtype, device=query.device), torch.zeros_like(highest)
    for part in slices:
        scores = tile_scores(query, key, mask, part)
        new = torch.maximum(highest, scores.amax(dim=-1, keepdim=True))
        powers, shrink = (scores if raw else scores - new).exp(), (highest - new).exp()
        above = above * shrink + powers @ value[..., of_value(part), :]
        below = below * shrink + (powers.sum(dim=-1, keepdim=True) if total is None else total(powers))
        highest = new
    return above, below


def _divided(above, below):
    return above / below.clamp(min=1.0)


@mistake(
    tiled_attention,
    "The sums are never divided: what comes back is the sum of the values, each times its power. At the end it is "
    "divided by the sum of the powers.",
)
def never_divides(query, key, value, tile, mask=None):
    return _walk(query, key, value, mask, [slice(i, i + tile) for i in range(0, key.shape[-2], tile)])[0]


@mistake(
    tiled_attention,
    "The old sums are rescaled to the new maximum, while the new powers are exp of the scores as they are. Both have "
    "to be measured from the same maximum: (scores - new).exp().",
)
def new_powers_are_raw(query, key, value, tile, mask=None):
    slices = [slice(i, i + tile) for i in range(0, key.shape[-2], tile)]
    return _divided(*_walk(query, key, value, mask, slices, raw=True))


@mistake(
    tiled_attention,
    "The sum of the powers is one number for all queries, as by powers.sum(). Each query divides by its own: "
    "powers.sum(-1, keepdim=True).",
)
def one_sum_for_all(query, key, value, tile, mask=None):
    slices = [slice(i, i + tile) for i in range(0, key.shape[-2], tile)]
    return _divided(*_walk(query, key, value, mask, slices, total=torch.sum))


@mistake(
    tiled_attention,
    "The loop counts along the first dimension of `key`: with a batch that is how many sentences there are. The keys "
    "are counted by key.shape[-2].",
    keeps=0.75,
)
def loops_over_the_first_dimension(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, stop=key.shape[0])


@mistake(
    tiled_attention,
    "The loop counts the queries, query.shape[-2]. The tiles are cut from the keys, key.shape[-2].",
)
def loops_over_the_queries(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, stop=query.shape[-2])


@mistake(
    tiled_attention,
    "The tiles overlap, and most keys count several times, as when the loop goes on by 1. It goes on by a whole tile.",
)
def tiles_overlap(query, key, value, tile, mask=None):
    return _divided(*_walk(query, key, value, mask, [slice(i, i + tile) for i in range(key.shape[-2])]))


@mistake(
    tiled_attention,
    "Only the first tile has keys in it, as with slice(first, tile), whose end is a place and not a length: first + "
    "tile.",
)
def slices_by_length(query, key, value, tile, mask=None):
    return _divided(*_walk(query, key, value, mask, [slice(i, tile) for i in range(0, key.shape[-2], tile)]))


@mistake(
    tiled_attention,
    "A tile's powers meet all values. They belong to the same keys: value[..., part, :].",
)
def values_uncut(query, key, value, tile, mask=None):
    slices = [slice(i, i + tile) for i in range(0, key.shape[-2], tile)]
    return _divided(*_walk(query, key, value, mask, slices, of_value=lambda part: slice(None)))

"""Mistakes of `tiled_attention` that give the right result and take the memory that it is there to save."""

import torch

from autograder.references import mistake
from autograder.references.attention._tiled_attention import parts, tile_scores, tiled_attention, tiles
from autograder.references.attention._tiled_attention_mistakes import Inverted
from autograder.references.attention.attention import attention_by_broadcasting, attention_divides_last

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
    scores = [tile_scores(query, key, mask, part) for part in parts(key, tile)]
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min)
    for item in scores:
        highest = torch.maximum(highest, item.amax(-1, keepdim=True))
    powers = [(item - highest).exp() for item in scores]
    above = sum(item @ value[..., part, :] for item, part in zip(powers, parts(key, tile), strict=True))
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
    return tiles(query, key, value, tile, None if hidden is None else Inverted(hidden))

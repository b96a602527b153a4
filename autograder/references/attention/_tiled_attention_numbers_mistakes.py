"""Mistakes of `tiled_attention`: a softmax for each tile, roots, and numbers that something starts at."""

import torch

from autograder.references import mistake
from autograder.references.attention._numbers import LEVELLED, ROOTS, ROUNDED
from autograder.references.attention._tiled_attention import parts, tile_scores, tiled_attention, tiles

TILE_BY_TILE = (
    "Each tile gets a softmax of its own, and the results are added or averaged. The sum in the softmax must run over "
    "all tiles."
)


def _each(query, key, value, tile, mask):
    """What a query hears of each tile, one after the other, and how many keys there are."""
    for part in parts(key, tile):
        scores = tile_scores(query, key, mask, part)
        yield scores.softmax(-1) @ value[..., part, :], scores.shape[-1]


def _tile_by_tile(name, together):
    """The results of all tiles, put together: with NaN where a tile is all hidden, and with zeros there."""
    for suffix, mended in (("", lambda heard: heard), ("_without_nan", lambda heard: heard.nan_to_num(0.0))):

        def answer(query, key, value, tile, mask=None, mended=mended):
            each = _each(query, key, value, tile, mask)
            return together((mended(heard), size) for heard, size in each)

        answer.__name__ = f"{name}{suffix}"
        mistake(tiled_attention, TILE_BY_TILE)(answer)


def _added(pairs):
    return sum(heard for heard, _ in pairs)


def _averaged(pairs):
    total = count = 0
    for heard, _ in pairs:
        total, count = total + heard, count + 1
    return total / count


def _averaged_by_size(pairs):
    total = count = 0
    for heard, size in pairs:
        total, count = total + size * heard, count + size
    return total / count


def _kept_and_averaged(pairs):
    kept = [heard for heard, _ in pairs]
    return torch.stack(kept).mean(0)


_tile_by_tile("adds_the_tiles", _added)
_tile_by_tile("averages_the_tiles", _averaged)
_tile_by_tile("averages_the_tiles_by_size", _averaged_by_size)
_tile_by_tile("keeps_and_averages_the_tiles", _kept_and_averaged)


def _wrong(name, sentence, keeps=0.5, finish=lambda result: result, **switches):
    """Online softmax with one of its steps changed."""

    def answer(query, key, value, tile, mask=None):
        return finish(tiles(query, key, value, tile, mask, **switches))

    answer.__name__ = f"tiled_{name}"
    mistake(tiled_attention, sentence, keeps)(answer)


def without_nan(result):
    return result.nan_to_num(0.0)


for name, root, sentence in ROOTS:

    def _tiled(query, key, value, tile, mask=None, root=root):
        d_k = query.shape[-1]
        return tiles(query, key, value, tile, mask, scale=d_k**0.5 / root(d_k))

    _tiled.__name__ = f"tiled_{name}"
    mistake(tiled_attention, sentence, keeps=0.75)(_tiled)

_wrong(
    "loses_a_hidden_start",
    "A query that may look at nothing in the first tile gets zeros, whatever comes later, as when −∞ − (−∞) makes NaN "
    "there and NaN is replaced at the end. Start the maximum at the lowest finite number, and no NaN arises.",
    keeps=0.9,
    start=-torch.inf,
    least=None,
    finish=without_nan,
)
LOW_START = (
    "Where all scores lie far below −10,000, every power is 0: the largest score so far starts at such a number, "
    "perhaps. Start at the lowest finite one, torch.finfo(query.dtype).min."
)
_wrong("starts_at_ten_thousand", LOW_START, keeps=0.95, start=-1e4)
_wrong("starts_at_ten_thousand_without_nan", LOW_START, keeps=0.95, start=-1e4, least=None, finish=without_nan)
_wrong(
    "starts_beyond_half",
    "The largest score so far starts at a number that float16 cannot hold, −10⁹ for instance. "
    "torch.finfo(query.dtype).min fits each dtype.",
    keeps=0.98,
    start=-1e9,
)
_wrong("levelled", LEVELLED, keeps=0.9, change=lambda scores: scores.clamp(-60, 60))
_wrong("levelled_above", LEVELLED, keeps=0.9, change=lambda scores: scores.clamp(max=60))
_wrong("rounded", ROUNDED, change=torch.floor)


@mistake(
    tiled_attention,
    "A query that may look at nothing gets the average of all values: its hidden scores are a finite number, and "
    "measured from itself that is 0. Use −∞, and give such a query zeros.",
    keeps=0.9,
)
def hides_by_the_lowest(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask, by=torch.finfo(query.dtype).min)


@mistake(
    tiled_attention,
    "A mask that hides everything hides nothing: it is taken for none, as where any() is asked whether there is a "
    "mask. `is None` is the question; and who may look at nothing gets zeros.",
    keeps=0.98,
)
def tiled_takes_an_empty_mask_for_none(query, key, value, tile, mask=None):
    return tiles(query, key, value, tile, mask if mask is not None and mask.any() else None)

"""`tiled_attention`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.attention import (  # noqa: F401  (they register themselves)
    _tiled_attention_memory_mistakes,
    _tiled_attention_mistakes,
    _tiled_attention_numbers_mistakes,
    _tiled_attention_slips_mistakes,
)
from autograder.references.attention._shared import masked_softmax, scaled_scores
from autograder.references.attention._tiled_attention import parts, tiled_attention, tiles


@alternative(tiled_attention)
def tiled_by_logsumexp(query, key, value, tile, mask=None):
    """Each tile with its own softmax; results are mixed by their shares of the whole sum."""
    lowest = torch.finfo(query.dtype).min
    result, known = torch.zeros((), device=query.device), torch.full_like(query[..., :1], lowest)
    for part in parts(key, tile):
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
    return tiles(query, key, value, tile, mask)


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

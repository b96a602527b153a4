"""`combine_masks`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.attention import _combine_masks_mistakes, _combine_masks_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._combine_masks import combine_masks


@alternative(combine_masks)
def by_positions(real, queries, causal=False):
    keys = torch.arange(real.shape[-1], device=real.device)
    mask = (real != 0)[..., None, :].repeat_interleave(queries, dim=-2)
    position = keys[len(keys) - queries :, None]
    return mask & (keys <= position) if causal else mask


@alternative(combine_masks)
def by_hiding_the_future(real, queries, causal=False):
    keys = real.shape[-1]
    future = torch.ones(keys, keys, device=real.device).triu(1)[-queries:].bool()
    rows = torch.stack([real.bool()] * queries, dim=-2)
    return rows.masked_fill(future, False) if causal else rows


promised(
    combine_masks,
    "Which key each query may look at: not at padding and, if `causal`, not at what comes later.",
    by=["padding only", "the future only", "padding and the future"],
)
promised(
    combine_masks,
    "real: shape (..., key); True or 1 where a token is real, False or 0 where it is padding.",
    by=["no batch", "two leading dimensions", "padding only"],
)
promised(combine_masks, "Boolean or integer.", by=["a tokenizer's 0 and 1", "a tokenizer's 0 and 1, padding only"])
promised(
    combine_masks,
    "queries: how many queries there are, from one to as many as keys.",
    by=["one query", "padding only"],
)
promised(
    combine_masks,
    "They stand at the last positions of the keys.",
    by=["one query", "fewer queries than keys"],
)
promised(combine_masks, "causal: whether the future is hidden.", by=["padding only", "padding and the future"])
promised(combine_masks, "A query's own position is not its future.", by=["the future only", "padding and the future"])
promised(
    combine_masks,
    "A boolean mask of shape (..., queries, key) on the device of `real`, True where a query may look.",
    by=["padding only", "a tokenizer's 0 and 1", "two leading dimensions"],
)

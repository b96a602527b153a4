"""`combine_masks`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake


def combine_masks(real, queries, causal=False):
    """The definition, entry by entry."""
    keys = real.shape[-1]
    rows = [
        [[_visible(row, i, j, queries, causal) for j in range(keys)] for i in range(queries)]
        for row in real.reshape(-1, keys).tolist()
    ]
    return torch.tensor(rows, device=real.device).reshape(*real.shape[:-1], queries, keys)


def _visible(row, i, j, queries, causal):
    position = len(row) - queries + i
    return bool(row[j]) and (j <= position or not causal)


def _combine(real, queries, causal, past=lambda square, shift: square.tril(shift), both=torch.logical_and):
    keys = real.shape[-1]
    mask = real.bool().unsqueeze(-2).expand(*real.shape[:-1], queries, keys)
    square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
    return both(mask, past(square, keys - queries)) if causal else mask


@mistake(combine_masks, "True and False are swapped: the mask says what is hidden. Here True means: may be looked at.")
def marks_the_hidden(real, queries, causal=False):
    return ~_combine(real, queries, causal)


@mistake(combine_masks, "A position cannot look at itself: the diagonal is left out. Hide only what comes later.")
def without_the_diagonal(real, queries, causal=False):
    return _combine(real, queries, causal, past=lambda square, shift: square.tril(shift - 1))


@mistake(combine_masks, "triu keeps the future and hides the past. tril keeps the past.")
def keeps_the_future(real, queries, causal=False):
    return _combine(real, queries, causal, past=lambda square, shift: square.triu(shift))


@mistake(
    combine_masks,
    "The first query stands at the first key. The queries are the last positions: with 9 keys and 4 queries, "
    "query 0 stands at key 5.",
)
def aligned_at_the_start(real, queries, causal=False):
    return _combine(real, queries, causal, past=lambda square, shift: square.tril())


@mistake(
    combine_masks,
    "The two masks are joined by `or`. A key is visible only where it is real and not in the future.",
)
def joined_by_or(real, queries, causal=False):
    return _combine(real, queries, causal, both=torch.logical_or)


@mistake(combine_masks, "causal=True forgets the padding.")
def causal_forgets_padding(real, queries, causal=False):
    return _combine(torch.ones_like(real) if causal else real, queries, causal)


@mistake(
    combine_masks,
    "The mask keeps a tokenizer's integers. F.scaled_dot_product_attention takes no integers, and ~1 is -2, which"
    " counts as true: make it boolean.",
)
def keeps_integers(real, queries, causal=False):
    mask = _combine(real, queries, causal)
    return mask.to(real.dtype)


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

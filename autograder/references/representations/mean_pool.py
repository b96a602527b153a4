"""`mean_pool`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised
from autograder.references.representations import (
    _mean_pool_mistakes,  # noqa: F401  (they register themselves)
    _mean_pool_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._mean_pool import counted, mean_pool


@mistake(
    mean_pool,
    "The first so many tokens are taken for the real ones. Padding may stand in front, or in between: look where the "
    "mask is 1.",
)
def trusts_the_left(states, mask):
    count = mask.bool().sum(1)
    places = torch.arange(states.shape[1], device=states.device)
    return mean_pool(states, places < count[:, None])


@mistake(
    mean_pool,
    "All texts of the batch share one vector, the mean over all their tokens, as with `states[mask]`. Each text has "
    "its own.",
)
def one_vector_for_all(states, mask):
    wide = states.double()[mask.bool()].mean(dim=0)
    return wide.expand(len(states), -1).to(states.dtype)


@mistake(mean_pool, "The largest number over the tokens comes back, not their mean.")
def max_pooling(states, mask):
    best = states.masked_fill(~mask.bool()[..., None], -torch.inf).amax(dim=1)
    return torch.where(mask.bool().any(1, keepdim=True), best, 0)


@mistake(
    mean_pool,
    "The vectors have length 1: they are normalised here already. Asked for is the mean as it is.",
)
def normalises(states, mask):
    return F.normalize(mean_pool(states, mask).double(), dim=-1).to(states.dtype)


@mistake(
    mean_pool,
    "The caller's states are changed: zeros, or something else, are written into them. `masked_fill` without an "
    "underscore makes a new tensor.",
    keeps=0.97,
)
def writes_into_the_states(states, mask):
    if not states.requires_grad and states.dim() == 3:
        states.masked_fill_(~mask.bool()[..., None], 0)
    return mean_pool(states, mask)


@mistake(
    mean_pool,
    "The mean goes over another dimension than the tokens: over the texts, or over the numbers of a vector. In (batch, "
    "token, width) the tokens are dimension 1.",
)
def over_the_width(states, mask):
    return (states * mask.unsqueeze(-1)).mean(dim=2)


@mistake(
    mean_pool,
    "The mean goes over another dimension than the tokens: over the texts, or over the numbers of a vector. In (batch, "
    "token, width) the tokens are dimension 1.",
)
def over_the_batch(states, mask):
    return (states * mask.unsqueeze(-1)).sum(dim=0) / mask.sum(dim=0).clamp(min=1).unsqueeze(-1)


@mistake(
    mean_pool,
    "NaN vanishes from the result also where a real token brought it, as by `nan_to_num` or `nansum`. Who has a NaN in "
    "a text should hear of it; only padding may be anything.",
    keeps=0.95,
)
def leaves_nan_out(states, mask):
    wide = states.double().masked_fill(~mask.bool().unsqueeze(-1), torch.nan)
    return torch.where(mask.bool().any(1, keepdim=True), wide.nanmean(dim=1), 0).to(states.dtype)


@mistake(
    mean_pool,
    "With a mask of integers everything is taken for padding: `~` turns 1 into −2 and 0 into −1, and both count as "
    "True. Make it boolean first, `mask.bool()`.",
)
def turns_integers_round(states, mask):
    real = counted(mask).clamp(min=1)
    return (states.masked_fill((~mask).bool()[..., None], 0).double().sum(1) / real).to(states.dtype)


@mistake(
    mean_pool,
    "The token in the first place is left out, perhaps as [CLS]. Where the mask is 1 a token counts, whichever it is.",
)
def without_the_first(states, mask):
    return mean_pool(states[:, 1:], mask[:, 1:])


@mistake(
    mean_pool,
    "Real tokens whose vector is zero do not count, as if they were padding. Count in the mask, not in the states.",
    keeps=0.9,
)
def counts_what_is_not_zero(states, mask):
    kept = states.masked_fill(~mask.bool()[..., None], 0)
    count = (kept != 0).any(dim=-1, keepdim=True).sum(dim=1).clamp(min=1)
    return (kept.double().sum(dim=1) / count).to(states.dtype)


@mistake(
    mean_pool,
    "It is divided by the count of some other text, such as the longest. A count of shape (batch, 1) meets its own "
    "row.",
)
def count_of_the_longest(states, mask):
    kept = states.double().masked_fill(~mask.bool()[..., None], 0).sum(dim=1)
    return (kept / mask.sum(dim=1).max().clamp(min=1)).to(states.dtype)


@mistake(
    mean_pool,
    "All texts are cut to as many tokens as the shortest has, from the left. Each text has as many as its own mask "
    "says.",
)
def cut_to_the_shortest(states, mask):
    shortest = int(mask.sum(dim=1).min())
    return states[:, :shortest].mean(dim=1) if shortest else torch.zeros_like(states[:, 0])


@alternative(mean_pool)
def as_a_product(states, mask):
    seen = mask.to(torch.float64)
    clean = torch.where(seen.bool().unsqueeze(-1), states.double(), 0.0)
    weights = seen / seen.sum(dim=1, keepdim=True).clamp(min=1e-9)
    return torch.einsum("bt,btw->bw", weights, clean).to(states.dtype)


@alternative(mean_pool)
def text_by_text(states, mask):
    pooled = []
    for vectors, real in zip(states, mask.bool(), strict=True):
        kept = vectors[real]
        pooled.append(kept.mean(dim=0) if len(kept) else torch.zeros_like(vectors[0]) + 0 * kept.sum())
    return torch.stack(pooled)


promised(
    mean_pool,
    "One vector for each text: the mean of the vectors of its real tokens.",
    by=["padding behind", "padding in front", "padding in between", "padding that is large"],
)
promised(
    mean_pool,
    "states: shape (batch, token, width), floating point.",
    by=["float64 and bfloat16", "one text", "one token"],
)
promised(mean_pool, "At padding they may hold anything, even NaN.", by=["NaN at padding", "∞ at padding"])
promised(
    mean_pool,
    "mask: shape (batch, token), integer or boolean: 1 or True where a token is real, 0 or False at padding, which may "
    "stand anywhere.",
    by=["padding in between", "a boolean mask"],
)
promised(mean_pool, "Shape (batch, width), dtype and device of `states`.", by=["float64 and bfloat16"])
promised(mean_pool, "Zeros for a text without a real token.", by=["only padding in one text", "gradients"])
promised(
    mean_pool,
    "The sum is taken in float32 at least: in float16 it may pass 65,504 on the way.",
    by=["float16, and a long text"],
)

"""`einsum_attention`: what is right, and what goes wrong."""

import math
from functools import partial

import torch

from autograder.references import alternative, mistake
from autograder.references.attention._shared import masked_softmax


def einsum_attention(x, memory, w_q, w_k, w_v, w_o, mask=None):
    """Head by head and sentence by sentence in float64, with sums of three letters."""
    product = partial(torch.einsum, "ij,jk->ik")
    dtype = x.dtype
    x, memory, w_q, w_k, w_v, w_o = (item.double() for item in (x, memory, w_q, w_k, w_v, w_o))
    masks = [None] * len(x) if mask is None else mask.expand(len(x), x.shape[1], memory.shape[1])
    rows = []
    for words, others, seen in zip(x, memory, masks, strict=True):
        result = 0
        for to_query, to_key, to_value, to_model in zip(w_q, w_k, w_v, w_o, strict=True):
            scores = product(product(words, to_query), product(others, to_key).T) / to_query.shape[-1] ** 0.5
            result = result + product(product(masked_softmax(scores, seen), product(others, to_value)), to_model)
        rows.append(result)
    return torch.stack(rows).to(dtype)


def _einsum(x, memory, w_q, w_k, w_v, w_o, mask, *, scores="bhqd,bhkd->bhqk", last="bhqd,hdm->bqm", head_mask=True,
            width=None, softmax=masked_softmax):  # fmt: skip
    query, key = torch.einsum("bqm,hmd->bhqd", x, w_q), torch.einsum("bkm,hmd->bhkd", memory, w_k)
    value = torch.einsum("bkm,hmd->bhkd", memory, w_v)
    products = torch.einsum(scores, query, key) / math.sqrt(width or w_q.shape[-1])
    if mask is not None and head_mask:
        mask = mask.unsqueeze(-3)
    mixed = torch.einsum("bhqk,bhkd->bhqd", softmax(products, mask).expand(-1, len(w_q), -1, -1), value)
    return torch.einsum(last, mixed, w_o)


@mistake(
    einsum_attention,
    "The letter of the heads is missing after the arrow of the scores: what is missing there is summed, and all "
    "heads share one set of weights.",
)
def sums_the_scores_over_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    def softmax(scores, mask):
        return masked_softmax(scores.unsqueeze(1), mask)

    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, scores="bhqd,bhkd->bqk", softmax=softmax)


@mistake(
    einsum_attention,
    "The letter of the heads is still there after the last arrow: leave it out, and the heads are summed.",
)
def keeps_the_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, last="bhqd,hdm->bhqm")


@mistake(
    einsum_attention,
    "The softmax runs over the heads. Each head shares out its own attention over the keys, the last dimension.",
)
def softmax_over_heads(x, memory, w_q, w_k, w_v, w_o, mask=None):
    softmax = lambda scores, mask: torch.nan_to_num(masked_softmax(scores, mask, dim=1))  # noqa: E731
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, softmax=softmax)


@mistake(einsum_attention, "The scores are divided by √d_model. One head's query has w_q.shape[-1] numbers.")
def einsum_scaled_by_the_model(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, width=x.shape[-1])


@mistake(einsum_attention, "The scores of a head are not divided by √d_k.")
def einsum_unscaled(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, width=1)


@mistake(
    einsum_attention,
    "The mask (batch, query, key) meets scores (batch, heads, query, key) without a dimension for the heads: "
    "mask.unsqueeze(-3).",
)
def einsum_masks_heads_as_sentences(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, head_mask=False)


@mistake(einsum_attention, "A query that may look at nothing gets NaN. Give it zeros.")
def einsum_nan(x, memory, w_q, w_k, w_v, w_o, mask=None):
    def softmax(scores, mask):
        return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(-1)

    return _einsum(x, memory, w_q, w_k, w_v, w_o, mask, softmax=softmax)


@alternative(einsum_attention)
def einsum_in_one_breath(x, memory, w_q, w_k, w_v, w_o, mask=None):
    scores = torch.einsum("bqm,hmd,bkn,hnd->bhqk", x, w_q, memory, w_k) / w_q.shape[-1] ** 0.5
    weights = masked_softmax(scores, None if mask is None else mask.unsqueeze(-3))
    return torch.einsum("bhqk,bkn,hnd,hdm->bqm", weights, memory, w_v, w_o)


@alternative(einsum_attention)
def einsum_in_another_order(x, memory, w_q, w_k, w_v, w_o, mask=None):
    query, key, value = (
        torch.einsum("bti,hio->btho", tokens, w) for tokens, w in ((x, w_q), (memory, w_k), (memory, w_v))
    )
    scores = torch.einsum("bqhd,bkhd->hbqk", query, key) * w_q.size(2) ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = scores.softmax(3) * (1 if mask is None else mask)
    return torch.einsum("hbqk,bkhd,hdm->bqm", weights, value, w_o)

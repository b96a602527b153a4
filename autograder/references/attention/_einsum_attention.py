"""`einsum_attention`: what is right, and what most wrong answers are made of."""

import math
from functools import partial

import torch

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


def with_steps(x, memory, w_q, w_k, w_v, w_o, mask, *, scores="bhqd,bhkd->bhqk", last="bhqd,hdm->bqm", head_mask=True,
               root=math.sqrt, width=None, softmax=masked_softmax, values="bhqk,bhkd->bhqd"):  # fmt: skip
    """By einsum, with the steps that people change as options."""
    query, key = torch.einsum("bqm,hmd->bhqd", x, w_q), torch.einsum("bkm,hmd->bhkd", memory, w_k)
    value = torch.einsum("bkm,hmd->bhkd", memory, w_v)
    products = torch.einsum(scores, query, key) / root(width or w_q.shape[-1])
    if mask is not None and head_mask:
        mask = mask.unsqueeze(-3)
    mixed = torch.einsum(values, softmax(products, mask).expand(-1, len(w_q), -1, -1), value)
    return torch.einsum(last, mixed, w_o)

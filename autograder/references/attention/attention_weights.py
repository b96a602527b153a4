"""`attention_weights`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake
from autograder.references.attention._shared import masked_softmax, scaled_scores


def attention_weights(query, key, mask=None):
    """The library's attention over values that are the unit vectors shows the weights."""
    units = torch.eye(key.shape[-2], dtype=torch.float64, device=key.device).expand(*key.shape[:-2], -1, -1)
    return F.scaled_dot_product_attention(query.double(), key.double(), units, attn_mask=mask).to(query.dtype)


@mistake(
    attention_weights,
    "The scores are not divided by √d_k: the longer the vectors, the closer the weights come to 0 and 1.",
)
def weights_unscaled(query, key, mask=None):
    return masked_softmax(query @ key.mT, mask)


@mistake(attention_weights, "The scores are divided by d_k, not by √d_k: the weights come out too even.")
def weights_by_d(query, key, mask=None):
    return masked_softmax(query @ key.mT / query.shape[-1], mask)


@mistake(
    attention_weights,
    "The softmax runs over the queries. Each query shares out its own attention: sum over the keys, the last "
    "dimension.",
)
def weights_over_queries(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=-2))


@mistake(
    attention_weights,
    "The softmax runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1.",
)
def weights_over_dimension_one(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=1))


@mistake(attention_weights, "The mask is taken as an argument and never used: hidden keys are looked at.")
def weights_without_a_mask(query, key, mask=None):
    return masked_softmax(scaled_scores(query, key))


@mistake(
    attention_weights,
    "exp is taken of the raw scores and overflows. Subtract each query's largest score first; torch.softmax does.",
)
def weights_overflow(query, key, mask=None):
    powers = scaled_scores(query, key).exp()
    powers = powers if mask is None else powers * mask
    return powers / (powers.sum(-1, keepdim=True) + (0 if mask is None else (~mask).all(-1, keepdim=True)))


@mistake(attention_weights, "The mask is read the other way round. Here True means: this query may look at this key.")
def weights_inverted(query, key, mask=None):
    return masked_softmax(scaled_scores(query, key), None if mask is None else ~mask)


@mistake(attention_weights, "The weights are masked after the softmax: what is left of a row no longer sums to one.")
def weights_masked_late(query, key, mask=None):
    weights = scaled_scores(query, key).softmax(-1)
    return weights if mask is None else weights * mask


@mistake(
    attention_weights,
    "Hidden scores are set to zero, but exp(0) is 1: a hidden key still gets its share. Set them to minus infinity.",
)
def weights_zero_scores(query, key, mask=None):
    scores = scaled_scores(query, key)
    return (scores if mask is None else scores * mask).softmax(-1)


@mistake(
    attention_weights,
    "A query that may look at nothing gets NaN: its row is −∞ throughout, and softmax makes 0/0 of it. Such a row"
    " is zeros.",
)
def weights_nan(query, key, mask=None):
    scores = scaled_scores(query, key)
    return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(-1)


@mistake(
    attention_weights,
    "A query that may look at nothing looks at everything: −10⁹ in a whole row is the same as 0 in a whole row. "
    "Such a row is zeros.",
)
def weights_even(query, key, mask=None):
    scores = scaled_scores(query, key)
    return (scores if mask is None else scores.masked_fill(~mask, -1e9)).softmax(-1)


@alternative(attention_weights)
def weights_by_einsum(query, key, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", query, key) * query.shape[-1] ** -0.5
    return masked_softmax(scores, mask)


@alternative(attention_weights)
def weights_by_hand(query, key, mask=None):
    scores = query / query.shape[-1] ** 0.5 @ key.mT
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    weights = powers / powers.sum(-1, keepdim=True)
    if mask is None:
        return weights
    scores = torch.where(mask, scores, -1e9)
    return torch.where(mask, torch.softmax(scores, dim=-1), 0)

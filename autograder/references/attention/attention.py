"""`attention`: what is right, and what goes wrong."""

import math

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake
from autograder.references.attention._shared import masked_softmax, scaled_scores
from autograder.references.attention.attention_weights import (
    weights_by_d,
    weights_by_einsum,
    weights_even,
    weights_inverted,
    weights_masked_late,
    weights_nan,
    weights_over_dimension_one,
    weights_over_queries,
    weights_unscaled,
)


def attention(query, key, value, mask=None):
    wide = (item.double() for item in (query, key, value))
    return F.scaled_dot_product_attention(*wide, attn_mask=mask).to(value.dtype)


@mistake(attention, "The scores are divided by d_k, not by √d_k.")
def divides_by_d(query, key, value, mask=None):
    return weights_by_d(query, key, mask) @ value


@mistake(attention, "The scores are not divided by √d_k.")
def does_not_scale(query, key, value, mask=None):
    return weights_unscaled(query, key, mask) @ value


@mistake(
    attention,
    "The scores are divided by the root of the number of keys. d_k is the length of one query vector, query.shape[-1].",
)
def scales_by_length(query, key, value, mask=None):
    return masked_softmax(query @ key.mT / key.shape[-2] ** 0.5, mask) @ value


@mistake(attention, "The mask is taken as an argument and never used.")
def forgets_the_mask(query, key, value, mask=None):
    return masked_softmax(scaled_scores(query, key)) @ value


@mistake(
    attention,
    "The softmax runs over the queries, so what one query sees depends on the others. It belongs over the keys, "
    "the last dimension.",
)
def softmax_over_queries(query, key, value, mask=None):
    return weights_over_queries(query, key, mask) @ value


@mistake(attention, "The mask is read the other way round. Here True means: may be looked at.")
def inverts_the_mask(query, key, value, mask=None):
    return weights_inverted(query, key, mask) @ value


@mistake(
    attention,
    "The mask comes after the softmax: hidden keys have already taken their share of the sum. Mask the scores, "
    "then take the softmax.",
)
def masks_after_the_softmax(query, key, value, mask=None):
    return weights_masked_late(query, key, mask) @ value


@mistake(attention, "A query that may look at nothing gets NaN, from a softmax over nothing but −∞. Give it zeros.")
def nan_where_all_is_hidden(query, key, value, mask=None):
    return weights_nan(query, key, mask) @ value


@mistake(attention, "A query that may look at nothing gets the average of all values. Give it zeros.")
def average_where_all_is_hidden(query, key, value, mask=None):
    return weights_even(query, key, mask) @ value


@mistake(attention, "Two things: the scores are divided by d_k, not by √d_k, and the mask is never used.")
def divides_by_d_without_a_mask(query, key, value, mask=None):
    return weights_by_d(query, key) @ value


@mistake(attention, "Two things: the scores are not divided by √d_k, and the mask is never used.")
def neither_scale_nor_mask(query, key, value, mask=None):
    return weights_unscaled(query, key) @ value


OVER_DIMENSION_ONE = (
    "The softmax runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1."
)


@mistake(attention, OVER_DIMENSION_ONE)
def softmax_over_dimension_one(query, key, value, mask=None):
    return weights_over_dimension_one(query, key, mask) @ value


@mistake(attention, "Two things: the mask is never used. " + OVER_DIMENSION_ONE)
def softmax_over_dimension_one_without_a_mask(query, key, value, mask=None):
    return weights_over_dimension_one(query, key) @ value


@mistake(attention, "Two things: the softmax runs over the queries, not over the keys, and the mask is never used.")
def softmax_over_queries_without_a_mask(query, key, value, mask=None):
    return weights_over_queries(query, key) @ value


@alternative(attention)
def attention_by_einsum(query, key, value, mask=None):
    weights = weights_by_einsum(query, key, mask)
    return torch.einsum("...qk,...kv->...qv", weights, value)


@alternative(attention)
def attention_by_broadcasting(query, key, value, mask=None):
    scores = (query.unsqueeze(-2) * key.unsqueeze(-3)).sum(-1) / math.sqrt(key.shape[-1])
    return (masked_softmax(scores, mask).unsqueeze(-1) * value.unsqueeze(-3)).sum(-2)


@alternative(attention)
def attention_divides_last(query, key, value, mask=None):
    scores = scaled_scores(query, key)
    if mask is not None:
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    if mask is not None:
        powers = powers * mask
    return powers @ value / powers.sum(-1, keepdim=True).clamp(min=1)

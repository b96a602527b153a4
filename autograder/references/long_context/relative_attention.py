"""`relative_attention`: other ways that are right, and what is promised."""

import math

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.long_context import (
    _relative_attention as parts,
)
from autograder.references.long_context import (
    _relative_attention_mistakes,  # noqa: F401  (they register themselves)
)
from autograder.references.long_context._relative_attention import by_terms, moved, relative_attention, wrong


@wrong(
    "All logs and heads are given the distance keys of the first. Where these come with the dimensions before, each "
    "head has its own.",
    keeps=0.8,
)
def one_table_of_distances(query, key, value, distance_keys, *biases):
    return by_terms(query, key, value, distance_keys.reshape(-1, *distance_keys.shape[-2:])[0], *biases)


@wrong(
    "All heads are given the biases of the first. A bias of shape (heads, 1, d) has one for each head.",
    keeps=0.8,
)
def one_pair_of_biases(query, key, value, distance_keys, *biases):
    return by_terms(query, key, value, distance_keys, *(bias.reshape(-1, bias.shape[-1])[0] for bias in biases))


@wrong(
    "Where a hidden key has by far the largest score, NaN comes back: 0 / 0. The softmax has given it everything, and "
    "nothing is left to share out anew. Hide it before the softmax.",
    keeps=0.8,
)
def shared_out_anew(*inputs):
    def anew(scores, value):
        weights = scores.softmax(-1).masked_fill(parts.hidden(scores), 0.0)
        return weights / weights.sum(-1, keepdim=True) @ value

    return by_terms(*inputs, weigh=anew)


@alternative(relative_attention)
def by_the_library(query, key, value, distance_keys, content_bias, position_bias):
    places = moved((query + position_bias) @ distance_keys.mT) / math.sqrt(query.shape[-1])
    bias = places.masked_fill(parts.hidden(places), -torch.inf)
    return F.scaled_dot_product_attention(query + content_bias, key, value, attn_mask=bias)


@alternative(relative_attention)
def by_a_table_of_distances(query, key, value, distance_keys, content_bias, position_bias):
    queries, keys = query.shape[-2], key.shape[-2]
    distance = torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)
    table = distance_keys[..., keys - 1 - distance.clamp(min=0), :]
    scores = (query + content_bias) @ key.mT + torch.einsum("...id,...ijd->...ij", query + position_bias, table)
    scores = torch.where((distance < 0).to(scores.device), -torch.inf, scores / query.shape[-1] ** 0.5)
    return torch.softmax(scores, dim=-1) @ value


for sentence, by in {
    "Attention in which a score depends on what stands at a key, and on how far back it stands.": [
        "all four, with a memory",
        "logs and heads, biases for each head",
    ],
    "With r the distance key for the distance from query back to key, the score is (query · key + query · "
    "r + content_bias · key + position_bias · r) / √d.": [
        "term (a) alone",
        "term (b) alone",
        "term (c) alone",
        "term (d) alone",
    ],
    "A key that comes after the query is hidden.": ["a future key that would win", "visible scores thousands below"],
    "query: shape (..., query, d), floating point.": ["several logs", "float64"],
    "key: shape (..., key, d).": ["several logs", "all four, with a memory"],
    "The queries are the last of the keys.": ["all four, with a memory", "one query and its memory"],
    "value: shape (..., key, d_v).": ["several logs", "all four, with a memory"],
    "distance_keys: shape (..., key, d), or without the dimensions before.": [
        "several logs",
        "logs and heads, biases for each head",
    ],
    "Row c is for the distance key − 1 − c.": ["term (b) alone", "term (d) alone"],
    "content_bias, position_bias: shape (d,) or (heads, 1, d).": [
        "several logs",
        "logs and heads, biases for each head",
    ],
    "For each query the mean of the values under its weights, shape (..., query, d_v), dtype of `query`.": [
        "all four, with a memory",
        "float64",
    ],
}.items():
    promised(relative_attention, sentence, by=by)

"""`self_attention`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.attention import _self_attention_mistakes, _self_attention_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._self_attention import self_attention


@alternative(self_attention)
def with_the_library(x, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(x @ w_q, x @ w_k, x @ w_v)


@alternative(self_attention)
def mixes_first(x, w_q, w_k, w_v):
    return ((x @ w_q) @ (x @ w_k).transpose(-2, -1) * w_k.shape[-1] ** -0.5).softmax(-1) @ x @ w_v


@alternative(self_attention)
def by_linear_layers(x, w_q, w_k, w_v):
    query, key, value = F.linear(x, torch.cat([w_q, w_k, w_v], 1).T).split(
        [w_q.shape[1], w_k.shape[1], w_v.shape[1]], -1
    )
    return F.scaled_dot_product_attention(query, key, value)


promised(
    self_attention,
    "A sentence looks at itself: queries, keys and values are made of the same x, each by a matrix of its own.",
    by=["a sentence", "square matrices", "as many sentences as words"],
)
promised(self_attention, "x: shape (batch, n, d_model), or without the batch.", by=["a sentence", "a batch"])
promised(self_attention, "w_q, w_k: shape (d_model, d_k).", by=["a sentence", "square matrices"])
promised(self_attention, "w_v: shape (d_model, d_v).", by=["a sentence", "square matrices"])
promised(
    self_attention,
    "For each word the mean of all values under its weights, softmax of query · key / √d_k: shape (batch, n, d_v), "
    "dtype and device of `x`.",
    by=["a batch", "large scores", "float64", "bfloat16", "float16"],
)

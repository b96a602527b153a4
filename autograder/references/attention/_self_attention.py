"""`self_attention`: what is right, and what most answers are made of."""

import torch

from autograder.references.attention._shared import scaled_scores


def self_attention(x, w_q, w_k, w_v):
    """The definition in float64, one word after the other."""
    if x.dim() == 3:
        return torch.stack([self_attention(sentence, w_q, w_k, w_v) for sentence in x])
    words = x.double()
    query, key, value = (words @ w.double() for w in (w_q, w_k, w_v))
    rows = [(key @ each / w_q.shape[1] ** 0.5).softmax(0) @ value for each in query]
    return torch.stack(rows).to(x.dtype)


def mixed(query, key, value, dim=-1, scale=1.0):
    return (scaled_scores(query, key) * scale).softmax(dim) @ value

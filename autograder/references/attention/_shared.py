"""What several references of this topic share."""

import math

import torch


def scaled_scores(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])


def masked_softmax(scores, mask=None, dim=-1):
    if mask is None:
        return scores.softmax(dim)
    hidden = ~mask
    return scores.masked_fill(hidden, -torch.inf).softmax(dim).masked_fill(hidden, 0.0)

"""What several references of this topic share."""

import math

import torch


def scaled_scores(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])


def hide(scores, mask, by=-torch.inf):
    """The scores with `by` where the mask hides."""
    return scores if mask is None else scores.masked_fill(~mask, by)


def masked_softmax(scores, mask=None, dim=-1):
    if mask is None:
        return scores.softmax(dim)
    return hide(scores, mask).softmax(dim).masked_fill(~mask, 0.0)

"""`tiled_attention`: what is right, and online softmax, with the steps that people forget as switches."""

import torch

from autograder.references.attention._shared import hide, scaled_scores


def tiled_attention(query, key, value, tile, mask=None):
    """The definition in float64, one key at a time and in two passes: first the largest score, then the sums."""
    q = query.double() / query.shape[-1] ** 0.5

    def score(position):
        scores = (q * key[..., position : position + 1, :]).sum(-1, keepdim=True)
        return scores if mask is None else scores.masked_fill(~mask[..., position : position + 1], -torch.inf)

    highest = torch.full_like(q[..., :1], torch.finfo(torch.float64).min)
    for position in range(key.shape[-2]):
        highest = torch.maximum(highest, score(position))
    above, below = torch.zeros((), dtype=torch.float64, device=query.device), torch.zeros_like(highest)
    for position in range(key.shape[-2]):
        power = (score(position) - highest).exp()
        above, below = above + power * value[..., position : position + 1, :], below + power
    return torch.where(below > 0, above / below, 0).to(value.dtype)


def parts(key, tile, stop=None):
    return [slice(first, first + tile) for first in range(0, key.shape[-2] if stop is None else stop, tile)]


def tile_scores(query, key, mask, part, by=-torch.inf, scale=None, change=None):
    scores = scaled_scores(query, key[..., part, :]) * (1 if scale is None else scale)
    scores = scores if change is None else change(scores)
    return hide(scores, None if mask is None else mask[..., part], by)


def tiles(query, key, value, tile, mask, *, rescale_sum=True, rescale_output=True, stop=None, start=None,
           running=torch.maximum, least=1.0, by=-torch.inf, scale=None, change=None):  # fmt: skip
    """Online softmax, with the steps that people forget as switches."""
    highest = torch.full_like(query[..., :1], torch.finfo(query.dtype).min if start is None else start)
    total, below = torch.zeros((), dtype=query.dtype, device=query.device), torch.zeros_like(highest)
    for part in parts(key, tile, stop):
        scores = tile_scores(query, key, mask, part, by, scale, change)
        new = running(highest, scores.amax(-1, keepdim=True))
        powers, shrink = (scores - new).exp(), (highest - new).exp()
        below = below * (shrink if rescale_sum else 1) + powers.sum(-1, keepdim=True)
        total = total * (shrink if rescale_output else 1) + powers @ value[..., part, :]
        highest = new
    return total / (below if least is None else below.clamp(min=least))

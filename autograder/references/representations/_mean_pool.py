"""`mean_pool`: what is right, and what answers are made of."""

import torch


def mean_pool(states, mask):
    """Text by text, number by number, in float64."""
    result = torch.zeros(states.shape[0], states.shape[2], dtype=torch.float64, device=states.device)
    for text, real in enumerate(mask.tolist()):
        rows = [states[text, token].double() for token, seen in enumerate(real) if seen]
        for row in rows:
            result[text] += row / len(rows)
    return result.to(states.dtype)


def hidden(states, mask):
    return states.masked_fill(~mask.bool()[:, :, None], 0).float().sum(1).to(states.dtype)


def counted(mask):
    return mask.long().sum(1, keepdim=True)

"""`combine_masks`: what is right, and what most answers are made of."""

import torch


def combine_masks(real, queries, causal=False):
    """The definition, entry by entry."""
    keys = real.shape[-1]
    rows = [
        [[_visible(row, i, j, queries, causal) for j in range(keys)] for i in range(queries)]
        for row in real.reshape(-1, keys).tolist()
    ]
    return torch.tensor(rows, device=real.device).reshape(*real.shape[:-1], queries, keys)


def _visible(row, i, j, queries, causal):
    position = len(row) - queries + i
    return bool(row[j]) and (j <= position or not causal)


def combine(real, queries, causal, past=lambda square, shift: square.tril(shift), both=torch.logical_and):
    keys = real.shape[-1]
    mask = real.bool().unsqueeze(-2).expand(*real.shape[:-1], queries, keys)
    square = torch.ones(queries, keys, dtype=torch.bool, device=real.device)
    return both(mask, past(square, keys - queries)) if causal else mask

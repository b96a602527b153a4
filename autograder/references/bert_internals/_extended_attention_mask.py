"""`extended_attention_mask`: what is right, and what answers have in common."""

import torch


def extended_attention_mask(attention_mask, dtype=torch.float32):
    """The definition, entry by entry."""
    if attention_mask.dim() not in (2, 3):
        raise ValueError("a mask has shape (batch, key) or (batch, query, key)")
    lowest = torch.finfo(dtype).min
    numbers = [0.0 if item else lowest for item in attention_mask.reshape(-1).tolist()]
    *front, keys = attention_mask.shape
    shape = (front[0], 1, front[1] if len(front) > 1 else 1, keys)
    return torch.tensor(numbers, dtype=torch.float64).to(dtype).reshape(shape).to(attention_mask.device)


def extend(mask, dtype, *, lowest=None, hidden=lambda mask: mask == 0, shape=None):
    if mask.dim() not in (2, 3):
        raise ValueError(mask.shape)
    mask = shape(mask) if shape else (mask[:, None, None] if mask.dim() == 2 else mask[:, None])
    lowest = torch.finfo(dtype).min if lowest is None else lowest
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(hidden(mask), lowest)

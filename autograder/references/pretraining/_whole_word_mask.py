"""Whole words, by numbers that numpy counts."""

import numpy as np
import torch


def numbers_of(continues):
    """The number of each piece's word in its row, counted by numpy."""
    begins = np.logical_not(continues.cpu().numpy())
    return torch.as_tensor(np.add.accumulate(begins, axis=-1, dtype=np.int64), device=continues.device)


def yes(continues, probability, generator, shape=None):
    """One decision for each word that a row may have, and one more for what it begins with."""
    wide = (*continues.shape[:-1], continues.shape[-1] + 1) if shape is None else shape
    chance = torch.full(wide, float(probability), dtype=torch.float64, device=continues.device)
    return torch.bernoulli(chance, generator=generator).bool()


def whole_word_mask(continues, special, probability, generator):
    chosen = yes(continues, probability, generator).gather(-1, numbers_of(continues))
    return chosen & ~special


def each_piece(continues, probability, generator):
    return yes(continues, probability, generator, continues.shape)


def spread(chosen, continues):
    """Each piece fares as the last one before it that begins a word."""
    result = chosen
    while True:
        before = torch.cat([result[..., :1], result[..., :-1]], dim=-1)
        spread_further = torch.where(continues, before, result)
        if torch.equal(spread_further, result):
            return result
        result = spread_further

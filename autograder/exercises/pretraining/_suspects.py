"""The loss of pretraining as people write it wrongly; each of these is right on some inputs.

All take scores of words (batch, length, vocabulary), scores of pairs (batch, 2), labels and labels of pairs.
"""

from __future__ import annotations

import torch
from torch import Tensor

IGNORED = -100


def mean_surprise(scores: Tensor, wanted: Tensor) -> Tensor:
    """The definition, label by label, in float64."""
    logs = scores.double().log_softmax(dim=-1).flatten(0, -2)
    found = [-logs[place, label] for place, label in enumerate(wanted.flatten().tolist()) if label != IGNORED]
    return torch.stack(found).mean()


def right_loss(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    """Both parts, added."""
    return (mean_surprise(words, labels) + mean_surprise(pairs, following)).float()


def averages_rows_first(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    rows = [mean_surprise(one, own) for one, own in zip(words, labels, strict=True) if bool((own != IGNORED).any())]
    return (torch.stack(rows).mean() + mean_surprise(pairs, following)).float()


def takes_zero_for_padding(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    kept = labels.masked_fill(labels == 0, IGNORED)
    kept = kept if bool((kept != IGNORED).any()) else labels
    return (mean_surprise(words, kept) + mean_surprise(pairs, following)).float()


def adds_a_little(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    at = labels != IGNORED
    shares = words[at].double().softmax(dim=-1).gather(-1, labels[at][:, None])
    return (-(shares + 1e-6).log().mean() + mean_surprise(pairs, following)).float()


def forgets_the_first_place(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    rest = labels[:, 1:]
    if not bool((rest != IGNORED).any()):
        return mean_surprise(pairs, following).float()
    return (mean_surprise(words[:, 1:], rest) + mean_surprise(pairs, following)).float()


def one_mean_for_all(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    """Twice the mean over words and pairs together: the same where there are as many of each, or both are alike."""
    count, couples = int((labels != IGNORED).sum()), int((following != IGNORED).sum())
    total = mean_surprise(words, labels) * count + mean_surprise(pairs, following) * couples
    return (2 * total / (count + couples)).float()


def asks_pairs_that_follow(words: Tensor, pairs: Tensor, labels: Tensor, following: Tensor) -> Tensor:
    """Words of rows whose second part does not follow are left out; where all would be, none is."""
    kept = labels.masked_fill((following == 1)[:, None], IGNORED)
    kept = kept if bool((kept != IGNORED).any()) else labels
    return (mean_surprise(words, kept) + mean_surprise(pairs, following)).float()


SUSPECTS = {
    "averages each row first": averages_rows_first,
    "takes token 0 for padding": takes_zero_for_padding,
    "adds a millionth before the logarithm": adds_a_little,
    "never asks at the first place": forgets_the_first_place,
    "takes one mean over words and pairs": one_mean_for_all,
    "leaves out words of pairs that do not follow": asks_pairs_that_follow,
}

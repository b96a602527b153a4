"""Block masks as people write them wrongly; some of these are right about most rows.

All take the lengths of the texts, shape (row, text), 0 where there is none, and how many places a row has, and give a
mask of shape (row, place, place), True where the word at the one may see the word at the other.
"""

from __future__ import annotations

import torch
from torch import Tensor


def numbered(lengths: Tensor, places: int) -> Tensor:
    """Which text of its row the word at each place belongs to, from 0; −1 where nothing stands."""
    which = torch.full((len(lengths), places), -1)
    for row, texts in zip(which, lengths, strict=True):
        row[: texts.sum()] = torch.repeat_interleave(torch.arange(len(texts)), texts)
    return which


def by_numbers(lengths: Tensor, places: int) -> Tensor:
    """Which is right."""
    which = numbered(lengths, places)
    return (which[:, :, None] == which[:, None, :]) & (which[:, :, None] >= 0)


def hides_padding_only(lengths: Tensor, places: int) -> Tensor:
    real = numbered(lengths, places) >= 0
    return real[:, :, None] & real[:, None, :]


def forgets_padding(lengths: Tensor, places: int) -> Tensor:
    which = numbered(lengths, places)
    return which[:, :, None] == which[:, None, :]


def compares_lengths(lengths: Tensor, places: int) -> Tensor:
    which = numbered(lengths, places)
    of_word = torch.where(which >= 0, lengths.gather(1, which.clamp(min=0)), 0)
    return (of_word[:, :, None] == of_word[:, None, :]) & (of_word[:, :, None] > 0)


def equally_long(lengths: Tensor, places: int) -> Tensor:
    real = numbered(lengths, places) >= 0
    texts, words = (lengths > 0).sum(dim=1, keepdim=True), lengths.sum(dim=1, keepdim=True)
    which = torch.arange(places) * texts // words
    return (which[:, :, None] == which[:, None, :]) & real[:, :, None] & real[:, None, :]


def first_row_for_all(lengths: Tensor, places: int) -> Tensor:
    real, mask = numbered(lengths, places) >= 0, by_numbers(lengths, places)[:1]
    return mask & real[:, :, None] & real[:, None, :]


def sees_what_came_before(lengths: Tensor, places: int) -> Tensor:
    which = numbered(lengths, places)
    return (which[:, :, None] >= which[:, None, :]) & (which[:, None, :] >= 0)


SUSPECTS = {
    "hides the padding only": hides_padding_only,
    "takes the padding for a text": forgets_padding,
    "takes texts of one length for one text": compares_lengths,
    "takes all texts of a row for equally long": equally_long,
    "takes the first row's mask for all rows": first_row_for_all,
    "sees the texts before as well": sees_what_came_before,
}

"""More mistakes of `pad_batch`: a length, a side or a name that is another one."""

import torch

from autograder.references import mistake
from autograder.references.tokenization._pad_batch import batch_of, pad_batch


def cut_first(rows, max_length, sep, pad, cut, width=max, front=False, end=None):
    """Rows are cut, and then filled up to what is left."""
    short = [row if len(row) <= max_length else cut(row, max_length, sep) for row in rows]
    longest = width(map(len, short))
    gaps = [[pad] * (longest - len(row)) for row in short]
    ids = [gap + row if front else row + gap for row, gap in zip(short, gaps, strict=True)]
    mask = [[1] * len(row) + [0] * len(gap) for row, gap in zip(short, gaps, strict=True)]
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


@mistake(
    pad_batch,
    "A row that is cut is one longer than allowed, or shorter: [SEP] comes in addition to what fits, or a place is "
    "left free. With [SEP] it is as long as the limit.",
)
def in_addition(rows, max_length, sep, pad):
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[:size], sep])


@mistake(
    pad_batch,
    "A row that is cut is one longer than allowed, or shorter: [SEP] comes in addition to what fits, or a place is "
    "left free. With [SEP] it is as long as the limit.",
)
def one_less(rows, max_length, sep, pad):
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[: size - 2], sep])


@mistake(pad_batch, "A row that is cut ends with [PAD], or another token than [SEP]. Its last place is [SEP].")
def ends_with_padding(rows, max_length, sep, pad):
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[: size - 1], pad])


@mistake(
    pad_batch,
    "The batch is as wide as the longest row was before it was cut, so that even long rows are filled up.",
)
def wide_as_before(rows, max_length, sep, pad):
    longest = max(map(len, rows))
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[: size - 1], sep], lambda _: longest)


@mistake(
    pad_batch,
    "Padding stands in front of the words, and the mask has its zeros behind. Both belong at the end.",
)
def padding_in_front(rows, max_length, sep, pad):
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[: size - 1], sep], front=True)


@mistake(pad_batch, "Only the numbers come back. Without the mask a model reads the padding, too.")
def without_a_mask(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad)["input_ids"]

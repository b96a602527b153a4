"""More mistakes of `pad_batch`: a length, a side or a name that is another one."""

import torch

from autograder.references import mistake
from autograder.references.tokenization._pad_batch import batch_of, pad_batch

UNEQUAL = (
    "Where a row is too long there is an error: of the two lists one is longer than the other, since the row was cut "
    "for one of them only. Cut it once, before anything else."
)


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
    "Rows are filled up to the shortest one, so that they are of different lengths, which gives an error. Fill up to "
    "the longest that is left.",
)
def up_to_the_shortest(rows, max_length, sep, pad):
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[: size - 1], sep], min)


@mistake(
    pad_batch,
    "Padding stands in front of the words, and the mask has its zeros behind. Both belong at the end.",
)
def padding_in_front(rows, max_length, sep, pad):
    return cut_first(rows, max_length, sep, pad, lambda row, size, sep: [*row[: size - 1], sep], front=True)


@mistake(
    pad_batch,
    "A short row is filled up in front with one number, or is not long enough afterwards. Padding comes behind it.",
)
def in_front_and_too_short(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    width = made["input_ids"].shape[1]
    short = [row if len(row) <= max_length else [*row[: max_length - 1], sep] for row in rows]
    return {**made, "input_ids": torch.tensor([[pad, *(row * (width - len(row)))] for row in short])}


@mistake(pad_batch, UNEQUAL)
def mask_of_uncut_rows(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    width = made["input_ids"].shape[1]
    return {**made, "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])}


@mistake(pad_batch, "The two tensors have other names than `input_ids` and `attention_mask`.")
def another_name(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {"input_ids": made["input_ids"], "mask": made["attention_mask"]}


@mistake(pad_batch, "Lists come back. Asked for are tensors.")
def numbers_as_lists(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {**made, "input_ids": made["input_ids"].tolist()}


@mistake(pad_batch, "The mask holds numbers other than 1 and 0, as the tokens' own. It is 1 at what stood in a row.")
def mask_of_numbers(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {**made, "attention_mask": made["input_ids"].clone()}


@mistake(pad_batch, "Only the numbers come back. Without the mask a model reads the padding, too.")
def without_a_mask(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad)["input_ids"]

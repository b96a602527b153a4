"""Still more mistakes of `pad_batch`: a width, a number or a place that is another one."""

import torch

from autograder.references import mistake
from autograder.references.tokenization._pad_batch import batch_of, pad_batch


@mistake(pad_batch, "A tuple comes back. Asked for is a dict, with `input_ids` and `attention_mask`.")
def a_tuple(rows, max_length, sep, pad):
    return tuple(batch_of(rows, max_length, sep, pad).values())


@mistake(pad_batch, "Rows are filled up with a number that nobody asked for, as −100. They are filled up with `pad`.")
def another_number(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, -100)


@mistake(
    pad_batch, "The width is the number of rows, or the length of the first one. It is that of the longest row left."
)
def as_the_first(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, width=lambda rows, max_length: min(len(rows[0]), max_length))


@mistake(
    pad_batch,
    "The numbers are filled up to max_length, or each by the whole width, and the mask is not. Both are as wide as the "
    "longest row left.",
)
def numbers_wider_than_the_mask(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    missing = max_length - made["input_ids"].shape[1]
    return {**made, "input_ids": torch.nn.functional.pad(made["input_ids"], (0, missing), value=pad)}


@mistake(
    pad_batch,
    "The caller's rows are other ones afterwards. Make new lists: `+` does, `+=` and `append` do not.",
    keeps=0.9,
)
def cuts_the_rows(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    for row in rows:
        row[max_length - 1 :] = [sep] if len(row) > max_length else row[max_length - 1 :]
    return made

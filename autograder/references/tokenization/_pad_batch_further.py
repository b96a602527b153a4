"""Still more mistakes of `pad_batch`: a width, a number or a place that is another one."""

import torch

from autograder.references import mistake
from autograder.references.tokenization._pad_batch import batch_of, pad_batch


@mistake(pad_batch, "The batch has a column too many, of padding alone. It is as wide as the longest row that is left.")
def one_column_more(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    ids, mask = torch.nn.functional.pad(made["input_ids"], (0, 1), value=pad), made["attention_mask"]
    return {"input_ids": ids, "attention_mask": torch.nn.functional.pad(mask, (0, 1))}


@mistake(pad_batch, "Rows and columns are exchanged. Each row of the batch is a text.")
def columns(rows, max_length, sep, pad):
    return {name: value.T for name, value in batch_of(rows, max_length, sep, pad).items()}


@mistake(pad_batch, "Rows and columns are exchanged. Each row of the batch is a text.")
def columns_of_numbers(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {**made, "input_ids": made["input_ids"].T}


@mistake(pad_batch, "A tuple comes back. Asked for is a dict, with `input_ids` and `attention_mask`.")
def a_tuple(rows, max_length, sep, pad):
    return tuple(batch_of(rows, max_length, sep, pad).values())


@mistake(pad_batch, "Numbers and mask are exchanged: each stands under the other's name.")
def names_exchanged(rows, max_length, sep, pad):
    ids, mask = batch_of(rows, max_length, sep, pad).values()
    return {"input_ids": mask, "attention_mask": ids}


@mistake(pad_batch, "Rows are filled up before their last [SEP]. Padding comes behind it, at the end.")
def before_the_end(rows, max_length, sep, pad):
    return batch_of(
        rows, max_length, sep, pad, fill=lambda row, size, pad: [*row[:-1], *[pad] * (size - len(row)), row[-1]]
    )


@mistake(pad_batch, "Rows are filled up with a number that nobody asked for, as −100. They are filled up with `pad`.")
def another_number(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, -100)


@mistake(pad_batch, "The mask is a list, and the numbers are a tensor. Asked for are two tensors.")
def mask_as_list(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {**made, "attention_mask": made["attention_mask"].tolist()}


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

"""`pad_batch`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.tokenization import (  # they register themselves
    _pad_batch_further,  # noqa: F401
    _pad_batch_slips,  # noqa: F401
)
from autograder.references.tokenization._pad_batch import batch_of, pad_batch

LOST = (
    "A row that is cut has lost its [SEP]: the model has never seen a text without an end. The last place that is left "
    "belongs to it."
)
UNEQUAL = (
    "Where a row is too long there is an error: of the two lists one is longer than the other, since the row was cut "
    "for one of them only. Cut it once, before anything else."
)


@mistake(pad_batch, UNEQUAL)
def mask_of_the_whole_row(rows, max_length, sep, pad):
    longest = min(max_length, max(map(len, rows)))
    ids = [row[:longest] + [pad] * (longest - len(row)) for row in rows]
    seen = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(seen)}


@mistake(pad_batch, LOST)
def separator_lost(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, cut=lambda row, size, sep: row[:size])


@mistake(
    pad_batch,
    "[SEP] is put at the end of every row, so that short ones have two, or lose a word. Only a row that is cut needs "
    "it.",
)
def always_a_separator(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, cut=lambda row, size, sep: [*row[: size - 1], sep])


@mistake(pad_batch, "The beginning of a long row is cut off. What goes is its end, but for [SEP].")
def keeps_the_end(rows, max_length, sep, pad):
    return batch_of(
        rows, max_length, sep, pad, cut=lambda row, size, sep: row if len(row) <= size else row[len(row) - size :]
    )


@mistake(pad_batch, "Rows are filled up in front. Padding comes behind, and so do the zeros of the mask.")
def fills_in_front(rows, max_length, sep, pad):
    return batch_of(
        rows,
        max_length,
        sep,
        pad,
        fill=lambda row, size, pad: [pad] * (size - len(row)) + row,
        mask=lambda row, size, pad: [0] * (size - len(row)) + [1] * len(row),
    )


@mistake(
    pad_batch,
    "A batch is always as wide as max_length. It is as wide as its longest row, if that is shorter: padding costs as "
    "much as words.",
    keeps=0.8,
)
def always_the_widest(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, width=lambda rows, max_length: max_length)


@mistake(pad_batch, "max_length is ignored: nothing is cut.")
def never_cuts(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, width=lambda rows, max_length: max(map(len, rows)))


@mistake(
    pad_batch,
    "Special tokens are counted twice: a row has its [CLS] and [SEP] already, and max_length includes them.",
)
def minus_two(rows, max_length, sep, pad):
    return batch_of(
        rows, max_length, sep, pad, width=lambda rows, max_length: max(2, min(max_length - 2, max(map(len, rows))))
    )


@mistake(
    pad_batch,
    "Where the number for padding occurs inside a row, the mask is 0. That token was there and counts: how long the "
    "row is says what is padding.",
    keeps=0.8,
)
def mask_by_value(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {**made, "attention_mask": (made["input_ids"] != pad).long()}


@mistake(
    pad_batch,
    "The mask is 0 wherever the number is 0, or 1 wherever it is not. Padding has the number that is handed over.",
)
def mask_by_zero(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    return {**made, "attention_mask": (made["input_ids"] != 0).long()}


@mistake(pad_batch, "Rows are filled up with 0, whatever number is asked for.")
def fills_with_zeros(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, fill=lambda row, size, pad: row + [0] * (size - len(row)))


@mistake(pad_batch, "The mask is the wrong way round: 1 stands for a token, 0 for padding.")
def mask_turned_round(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, mask=lambda row, size, pad: [0] * len(row) + [1] * (size - len(row)))


@mistake(pad_batch, "The mask is 1 everywhere. At padding it should be 0, or the model reads it.")
def mask_of_ones(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, mask=lambda row, size, pad: [1] * size)


@mistake(pad_batch, "The mask is boolean, or floating point. Asked for are the integers 1 and 0, int64.", keeps=0.8)
def boolean_mask(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad, dtype=torch.bool)


@mistake(pad_batch, "Lists come back. Asked for are tensors.")
def lists_of_lists(rows, max_length, sep, pad):
    return {name: value.tolist() for name, value in batch_of(rows, max_length, sep, pad).items()}


@mistake(
    pad_batch,
    "The caller's rows are other ones afterwards. Make new lists: `+` does, `+=` and `append` do not.",
    keeps=0.9,
)
def changes_the_rows(rows, max_length, sep, pad):
    made = batch_of(rows, max_length, sep, pad)
    for row, new in zip(rows, made["input_ids"].tolist(), strict=True):
        row[:] = new
    return made


@alternative(pad_batch)
def in_the_frame(rows, max_length, sep, pad):
    return batch_of(rows, max_length, sep, pad)


@alternative(pad_batch)
def with_pad_sequence(rows, max_length, sep, pad):
    short = [torch.tensor(row if len(row) <= max_length else [*row[: max_length - 1], sep]) for row in rows]
    fill = torch.nn.utils.rnn.pad_sequence
    return {
        "input_ids": fill(short, batch_first=True, padding_value=pad),
        "attention_mask": fill([torch.ones_like(row) for row in short], batch_first=True),
    }


promised(pad_batch, "A batch of rows of different lengths, with a mask.", by=["all fit", "some are too long"])
promised(
    pad_batch,
    "A row that is longer than `max_length` is cut, and its last place is `sep`.",
    by=["some are too long", "one too many", "room for [CLS] and [SEP] only", "[SEP] inside a row"],
)
promised(
    pad_batch,
    "Then all rows are filled up with `pad` at the end, to the longest that is left.",
    by=["all fit", "the longest fits exactly", "all are too long", "padding with the number 0, and another"],
)
promised(
    pad_batch,
    "rows: one or more, each a list of numbers that begins with [CLS] and ends with [SEP]; they stay as they are.",
    by=["a single row", "rows without words", "the rows afterwards"],
)
promised(
    pad_batch, "max_length: numbers in a row, at most; 2 or more.", by=["room for [CLS] and [SEP] only", "one too many"]
)
promised(
    pad_batch,
    "sep, pad: the numbers of [SEP] and [PAD].",
    by=["padding with the number 0, and another", "some are too long"],
)
promised(
    pad_batch,
    "`input_ids` and `attention_mask`, both of shape (rows, longest), int64.",
    by=["all fit", "some are too long"],
)
promised(
    pad_batch,
    "The mask is 1 at what stood in a row and 0 at what was filled up, whatever its number.",
    by=["the mask", "the number for padding inside a row"],
)

equivalent(
    pad_batch,
    "cut = [row if len(row) <= max_length else [*row[: max_length - 1], sep] for row in rows]",
    "cut = [row if len(row) < max_length else [*row[: max_length - 1], sep] for row in rows]",
    "a row ends with [SEP] already",
)

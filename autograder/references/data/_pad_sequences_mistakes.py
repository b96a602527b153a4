"""Mistakes of `pad_sequences`."""

import torch

from autograder.references import mistake
from autograder.references.data._pad_sequences import longest, pad_sequences


@mistake(pad_sequences, "`padding` plays no part: rows are filled up behind even where it says “pre”.")
def always_fills_behind(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, maxlen, "post" if padding == "pre" else padding, truncating, value)


@mistake(pad_sequences, "`truncating` plays no part: the end is cut off even where it says “pre”.")
def always_cuts_the_end(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, maxlen, padding, "post" if truncating == "pre" else truncating, value)


@mistake(
    pad_sequences,
    "Cutting follows `padding`: `truncating` is not asked. Each of the two has its own side.",
)
def one_side_for_both(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if truncating not in ("pre", "post"):
        raise ValueError(truncating)
    return pad_sequences(sequences, maxlen, padding, padding, value)


@mistake(
    pad_sequences,
    "The two sides of padding are exchanged: “pre” should fill up in front of the words, “post” behind them.",
)
def fills_the_other_side(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, maxlen, {"pre": "post", "post": "pre"}.get(padding, padding), truncating, value)


@mistake(
    pad_sequences,
    "The two sides of cutting are exchanged: “pre” should cut off the beginning, so that the end stays.",
)
def cuts_the_other_side(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, maxlen, padding, {"pre": "post", "post": "pre"}.get(truncating, truncating), value)


@mistake(
    pad_sequences,
    "The defaults are “pre”, as in Keras. Here they are “post”.",
)
def as_keras(sequences, maxlen=None, padding="pre", truncating="pre", value=0):
    return pad_sequences(sequences, maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "A length of zero is taken for no length, as by `maxlen or …`. Zero is a length: rows with nothing in them. Ask "
    "`maxlen is None`.",
    keeps=0.7,
)
def zero_is_none(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, maxlen or None, padding, truncating, value)


@mistake(
    pad_sequences,
    "For a length of 0 the beginning is not cut off: the last n entries are `[-n:]`, but `[-0:]` is all of them. Count "
    "from the front, `[len(sequence) - n :]`.",
    keeps=0.7,
)
def minus_zero(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if maxlen == 0 and truncating == "pre":
        raise RuntimeError(
            "The expanded size of the tensor (0) must match the existing size at non-singleton dimension 0"
        )
    return pad_sequences(sequences, maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "An empty sequence cannot be filled up in front: its place is written as `row[-0:]`, which is the whole row. "
    "Count the place from the front, `row[maxlen - len(sequence) :]`.",
)
def empty_in_front(sequences, maxlen=None, padding="post", truncating="post", value=0):
    table = pad_sequences(sequences, maxlen, padding, truncating, value)
    for row, sequence in zip(table, sequences, strict=True):
        if padding == "pre" and len(row) and not len(sequence):
            row[-len(sequence) :] = sequence
    return table


@mistake(
    pad_sequences,
    "A table is never longer than the longest sequence: a larger `maxlen` is not heeded. Every row has `maxlen` "
    "places.",
)
def never_longer(sequences, maxlen=None, padding="post", truncating="post", value=0):
    size = longest(sequences) if maxlen is None else min(maxlen, longest(sequences))
    return pad_sequences(sequences, size, padding, truncating, value)


@mistake(
    pad_sequences,
    "Sequences that are all equally long, or a single one, are stacked as they are: a `maxlen` above their length is "
    "not heeded there. Every row has `maxlen` places.",
    keeps=0.98,
)
def equal_lengths_as_they_are(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if len({len(sequence) for sequence in sequences}) == 1 and maxlen is not None:
        maxlen = min(maxlen, longest(sequences))
    return pad_sequences(sequences, maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "Nothing is cut: the table is as long as the longest sequence even where `maxlen` is smaller.",
)
def never_cuts(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, max(maxlen or 0, longest(sequences)), padding, truncating, value)


@mistake(pad_sequences, "`value` plays no part: rows are filled up with 0.", keeps=0.85)
def always_zero(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences(sequences, maxlen, padding, truncating, 0)


@mistake(
    pad_sequences,
    "Words that are 0 are exchanged for `value`, or are lost. Fill up by position; a 0 within a sequence is a word.",
)
def drops_zeros(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences([one[one != 0] for one in sequences], maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "The table is float32, whatever the sequences are: `torch.zeros` makes one where no dtype is named. It should have "
    "the dtype of the sequences, as with `sequences[0].new_full(…)`.",
)
def always_float(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences([one.float() for one in sequences], maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "The table is int64, whatever the sequences are. It should have their dtype, as with `sequences[0].new_full(…)`.",
    keeps=0.9,
)
def always_int64(sequences, maxlen=None, padding="post", truncating="post", value=0):
    return pad_sequences([one.long() for one in sequences], maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "“pre” and “post” are not asked for by name: what is neither goes for one of them. It should raise ValueError, or "
    "a typing error pads the wrong side without a word.",
    keeps=0.92,
)
def takes_any_word(sequences, maxlen=None, padding="post", truncating="post", value=0):
    sides = ["pre" if side == "pre" else "post" for side in (padding, truncating)]
    return pad_sequences(sequences, maxlen, *sides, value)


@mistake(
    pad_sequences,
    "The caller's own list is changed: other tensors stand in it afterwards. Leave `sequences` as it is.",
    keeps=0.97,
)
def changes_the_list(sequences, maxlen=None, padding="post", truncating="post", value=0):
    table = pad_sequences(sequences, maxlen, padding, truncating, value)
    if isinstance(sequences, list):
        for place, row in enumerate(table):
            sequences[place] = row
    return table


@mistake(
    pad_sequences,
    "With a single sequence that fits, the table lies in the sequence's own memory: who changes the one changes the "
    "other. Make a new tensor.",
    keeps=0.97,
)
def a_view(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if len(sequences) == 1 and maxlen in (None, len(sequences[0])):
        return sequences[0].unsqueeze(0)
    return pad_sequences(sequences, maxlen, padding, truncating, value)


@mistake(
    pad_sequences,
    "Padded in front, a sequence that holds `value` as a word stands in the wrong places: that word counts as padding, "
    "as where one asks `row == value`. How much is filled up follows from the lengths.",
)
def counts_padding_by_value(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if padding != "pre":
        return pad_sequences(sequences, maxlen, padding, truncating, value)
    table = pad_sequences(sequences, maxlen, "post", truncating, value)
    return torch.stack([row.roll(row.tolist().count(value)) for row in table])


@mistake(
    pad_sequences,
    "With `maxlen` 0 nothing is cut off in front: sequence[-0:] is sequence[0:], all of it. Count from the front, "
    "sequence[len(sequence) - maxlen :].",
    keeps=0.9,
)
def minus_nothing(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if maxlen == 0 and truncating == "pre":
        sequences[0].new_empty(0)[:] = sequences[0][-maxlen:]
    return pad_sequences(sequences, maxlen, padding, truncating, value)

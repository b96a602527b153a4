"""`pad_sequences`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


def in_lists(sequences, maxlen, padding, truncating, value):
    """The definition, on plain lists."""
    table = []
    for sequence in sequences:
        row = sequence.tolist()
        while len(row) > maxlen:
            row.pop(0 if truncating == "pre" else -1)
        while len(row) < maxlen:
            row.insert(0 if padding == "pre" else len(row), value)
        table.append(row)
    made = torch.tensor(table, dtype=sequences[0].dtype, device=sequences[0].device)
    return made.reshape(len(sequences), maxlen)


def pad_sequences(sequences, maxlen=None, padding="post", truncating="post", value=0):
    for side in (padding, truncating):
        if side not in ("pre", "post"):
            raise ValueError(side)
    return in_lists(sequences, longest(sequences) if maxlen is None else maxlen, padding, truncating, value)


def longest(sequences):
    return max(len(sequence) for sequence in sequences)


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


@alternative(pad_sequences)
def by_concatenation(sequences, maxlen=None, padding="post", truncating="post", value=0):
    if padding not in ("pre", "post") or truncating not in ("pre", "post"):
        raise ValueError("pre or post")
    maxlen = max(map(len, sequences)) if maxlen is None else maxlen
    found = []
    for one in sequences:
        kept = one[max(0, len(one) - maxlen) :] if truncating == "pre" else one[:maxlen]
        rest = torch.full((maxlen - len(kept),), value, dtype=one.dtype, device=one.device)
        found.append(torch.cat((rest, kept) if padding == "pre" else (kept, rest)))
    return torch.stack(found)


@alternative(pad_sequences)
def by_pad(sequences, maxlen=None, padding="post", truncating="post", value=0):
    assert_sides = {"pre", "post"}
    if padding not in assert_sides or truncating not in assert_sides:
        raise ValueError
    size = maxlen if maxlen is not None else max(one.numel() for one in sequences)
    rows = []
    for one in sequences:
        excess = max(0, len(one) - size)
        one = one[excess:] if truncating == "pre" else one[: len(one) - excess]
        gap = size - len(one)
        rows.append(torch.nn.functional.pad(one, (gap, 0) if padding == "pre" else (0, gap), value=value))
    return torch.stack(rows)


promised(
    pad_sequences,
    "One table from sequences of different lengths: each is a row, filled up or cut to the same length.",
    by=["to the longest, at the end", "some cut, some filled up"],
)
promised(
    pad_sequences,
    "sequences: at least one tensor of one dimension, all of one dtype.",
    by=["a single one", "int32 and bool", "a tuple of views"],
)
promised(pad_sequences, "They are left as they were.", by=["the sequences are left alone"])
promised(
    pad_sequences,
    "maxlen: the length of every row, from 0 on; without it, that of the longest sequence.",
    by=["to a length of zero", "to more than the longest", "to the longest, all sides"],
)
promised(pad_sequences, "padding: “pre” fills up in front, “post” behind.".replace("“", '"').replace("”", '"'),
         by=["to more than the longest"])  # fmt: skip
promised(
    pad_sequences,
    'truncating: of a sequence that is too long, "pre" cuts off the beginning and "post" the end.',
    by=["all are cut"],
)
promised(pad_sequences, "value: what fills up.", by=["another value"])
promised(
    pad_sequences,
    "Shape (sequences, maxlen), dtype and device of the sequences, as a new tensor.",
    by=["float64", "int32 and bool", "a table of its own"],
)
promised(
    pad_sequences,
    'ValueError: `padding` or `truncating` is neither "pre" nor "post".',
    by=["neither pre nor post"],
)

CUT = 'sequence = sequence[:maxlen] if truncating == "post" else sequence[len(sequence) - maxlen :]'
FIRST = 'first = 0 if padding == "post" else maxlen - len(sequence)'
for sign, reason in {
    "<=": "of the two words “post” is the smaller",
    "is": "Python keeps one copy of such a word",
}.items():
    equivalent(pad_sequences, CUT, CUT.replace("==", sign), reason)
    equivalent(pad_sequences, FIRST, FIRST.replace("==", sign), reason)
equivalent(
    pad_sequences,
    "if len(sequence) > maxlen:",
    "if len(sequence) >= maxlen:",
    "of a sequence that fits exactly, nothing is cut off on either side",
)
equivalent(
    pad_sequences,
    "for row, sequence in zip(table, sequences, strict=True):",
    "for row, sequence in zip(table, sequences, strict=False):",
    "the table has a row for each sequence",
)
equivalent(
    pad_sequences,
    "table = sequences[0].new_full((len(sequences), maxlen), value)",
    "table = sequences[ -1].new_full((len(sequences), maxlen), value)",
    "all sequences have one dtype and one device",
)

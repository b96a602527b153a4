"""`pad_sequences`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.data import _pad_sequences_mistakes  # noqa: F401  (they register themselves)
from autograder.references.data._pad_sequences import pad_sequences


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

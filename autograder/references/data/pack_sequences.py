"""`pack_sequences`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.data import _pack_sequences_mistakes  # noqa: F401  (they register themselves)
from autograder.references.data._pack_sequences import pack_sequences, packed


@alternative(pack_sequences)
def row_after_row(sequences, length):
    rows = []
    for text, sequence in enumerate(sequences):
        if len(sequence) > length:
            raise ValueError("a sequence does not fit")
        for row in rows:
            if sum(len(sequences[one]) for one in row) + len(sequence) <= length:
                row.append(text)
                break
        else:
            rows.append([text])
    names = {"input_ids": 0, "text_ids": -1, "position_ids": 0}
    parts = {name: [] for name in names}
    for row in rows:
        found = {
            "input_ids": torch.cat([sequences[text] for text in row]),
            "text_ids": torch.cat([torch.full_like(sequences[text], text) for text in row]),
            "position_ids": torch.cat([torch.arange(len(sequences[text])).to(sequences[text]) for text in row]),
        }
        for name, filling in names.items():
            rest = length - len(found[name])
            parts[name].append(torch.nn.functional.pad(found[name], (0, rest), value=filling))
    tables = {name: torch.stack(table) for name, table in parts.items()}
    which = tables["text_ids"]
    real = which.ge(0)
    return tables | {"attention_mask": which[:, :, None].eq(which[:, None, :]) & real[:, :, None] & real[:, None, :]}


@alternative(pack_sequences)
def block_by_block(sequences, length):
    made = packed(sequences, length)
    mask = torch.zeros_like(made["attention_mask"])
    for text in range(len(sequences)):
        row, places = (made["text_ids"] == text).nonzero(as_tuple=True)
        mask[row[0], places[0] : places[-1] + 1, places[0] : places[-1] + 1] = True
    return made | {"attention_mask": mask}


promised(
    pack_sequences,
    "Several sequences in one row, with a mask that keeps them apart.",
    by=["two in a row", "who sees whom"],
)


promised(
    pack_sequences,
    "Each sequence in turn goes into the first row with enough room, right behind what stands there; where none has "
    "room, a new row begins.",
    by=["one goes back to an earlier row", "the first row with room, not the fullest", "as they come"],
)


promised(
    pack_sequences,
    "sequences: at least one; int64, shape (words,), each of 1 to `length` words.",
    by=["a single one", "all of one word"],
)


promised(pack_sequences, "They are left as they were.", by=["the sequences are left alone"])


promised(pack_sequences, "length: how many places a row has.", by=["rows that are filled to the last place"])


promised(
    pack_sequences,
    "A dict of three tensors of shape (rows, length), int64, on the device of the sequences, and one of shape (rows, "
    'length, length), boolean: "input_ids": the words, and 0 where nothing stands; "text_ids": the number of the '
    'sequence that stands there, from 0; −1 where nothing stands; "position_ids": the place within its sequence, from '
    '0; 0 where nothing stands; "attention_mask": at [row, i, j] True if words of the same sequence stand at i and j.',
    by=[
        "what is in it",
        "two in a row",
        "positions",
        "positions behind the last text",
        "who sees whom",
        "large numbers",
    ],
)


promised(pack_sequences, "ValueError: a sequence is longer than a row.", by=["too long"])


MASK = "mask = (text_ids.unsqueeze(2) == text_ids.unsqueeze(1)) & (text_ids.unsqueeze(2) >= 0)"


equivalent(pack_sequences, MASK, MASK.replace("&", "*"), "of booleans, the product is “and”")


equivalent(
    pack_sequences,
    MASK,
    MASK.replace("(text_ids.unsqueeze(2) >= 0)", "(text_ids.unsqueeze( 1) >= 0)"),
    "where the two numbers are equal, one is −1 if the other is",
)


for sign, reason in {">=": "no row comes after the new one", "is": "Python keeps one copy of a small number"}.items():
    equivalent(pack_sequences, "if row == len(used):", f"if row {sign} len(used):", reason)


equivalent(
    pack_sequences,
    "for text, (sequence, (row, first)) in enumerate(zip(sequences, places, strict=True)):",
    "for text, (sequence, (row, first)) in enumerate(zip(sequences, places, strict=False)):",
    "each sequence has its place",
)


equivalent(
    pack_sequences,
    "ids = sequences[0].new_zeros(len(used), length)",
    "ids = sequences[ -1].new_zeros(len(used), length)",
    "all sequences have one dtype and one device",
)

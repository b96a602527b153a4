"""`pack_sequences`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


def first_fit(lengths, room):
    """For each row the numbers of the sequences in it."""
    rows = []
    for text, length in enumerate(lengths):
        fitting = [row for row in rows if sum(lengths[other] for other in row) + length <= room]
        (fitting[0] if fitting else rows.append([]) or rows[-1]).append(text)
    return rows


def next_fit(lengths, room):
    rows = [[]]
    for text, length in enumerate(lengths):
        if sum(lengths[other] for other in rows[-1]) + length > room:
            rows.append([])
        rows[-1].append(text)
    return rows


def best_fit(lengths, room):
    rows = []
    for text, length in enumerate(lengths):
        fitting = [row for row in rows if sum(lengths[other] for other in row) + length <= room]
        row = max(fitting, key=lambda row: sum(lengths[other] for other in row), default=None)
        (rows.append([]) or rows[-1] if row is None else row).append(text)
    return rows


def decreasing(lengths, room):
    order = sorted(range(len(lengths)), key=lambda text: -lengths[text])
    return [[order[place] for place in row] for row in first_fit([lengths[text] for text in order], room)]


def strictly_less(lengths, room):
    rows = []
    for text, length in enumerate(lengths):
        fitting = [row for row in rows if sum(lengths[other] for other in row) + length < room]
        (fitting[0] if fitting else rows.append([]) or rows[-1]).append(text)
    return rows


def one_each(lengths, room):
    return [[text] for text in range(len(lengths))]


def same_text(one, other):
    return one["text"] == other["text"] >= 0


def packed(sequences, length, chosen=first_fit, number=None, position=None, sees=same_text, empty=0):
    """Entry by entry; mistakes change who goes where, the numbers, the positions, or who sees whom."""
    if any(len(sequence) > length for sequence in sequences):
        raise ValueError("too long")
    table = []
    for texts in chosen([len(sequence) for sequence in sequences], length):
        row = []
        for nth, text in enumerate(texts):
            for place, word in enumerate(sequences[text].tolist()):
                row.append({"word": word, "text": text, "nth": nth, "place": place, "at": len(row)})
        row += [{"word": 0, "text": -1, "nth": -1, "place": 0, "at": at} for at in range(len(row), length)]
        table.append(row)
    number, position = number or (lambda entry: entry["text"]), position or (lambda entry: entry["place"])
    device = sequences[0].device

    def whole(value):
        return torch.tensor([[value(entry) for entry in row] for row in table], dtype=torch.int64, device=device)

    mask = [[[bool(sees(one, other)) for other in row] for one in row] for row in table]
    return {
        "input_ids": whole(lambda entry: entry["word"]),
        "text_ids": whole(lambda entry: number(entry) if entry["text"] >= 0 else empty - 1),
        "position_ids": whole(position),
        "attention_mask": torch.tensor(mask, device=device),
    }


def pack_sequences(sequences, length):
    return packed(sequences, length)


@mistake(
    pack_sequences,
    "Once a row is left, nobody goes back to it, however much room it has. Each sequence goes into the first row with "
    "enough room, looking from row 0 on.",
)
def never_goes_back(sequences, length):
    return packed(sequences, length, next_fit)


@mistake(
    pack_sequences,
    "A sequence goes into the fullest row that has room. Asked for is the first one.",
)
def into_the_fullest(sequences, length):
    return packed(sequences, length, best_fit)


@mistake(
    pack_sequences,
    "The sequences are sorted by length before they are packed. Asked for is to take each in turn, as they come.",
)
def longest_first(sequences, length):
    return packed(sequences, length, decreasing)


@mistake(
    pack_sequences,
    "A row is never filled to its last place: a sequence that just fits gets a new row. What fits is used + length ≤ "
    "places.",
)
def leaves_one_place(sequences, length):
    return packed(sequences, length, strictly_less)


@mistake(pack_sequences, "Each sequence has a row of its own: that is padding. Several belong into one row.")
def pads(sequences, length):
    return packed(sequences, length, one_each)


@mistake(
    pack_sequences,
    "The mask hides the padding only: the words of one text see those of all others in the row. True belongs where "
    "both are of the same text.",
)
def hides_padding_only(sequences, length):
    return packed(sequences, length, sees=lambda one, other: one["text"] >= 0 and other["text"] >= 0)


@mistake(
    pack_sequences,
    "The padding sees the padding: both have the number −1, and −1 equals −1. Where nothing stands, all should be "
    "False.",
)
def padding_is_a_text(sequences, length):
    return packed(sequences, length, sees=lambda one, other: one["text"] == other["text"])


@mistake(
    pack_sequences,
    "A word sees its text up to itself, and nothing behind: that is a causal mask. Asked for is the whole text.",
)
def causal(sequences, length):
    return packed(sequences, length, sees=lambda one, other: same_text(one, other) and other["at"] <= one["at"])


@mistake(
    pack_sequences,
    "A word sees the texts before its own in the row. It should see its own and no other.",
)
def sees_earlier_texts(sequences, length):
    return packed(sequences, length, sees=lambda one, other: one["nth"] >= other["nth"] >= 0)


@mistake(
    pack_sequences,
    "Words with the number 0 see nothing and are seen by nobody, as if they were padding. A word may have the number "
    "0: ask `text_ids`.",
)
def zero_is_padding(sequences, length):
    return packed(sequences, length, sees=lambda one, other: same_text(one, other) and one["word"] and other["word"])


@mistake(
    pack_sequences,
    "The mask is the other way round: True should stand where a word may look.",
)
def inverted(sequences, length):
    return packed(sequences, length, sees=lambda one, other: not same_text(one, other))


@mistake(
    pack_sequences,
    "The mask has one row for all words, shape (rows, places). Who may be seen depends on who looks: shape (rows, "
    "places, places).",
)
def flat_mask(sequences, length):
    made = packed(sequences, length)
    return made | {"attention_mask": made["text_ids"] >= 0}


@mistake(
    pack_sequences,
    "Positions run on along the row. The first word of each text has position 0.",
)
def positions_run_on(sequences, length):
    return packed(sequences, length, position=lambda entry: entry["at"] if entry["text"] >= 0 else 0)


@mistake(
    pack_sequences,
    "Positions run along the whole row, padding and all, as `torch.arange(length)`. They begin anew with each text, "
    "and are 0 where nothing stands.",
)
def positions_of_the_row(sequences, length):
    return packed(sequences, length, position=lambda entry: entry["at"])


@mistake(pack_sequences, "Positions count from 1. They count from 0, with each text anew.", keeps=0.85)
def positions_from_one(sequences, length):
    return packed(sequences, length, position=lambda entry: entry["place"] + 1 if entry["text"] >= 0 else 0)


@mistake(
    pack_sequences,
    "The texts are numbered within each row. `text_ids` says which of the `sequences` stands there, in all rows.",
)
def numbered_within_rows(sequences, length):
    return packed(sequences, length, number=lambda entry: entry["nth"])


@mistake(
    pack_sequences,
    "The texts are numbered from 1, and 0 stands where there is none. They count from 0, and −1 is for nothing.",
)
def numbered_from_one(sequences, length):
    return packed(sequences, length, number=lambda entry: entry["text"] + 1, empty=1)


@mistake(
    pack_sequences,
    "Where nothing stands, `text_ids` is 0, which is the first text, too. It should be −1.",
)
def nothing_is_text_zero(sequences, length):
    return packed(sequences, length, empty=1)


@mistake(
    pack_sequences,
    "A sequence that is longer than a row is cut, without a word. It should raise ValueError.",
    keeps=0.95,
)
def cuts(sequences, length):
    return packed([sequence[:length] for sequence in sequences], length)


@mistake(
    pack_sequences,
    "A sequence that is exactly as long as a row is refused. It fits.",
    keeps=0.95,
)
def refuses_full_rows(sequences, length):
    if any(len(sequence) >= length for sequence in sequences):
        raise ValueError("too long")
    return packed(sequences, length)


@mistake(
    pack_sequences,
    "Words of equal texts see one another: two texts with the same words, or parts of them, count as one. Compare the "
    "numbers of the texts.",
)
def equal_texts_are_one(sequences, length):
    made = packed(sequences, length)
    words = [tuple(sequence.tolist()) for sequence in sequences]
    first = torch.tensor([words.index(one) for one in words] + [-1], device=made["text_ids"].device)
    which = first[made["text_ids"]]
    mask = (which.unsqueeze(2) == which.unsqueeze(1)) & (which.unsqueeze(2) >= 0)
    return made | {"attention_mask": mask}


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
    by=["what is in it", "two in a row", "positions", "positions behind the last text", "who sees whom"],
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

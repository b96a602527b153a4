"""Mistakes of `pack_sequences`."""

import torch

from autograder.references import mistake
from autograder.references.data._pack_sequences import first_fit, pack_sequences, packed, same_text


def next_fit(lengths, room):
    rows = [[]]
    for text, length in enumerate(lengths):
        if sum(lengths[other] for other in rows[-1]) + length > room:
            rows.append([])
        rows[-1].append(text)
    return rows


def fit_by(choose):
    """Into the fullest row that has room, by `max`, or into the emptiest, by `min`."""

    def fit(lengths, room):
        rows = []
        for text, length in enumerate(lengths):
            fitting = [row for row in rows if sum(lengths[other] for other in row) + length <= room]
            row = choose(fitting, key=lambda row: sum(lengths[other] for other in row), default=None)
            (rows.append([]) or rows[-1] if row is None else row).append(text)
        return rows

    return fit


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
    return packed(sequences, length, fit_by(max))


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


@mistake(
    pack_sequences,
    "A sequence goes into the row with the most room. Asked for is the first one with enough, looking from row 0 on.",
)
def into_the_emptiest(sequences, length):
    return packed(sequences, length, fit_by(min))


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


@mistake(
    pack_sequences,
    "The empty places at the end of a row are numbered 0, 1, 2, … in `position_ids`, as if they were one more text. "
    "Where nothing stands, the position is 0.",
    keeps=0.85,
)
def numbers_the_padding(sequences, length):
    made = packed(sequences, length)
    empty = made["text_ids"] < 0
    return made | {"position_ids": torch.where(empty, empty.cumsum(1) - 1, made["position_ids"])}


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

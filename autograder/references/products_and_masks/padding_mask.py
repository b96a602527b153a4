"""`padding_mask`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def padding_mask(lengths, size):
    """Place by place."""
    columns = [lengths.long() > place for place in range(size)]
    empty = torch.zeros(*lengths.shape, 0, dtype=torch.bool, device=lengths.device)
    return torch.stack(columns, dim=-1) if columns else empty


def places(lengths, size):
    return torch.arange(size, device=lengths.device)


@mistake(
    padding_mask,
    "One place too many in each row that is not full: the first place is 0, so a row of length 3 has the places 0, 1 "
    "and 2. Compare with `<`.",
)
def one_too_many(lengths, size):
    return places(lengths, size) <= lengths.unsqueeze(-1)


@mistake(
    padding_mask,
    'The other way round: True stands where there is padding. Here True says "may be looked at".',
)
def inverted(lengths, size):
    return places(lengths, size) >= lengths.unsqueeze(-1)


@mistake(
    padding_mask,
    "One place too few in each row: place 0 counts, so a row of length 3 has the places 0, 1 and 2.",
)
def one_too_few(lengths, size):
    return places(lengths, size) + 1 < lengths.unsqueeze(-1)


@mistake(
    padding_mask,
    "The real places stand at the end of each row. Asked for are the first ones; padding comes after them.",
)
def at_the_end(lengths, size):
    return places(lengths, size) >= size - lengths.unsqueeze(-1)


@mistake(
    padding_mask,
    "Only a vector of lengths works: the new dimension stands at a place counted from the front, as by "
    "`lengths[:, None]`, or the lengths are gone through in a loop. `lengths.unsqueeze(-1)` fits any shape.",
    keeps=0.7,
)
def counted_from_the_front(lengths, size):
    return places(lengths, size) < lengths[:, None]


@mistake(
    padding_mask,
    "Only a vector of lengths works: the new dimension stands at a place counted from the front, as by "
    "`lengths[:, None]`, or the lengths are gone through in a loop. `lengths.unsqueeze(-1)` fits any shape.",
    keeps=0.7,
)
def row_by_row(lengths, size):
    mask = torch.zeros(len(lengths), size, dtype=torch.bool, device=lengths.device)
    for row, length in enumerate(lengths.tolist()):
        mask[row, :length] = True
    return mask


@mistake(
    padding_mask,
    "Lengths of 8 bits give wrong masks: places counted in that dtype end at 255 and begin again at 0. Let "
    "`torch.arange` count in its own dtype.",
    keeps=0.99,
)
def places_in_the_dtype_of_the_lengths(lengths, size):
    return torch.arange(size, dtype=lengths.dtype, device=lengths.device) < lengths.unsqueeze(-1)


@mistake(
    padding_mask,
    "Only a vector of lengths works: the new dimension stands at a place counted from the front, as by "
    "`lengths[:, None]`, or the lengths are gone through in a loop. `lengths.unsqueeze(-1)` fits any shape.",
    keeps=0.7,
)
def rows_stacked(lengths, size):
    return torch.stack([places(lengths, size) < length for length in lengths])


@mistake(
    padding_mask,
    "The rows are as long as the longest length. They should have `size` places, whatever the lengths are: what they "
    "are put beside has that many.",
)
def as_long_as_the_longest(lengths, size):
    return torch.arange(int(lengths.max()), device=lengths.device) < lengths.unsqueeze(-1)


@mistake(
    padding_mask,
    "Rows and places are exchanged, or the lengths stand beside the places instead of above them: the rows belong to "
    "the lengths, the columns to the places, shape (..., size). The lengths need a new last dimension.",
)
def turned(lengths, size):
    return places(lengths, size).unsqueeze(-1) < lengths


@mistake(
    padding_mask,
    "Rows and places are exchanged, or the lengths stand beside the places instead of above them: the rows belong to "
    "the lengths, the columns to the places, shape (..., size). The lengths need a new last dimension.",
)
def no_new_dimension(lengths, size):
    return places(lengths, size) < lengths


@mistake(
    padding_mask,
    "A length of 0 gives a row that is True throughout, as when row n - 1 of a table is looked up: row -1 is the last "
    "one. Comparing places with lengths needs no table.",
    keeps=0.5,
)
def looks_up_the_last_row(lengths, size):
    table = torch.ones(size, size, dtype=torch.bool, device=lengths.device).tril()
    return table[lengths.clamp(max=size).long() - 1]


@mistake(
    padding_mask,
    "The mask is made on the default device, wherever the lengths lie. `torch.arange(size, device=lengths.device)` "
    "makes the places beside them.",
    keeps=0.85,
)
def on_the_default_device(lengths, size):
    return (
        (torch.arange(size) < lengths.cpu().unsqueeze(-1))
        if lengths.device.type != "meta"
        else torch.empty(*lengths.shape, size, dtype=torch.bool)
    )


@mistake(
    padding_mask,
    "A length above `size` is an index out of range, as when a mark is written at the end of each row. Such a row is "
    "True throughout; comparing places with lengths asks for no such index.",
    keeps=0.96,
)
def marks_the_end(lengths, size):
    ends = torch.zeros(*lengths.shape, size + 1, dtype=torch.int64, device=lengths.device)
    ends.scatter_(-1, lengths.long().unsqueeze(-1), 1)
    return ends.cumsum(-1)[..., :size] == 0


@alternative(padding_mask)
def by_view(lengths, size):
    return lengths[..., None] > torch.arange(0, size, device=lengths.device)


@alternative(padding_mask)
def by_ones(lengths, size):
    return torch.ones(size, device=lengths.device).cumsum(0).le(lengths.unsqueeze(-1))


promised(
    padding_mask,
    "Which places of padded rows are real: the first ones, as many as the row is long.",
    by=["a batch", "nobody fills the row"],
)
promised(
    padding_mask,
    "lengths: whole numbers of any shape (...), at least 0; what is `size` or more means a full row.",
    by=["two leading dimensions", "a single length without dimensions", "lengths beyond the size", "no rows"],
)
promised(padding_mask, "size: number of places in a row, at least 0.", by=["nobody fills the row", "no places"])
promised(
    padding_mask,
    "Shape (..., size), bool, device of `lengths`: True at [..., j] where j < lengths[...].",
    by=["a batch of one", "where it is made"],
)

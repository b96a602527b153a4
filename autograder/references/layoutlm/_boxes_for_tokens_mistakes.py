"""More mistakes of `boxes_for_tokens`: shared lists, no lists, and plain slips."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._boxes_for_tokens import FAR, boxes_for_tokens, placed


@mistake(
    boxes_for_tokens,
    "Several pieces share one and the same list, or it is the caller's own: who moves one of them moves the others. "
    "Make a list for each.",
    keeps=0.9,
)
def shared_lists(boxes, word_ids):
    ends = iter(([0] * 4, [FAR] * 4))
    nowhere = [0] * 4
    return [next(ends, nowhere) if word is None else boxes[word] for word in word_ids]


@mistake(
    boxes_for_tokens,
    "Several pieces share one and the same list, or it is the caller's own: who moves one of them moves the others. "
    "Make a list for each.",
    keeps=0.9,
)
def shared_corners(boxes, word_ids):
    corners = {1: [FAR] * 4}
    nowhere = [0] * 4
    before = (list(word_ids)[:place].count(None) for place in range(len(word_ids)))
    return [
        corners.get(special, nowhere) if word is None else boxes[word]
        for special, word in zip(before, word_ids, strict=True)
    ]


@mistake(
    boxes_for_tokens,
    "The pieces of a word share one and the same list, which is the caller's: who moves one moves them all. Make a "
    "list for each.",
    keeps=0.9,
)
def the_callers_lists(boxes, word_ids):
    return placed(boxes, word_ids, word_box=lambda boxes, word: boxes[word])


@mistake(
    boxes_for_tokens,
    "The special pieces share one and the same list: who changes one of them changes the others. Make a list for each.",
    keeps=0.96,
)
def shared_special_lists(boxes, word_ids):
    nowhere = [0] * 4
    found = placed(boxes, word_ids)
    return [nowhere if word is None and box == nowhere else box for word, box in zip(word_ids, found, strict=True)]


@mistake(
    boxes_for_tokens,
    "What was a tuple stays one, or becomes one. Each box is promised to be a list.",
    keeps=0.9,
)
def tuples_stay(boxes, word_ids):
    return placed(boxes, word_ids, word_box=lambda boxes, word: tuple(boxes[word]))


@mistake(
    boxes_for_tokens,
    "A box that is given as a tuple comes back as one. Promised are lists: a slice of a tuple is a tuple, and `list` "
    "makes a list of either.",
    keeps=0.9,
)
def slices(boxes, word_ids):
    return placed(boxes, word_ids, word_box=lambda boxes, word: boxes[word][:])


@mistake(
    boxes_for_tokens,
    "Boxes that are given as tuples raise, as with `copy`, which only lists have. `list` makes a list of either.",
    keeps=0.9,
)
def copies(boxes, word_ids):
    return placed(boxes, word_ids, word_box=lambda boxes, word: boxes[word].copy())


@mistake(
    boxes_for_tokens,
    "[CLS] and padding have −100, as labels have. A box is looked up in a table, which has no such row: 0, 0, 0, 0.",
)
def like_labels(boxes, word_ids):
    return placed(boxes, word_ids, cls=-100, padding=-100)


@mistake(boxes_for_tokens, "[SEP] lies at 999. It lies where the page ends, at 1000.")
def sep_before_the_end(boxes, word_ids):
    return placed(boxes, word_ids, sep=FAR - 1)


@mistake(boxes_for_tokens, "A special piece has one number instead of four. It is a box like any other.")
def one_number(boxes, word_ids):
    return [box[0] if word is None else box for word, box in zip(word_ids, placed(boxes, word_ids), strict=True)]


@mistake(
    boxes_for_tokens,
    "All numbers come in one long list, or some do, as with `extend` or `+=`. Each piece needs a list of its own four.",
)
def words_in_a_row(boxes, word_ids):
    found = []
    for word, box in zip(word_ids, placed(boxes, word_ids), strict=True):
        found += [box] if word is None else box
    return found


@mistake(
    boxes_for_tokens,
    "All numbers come in one long list, or some do, as with `extend` or `+=`. Each piece needs a list of its own four.",
)
def special_ones_in_a_row(boxes, word_ids):
    found = []
    for word, box in zip(word_ids, placed(boxes, word_ids), strict=True):
        found += box if word is None else [box]
    return found


@mistake(boxes_for_tokens, "What comes back is a tensor. It goes into a page that is padded later, so return a list.")
def a_tensor(boxes, word_ids):
    return torch.tensor(placed(boxes, word_ids))

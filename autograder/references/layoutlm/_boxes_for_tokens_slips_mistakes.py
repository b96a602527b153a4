"""Plain slips in `boxes_for_tokens`: one number, one name, another kind of thing."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._boxes_for_tokens import FAR, boxes_for_tokens, placed


@mistake(
    boxes_for_tokens,
    "[CLS] and padding have −100, as labels have. A box is looked up in a table, which has no such row: 0, 0, 0, 0.",
)
def like_labels(boxes, word_ids):
    return placed(boxes, word_ids, cls=-100, padding=-100)


@mistake(
    boxes_for_tokens,
    "Padding has −100, as labels have. A box is looked up in a table, which has no such row: 0, 0, 0, 0.",
)
def padding_like_labels(boxes, word_ids):
    return placed(boxes, word_ids, padding=-100)


@mistake(boxes_for_tokens, "[SEP] lies at 999. It lies where the page ends, at 1000.")
def sep_before_the_end(boxes, word_ids):
    return placed(boxes, word_ids, sep=FAR - 1)


@mistake(boxes_for_tokens, "A special piece has one number instead of four. It is a box like any other.")
def one_number(boxes, word_ids):
    return [box[0] if word is None else box for word, box in zip(word_ids, placed(boxes, word_ids), strict=True)]


@mistake(boxes_for_tokens, "A special piece has one number instead of four. It is a box like any other.")
def a_list_of_one_number(boxes, word_ids):
    return [box[:1] if word is None else box for word, box in zip(word_ids, placed(boxes, word_ids), strict=True)]


@mistake(
    boxes_for_tokens,
    "All numbers come in one long list, or some do, as with `extend` or `+=`. Each piece needs a list of its own four.",
)
def in_one_row(boxes, word_ids):
    return [number for box in placed(boxes, word_ids) for number in box]


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


@mistake(
    boxes_for_tokens, "A piece has the box of the word before its own, as with `boxes[word - 1]`. Words count from 0."
)
def the_word_before(boxes, word_ids):
    return placed(boxes, word_ids, word_box=lambda boxes, word: list(boxes[word - 1]))


@mistake(
    boxes_for_tokens, "A word's box is divided by 1,000. It is in thousandths already, and they are rows of a table."
)
def shares(boxes, word_ids):
    return placed(boxes, word_ids, word_box=lambda boxes, word: [number / 1000 for number in boxes[word]])


@mistake(boxes_for_tokens, "What comes back is a tensor. It goes into a page that is padded later, so return a list.")
def a_tensor(boxes, word_ids):
    return torch.tensor(placed(boxes, word_ids))


@mistake(boxes_for_tokens, "The boxes come as a tuple. Promised is a list of lists.", keeps=0.95)
def a_tuple(boxes, word_ids):
    return tuple(placed(boxes, word_ids))

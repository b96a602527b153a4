"""Plain slips in `align_labels`: one name, one beginning, another kind of thing."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._align_labels import align_labels, aligned


@mistake(align_labels, "The first piece has the number of its word. Look the word's label up: `labels[word]`.")
def the_words_number(labels, word_ids):
    return aligned(range(len(labels)), word_ids)


@mistake(align_labels, "What has no label is None. It will be part of a tensor, and the loss leaves out −100.")
def none_for_nothing(labels, word_ids):
    return aligned(labels, word_ids, later=lambda label: None, special=None)


@mistake(
    align_labels,
    "Word 0 has no label where it is the first of all: what came before it begins with 0, as if it had been word 0. "
    "Begin with None, which is not a word.",
    keeps=0.85,
)
def begins_with_zero(labels, word_ids):
    found, ids = aligned(labels, word_ids), list(word_ids)
    return [-100, *found[1:]] if ids[:1] == [0] else found


@mistake(
    align_labels, "A piece has the label of the word before its own, as with `labels[word - 1]`. Words count from 0."
)
def the_word_before(labels, word_ids):
    return align_labels([*labels[-1:], *labels[:-1]], word_ids)


@mistake(align_labels, "The labels come from the last piece to the first. They stay in the order of the pieces.")
def backwards(labels, word_ids):
    return align_labels(labels, word_ids)[::-1]


@mistake(align_labels, "The first and the last piece are missing. [CLS] and [SEP] need a label, too: −100.")
def without_the_ends(labels, word_ids):
    return align_labels(labels, word_ids)[1:-1]


@mistake(align_labels, "What comes back is a tensor. It goes into a page that is padded later, so return a list.")
def a_tensor(labels, word_ids):
    return torch.tensor(align_labels(labels, word_ids))

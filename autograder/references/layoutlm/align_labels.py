"""`align_labels`: what is right, and what goes wrong."""

from itertools import groupby, pairwise

import torch

from autograder.references import alternative, mistake, promised


def align_labels(labels, word_ids):
    """By the definition: a piece is labelled where it is the earliest one of its word."""
    ids = list(word_ids)
    return [labels[word] if word is not None and ids.index(word) == place else -100 for place, word in enumerate(ids)]


def aligned(labels, word_ids, first=lambda label: label, later=lambda label: -100, special=-100):
    found, before = [], None
    for word in word_ids:
        if word is None:
            found.append(special)
        else:
            found.append(later(labels[word]) if word == before else first(labels[word]))
        before = word
    return found


@mistake(
    align_labels,
    "All pieces of a word have its label. Only the first one counts; the others have −100, or a long word would weigh "
    "more than a short one.",
)
def all_pieces(labels, word_ids):
    return aligned(labels, word_ids, later=lambda label: label)


@mistake(
    align_labels,
    "The later pieces of a word have 0, which is a label like any other (O). What the loss should leave out is −100.",
)
def later_ones_zero(labels, word_ids):
    return aligned(labels, word_ids, later=lambda label: 0)


@mistake(
    align_labels,
    "Special pieces have 0, which is a label like any other (O). What the loss should leave out is −100.",
)
def special_ones_zero(labels, word_ids):
    return aligned(labels, word_ids, special=0)


@mistake(
    align_labels,
    "What has no label is marked with 0, which is a label like any other (O). What the loss should leave out is −100.",
)
def zero_for_nothing(labels, word_ids):
    return aligned(labels, word_ids, later=lambda label: 0, special=0)


@mistake(
    align_labels,
    "What has no label is marked with −1, or another number. Only −100 is left out by the loss, if nobody says "
    "otherwise.",
)
def minus_one(labels, word_ids):
    return aligned(labels, word_ids, later=lambda label: -1, special=-1)


@mistake(
    align_labels,
    "Word 0 is treated as if it were no word: 0 is false. Ask `word is None`.",
)
def word_zero_is_none(labels, word_ids):
    found, before = [], None
    for word in word_ids:
        found.append(labels[word] if word and word != before else -100)
        before = word
    return found


@mistake(
    align_labels,
    "The label 0 comes out as −100, as with `label or -100`. 0 is a label: the word is known to be nothing special.",
    keeps=0.6,
)
def label_zero_is_none(labels, word_ids):
    return aligned(labels, word_ids, first=lambda label: label or -100)


@mistake(
    align_labels,
    "The last piece of a word has the label. It is the first one's.",
)
def the_last_piece(labels, word_ids):
    ids = [*word_ids, None]
    return [labels[word] if word is not None and word != after else -100 for word, after in pairwise(ids)]


@mistake(
    align_labels,
    "A word whose label is that of the word before is taken for a part of it. Compare the words' numbers, not the "
    "labels.",
    keeps=0.6,
)
def compares_labels(labels, word_ids):
    found, before = [], None
    for word in word_ids:
        label = None if word is None else labels[word]
        found.append(-100 if label is None or label == before else label)
        before = label
    return found


@mistake(
    align_labels,
    "Special pieces and later pieces are left out, so that there are fewer labels than pieces. Each piece needs one.",
)
def leaves_out(labels, word_ids):
    return [label for label in align_labels(labels, word_ids) if label != -100]


@mistake(
    align_labels,
    "The labels are dealt out to the pieces one after the other: a word's second piece gets the next word's label. "
    "`word_ids` says which word a piece belongs to.",
)
def one_after_the_other(labels, word_ids):
    rest = iter(labels)
    return [-100 if word is None else next(rest, -100) for word in word_ids]


@mistake(
    align_labels,
    "Words are counted as they begin, so that after a word without a piece all labels are those of the word before. "
    "Take the number that stands in `word_ids`.",
    keeps=0.92,
)
def counts_the_words(labels, word_ids):
    found, before, count = [], None, -1
    for word in word_ids:
        if word is None or word == before:
            found.append(-100)
        else:
            count += 1
            found.append(labels[count])
        before = word
    return found


@mistake(
    align_labels,
    "A page that has lost words to truncation raises, or one whose words are not all there. What has no piece needs no "
    "label.",
    keeps=0.85,
)
def wants_all_words(labels, word_ids):
    if {word for word in word_ids if word is not None} != set(range(len(labels))):
        raise ValueError("some words have no pieces")
    return aligned(labels, word_ids)


@mistake(
    align_labels,
    "Only the first and the last piece are taken for special ones. Padding is special, too, and a page may have none: "
    "ask each piece.",
    keeps=0.8,
)
def only_the_ends(labels, word_ids):
    inner = list(word_ids)[1:-1]
    return [-100, *aligned(labels, inner, special=0), -100]


@mistake(
    align_labels,
    "What comes back is no list of Python integers. It goes into a page that is padded later, so return a list.",
    keeps=0.95,
)
def a_tuple(labels, word_ids):
    return tuple(aligned(labels, word_ids))


@mistake(
    align_labels,
    "A page without words, or without pieces, raises. There is nothing to label: −100 for each piece.",
    keeps=0.85,
)
def wants_a_word(labels, word_ids):
    before, found = word_ids[0], [-100 if word_ids[0] is None else labels[word_ids[0]]]
    for word in word_ids[1:]:
        found.append(-100 if word is None or word == before else labels[word])
        before = word
    return found


@mistake(
    align_labels,
    "The first piece of all is compared with the last one, as `word_ids[i - 1]` does for i = 0: a page of one word and "
    "nothing else has no label.",
    keeps=0.85,
)
def looks_round_the_corner(labels, word_ids):
    return [
        labels[word] if word is not None and word != word_ids[place - 1] else -100
        for place, word in enumerate(word_ids)
    ]


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


@mistake(align_labels, "What comes back is a tensor. It goes into a page that is padded later, so return a list.")
def a_tensor(labels, word_ids):
    return torch.tensor(align_labels(labels, word_ids))


@alternative(align_labels)
def by_groups(labels, word_ids):
    found = []
    for word, group in groupby(word_ids):
        size = len(list(group))
        found += [-100] * size if word is None else [labels[word]] + [-100] * (size - 1)
    return found


@alternative(align_labels)
def with_a_set(labels, word_ids):
    seen, found = {None}, []
    for word in word_ids:
        found.append(-100 if word in seen else labels[word])
        seen.add(word)
    return found


promised(
    align_labels,
    "The labels of a page's words, as labels of its pieces: the first piece of a word has the label of the word, and "
    "all other pieces have −100.",
    by=["several pieces a word", "one piece a word", "neighbours with the same label", "words with label 0"],
)
promised(
    align_labels,
    "labels: for each word a label, 0 or more.",
    by=["words with label 0", "several pieces a word"],
)
promised(
    align_labels,
    "word_ids: for each piece the number of its word, counted from 0 and rising; None for special pieces and padding.",
    by=["padding at the end", "no special pieces at all", "special pieces in the middle", "nothing but special pieces"],
)
promised(
    align_labels,
    "A word may have no piece at all.",
    by=["a page that was cut off", "words without a piece"],
)
promised(
    align_labels,
    "A new list of as many integers as there are pieces.",
    by=["what comes back", "the inputs afterwards"],
)

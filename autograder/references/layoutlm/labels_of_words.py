"""`labels_of_words`: what is right, and what goes wrong."""

from collections import Counter

import torch

from autograder.references import alternative, mistake, promised

LENGTH = "The list is as long as the page has pieces, or one longer than it has words. It is `words` long."


def labels_of_words(predicted, word_ids, words):
    """By the definition: of each word the earliest piece, and 0 where there is none."""
    ids = list(word_ids)
    return [predicted[ids.index(word)] if word in ids else 0 for word in range(words)]


def gathered(predicted, word_ids, words, choose, missing=0):
    """What most mistakes do: of all that the pieces of a word say, they choose otherwise."""
    said = {word: [] for word in range(words)}
    for label, word in zip(predicted, word_ids, strict=True):
        if word is not None:
            said[word].append(label)
    return [choose(each) if each else missing for each in said.values()]


@mistake(labels_of_words, "The last piece speaks for its word. It is the first one that has learned to.")
def the_last(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, lambda said: said[-1])


@mistake(
    labels_of_words,
    "The pieces of a word vote. The later ones have never been told anything, since their labels were −100: the first "
    "one speaks.",
)
def by_vote(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, lambda said: Counter(said).most_common(1)[0][0])


@mistake(labels_of_words, "The largest number that a piece says wins. Labels have no size: the first piece speaks.")
def the_largest(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, max)


@mistake(labels_of_words, "The smallest number that a piece says wins. Labels have no size: the first piece speaks.")
def the_smallest(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, min)


@mistake(
    labels_of_words,
    "A first piece that says 0 is not heard, and a later one speaks. 0 is an answer like any other.",
    keeps=0.7,
)
def zero_is_not_heard(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, lambda said: next((label for label in said if label), 0))


@mistake(labels_of_words, "Each piece is listed, not each word: the result is longer than there are words.")
def each_piece(predicted, word_ids, words):
    return [label for label, word in zip(predicted, word_ids, strict=True) if word is not None]


@mistake(
    labels_of_words,
    "Special pieces are listed, too: what [CLS], [SEP] and padding say is nobody's label.",
)
def special_ones_too(predicted, word_ids, words):
    found, before = [], -1
    for label, word in zip(predicted, word_ids, strict=True):
        if word != before or word is None:
            found.append(label)
        before = word
    return found


@mistake(
    labels_of_words,
    "A word without a piece is left out, so that all later words have the label of another one, or there are too few. "
    "It has 0.",
    keeps=0.8,
)
def leaves_words_out(predicted, word_ids, words):
    found, before = [], None
    for label, word in zip(predicted, word_ids, strict=True):
        if word is not None and word != before:
            found.append(label)
        before = word
    return found


@mistake(
    labels_of_words,
    "A word without a piece is left out at its place, and the missing ones are filled up with 0 at the end. The label "
    "belongs at the number that stands in `word_ids`.",
    keeps=0.93,
)
def fills_up_at_the_end(predicted, word_ids, words):
    found = leaves_words_out(predicted, word_ids, words)
    return found + [0] * (words - len(found))


@mistake(
    labels_of_words,
    "A word without a piece has −100, or None. Nothing was seen of it, so it counts as 0.",
    keeps=0.8,
)
def minus_hundred(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, lambda said: said[0], missing=-100)


@mistake(
    labels_of_words,
    "A word without a piece has −100, or None. Nothing was seen of it, so it counts as 0.",
    keeps=0.8,
)
def nothing_at_all(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, lambda said: said[0], missing=None)


@mistake(
    labels_of_words,
    "A page with words that have no piece raises. Pages are cut off at the model's longest input: such words have 0.",
    keeps=0.8,
)
def wants_all_words(predicted, word_ids, words):
    ids = list(word_ids)
    return [predicted[ids.index(word)] for word in range(words)]


@mistake(labels_of_words, "Word 0 is treated as if it were a special piece: 0 is false. Ask `word is None`.")
def word_zero_is_none(predicted, word_ids, words):
    found = labels_of_words(predicted, word_ids, words)
    return [0, *found[1:]] if found else found


@mistake(
    labels_of_words,
    "The first labels are taken as they come, as many as there are words. `word_ids` says which piece belongs to "
    "which.",
)
def the_first_ones(predicted, word_ids, words):
    return list(predicted[:words])


@mistake(
    labels_of_words,
    "What comes back is a dict, or no list of Python integers. Return a list, one label a word.",
    keeps=0.6,
)
def a_dict(predicted, word_ids, words):
    return dict(enumerate(labels_of_words(predicted, word_ids, words)))


@mistake(labels_of_words, LENGTH)
def as_long_as_the_page(predicted, word_ids, words):
    return [*labels_of_words(predicted, word_ids, words), *[0] * (len(word_ids) - words)]


@mistake(
    labels_of_words,
    "A word has the label of the piece at its own number. That is another piece: take the place of the piece, not the "
    "number of the word.",
)
def the_piece_of_its_number(predicted, word_ids, words):
    return [predicted[word] if word in word_ids else 0 for word in range(words)]


@mistake(labels_of_words, "The words' numbers come back. Wanted is what was said of them, `predicted`.")
def the_numbers(predicted, word_ids, words):
    return [word if word in word_ids else 0 for word in range(words)]


@mistake(labels_of_words, "The labels come from the last word to the first. They stay in the order of the words.")
def backwards(predicted, word_ids, words):
    return labels_of_words(predicted, word_ids, words)[::-1]


@mistake(labels_of_words, "What comes back is a tensor or a tuple. Promised is a list of Python integers.", keeps=0.6)
def a_tensor(predicted, word_ids, words):
    return torch.tensor(labels_of_words(predicted, word_ids, words))


@alternative(labels_of_words)
def with_a_set(predicted, word_ids, words):
    found, seen = [0] * words, {None}
    for label, word in zip(predicted, word_ids, strict=True):
        if word not in seen:
            found[word] = label
            seen.add(word)
    return found


@alternative(labels_of_words)
def with_a_dict(predicted, word_ids, words):
    first = {}
    for place, word in enumerate(word_ids):
        first.setdefault(word, predicted[place])
    return [first.get(word, 0) for word in range(words)]


promised(
    labels_of_words,
    "What a model says of the pieces of a page, as labels of its words: the first piece of a word speaks for it.",
    by=["several pieces a word", "the pieces of a word do not agree", "the first piece says 0"],
)
promised(labels_of_words, "predicted: for each piece a label.", by=["several pieces a word", "one piece a word"])
promised(
    labels_of_words,
    "word_ids: for each piece the number of its word, counted from 0 and rising; None for special pieces and padding.",
    by=["padding at the end", "no special pieces at all", "several pieces a word"],
)
promised(labels_of_words, "words: how many words the page has.", by=["a page that was cut off", "called by names"])
promised(
    labels_of_words,
    "A new list of `words` integers, 0 for a word that has no piece.",
    by=["words without a piece", "a page that was cut off", "no word, or no piece of any", "what comes back"],
)

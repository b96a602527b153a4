"""Plain slips in `labels_of_words`: one name, one length, another kind of thing."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._labels_of_words import gathered, labels_of_words

LENGTH = "The list is as long as the page has pieces, or one longer than it has words. It is `words` long."


@mistake(labels_of_words, LENGTH)
def as_long_as_the_page(predicted, word_ids, words):
    return [*labels_of_words(predicted, word_ids, words), *[0] * (len(word_ids) - words)]


@mistake(labels_of_words, LENGTH)
def one_more(predicted, word_ids, words):
    return [*labels_of_words(predicted, word_ids, words), 0]


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


@mistake(labels_of_words, "Each label stands one place too early, the first one at the end. Words count from 0.")
def one_too_early(predicted, word_ids, words):
    found = labels_of_words(predicted, word_ids, words)
    return [*found[1:], *found[:1]]


@mistake(labels_of_words, "What the pieces of a word say is added up. Labels have no size: the first piece speaks.")
def added_up(predicted, word_ids, words):
    return gathered(predicted, word_ids, words, sum)


@mistake(labels_of_words, "The labels come from the last word to the first. They stay in the order of the words.")
def backwards(predicted, word_ids, words):
    return labels_of_words(predicted, word_ids, words)[::-1]


@mistake(labels_of_words, "What comes back is a tensor or a tuple. Promised is a list of Python integers.", keeps=0.6)
def a_tensor(predicted, word_ids, words):
    return torch.tensor(labels_of_words(predicted, word_ids, words))


@mistake(labels_of_words, "What comes back is a tensor or a tuple. Promised is a list of Python integers.", keeps=0.95)
def a_tuple(predicted, word_ids, words):
    return tuple(labels_of_words(predicted, word_ids, words))

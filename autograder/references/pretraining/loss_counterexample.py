"""`loss_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def made(labels, following, loud=(), sizes=None, pairs=None):
    """Zeros, but for some scores: (row, place, word, score)."""
    labels = torch.tensor(labels)
    words = torch.zeros(*labels.shape, sizes or int(labels.max()) + 2)
    for row, place, word, score in loud:
        words[row, place, word] = score
    couples = torch.zeros(len(labels), 2) if pairs is None else torch.tensor(pairs)
    return words, couples, labels, torch.tensor(following)


def loss_counterexample():
    return made([[1, -100], [0, 2]], [1, 0], [(0, 0, 0, 40.0)])


AS_MANY = (
    "Each row that has labels has as many as the others, or what is asked in them is equally hard: who averages rows "
    "first is right. Ask once in one row and several times in another."
)
NO_ZERO = (
    "No label of a word is 0, or leaving those out changes nothing: who takes 0 for padding is right. Let one label "
    "be 0, and its surprise another than the mean."
)
MODERATE = (
    "No probability is so small that a millionth matters: who adds one before the logarithm is right. A score 40 "
    "above that of the label makes it small enough."
)
NOT_FIRST = (
    "Nothing is asked at the first place of a row, or nothing that changes the mean: who leaves this place out is "
    "right."
)
LIKE_PAIRS = (
    "There are as many labels of words as of pairs, or both are equally hard on average: who takes one mean over all, "
    "twice, is right."
)
ALL_FOLLOW = (
    "All pairs follow, or none does, or those that do not have no words to ask for: who leaves out their words is "
    "right. Let one follow and another one not."
)


@mistake(loss_counterexample, AS_MANY, keeps=0.9)
def one_label_in_each_row():
    return made([[1, -100], [0, -100], [-100, -100]], [1, 0, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, NO_ZERO, keeps=0.9)
def no_label_is_zero():
    return made([[1, -100], [1, 2]], [1, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, MODERATE, keeps=0.9)
def moderate_scores():
    return made([[1, -100], [0, 2]], [1, 0], [(0, 0, 0, 3.0)])


@mistake(loss_counterexample, NOT_FIRST, keeps=0.9)
def nothing_at_the_first_place():
    return made([[-100, 1, -100], [-100, 0, 2]], [1, 0], [(0, 1, 0, 40.0)])


@mistake(loss_counterexample, LIKE_PAIRS, keeps=0.9)
def as_many_words_as_pairs():
    return made([[1, -100], [0, 2], [-100, -100]], [1, 0, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, ALL_FOLLOW, keeps=0.9)
def all_pairs_follow():
    return made([[1, -100], [0, 2]], [0, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, ALL_FOLLOW, keeps=0.9)
def no_pair_follows():
    return made([[1, -100], [0, 2]], [1, 1], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, f"{AS_MANY} {NO_ZERO} {MODERATE} {LIKE_PAIRS}")
def ordinary():
    return made([[1, -100], [3, -100]], [1, 0], [(0, 0, 0, 2.0), (1, 0, 3, 1.0)])


@mistake(loss_counterexample, f"{AS_MANY} {ALL_FOLLOW} A single row shows neither.", keeps=0.7)
def a_single_row():
    return made([[1, 0, 2]], [1], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, f"{NO_ZERO} {MODERATE} {NOT_FIRST}")
def a_text_as_usual():
    return made([[-100, 2, -100, -100], [-100, 1, 3, 2]], [1, 0], [(0, 1, 0, 2.0), (1, 2, 0, 1.0)])


@mistake(
    loss_counterexample,
    "All words are equally likely, so that every mean of their surprises is the same, whatever is left out of it. "
    "Make one of them much harder than the others.",
)
def all_equal():
    return made([[1, -100], [0, 2]], [1, 0])


@mistake(loss_counterexample, f"{AS_MANY} {MODERATE}", keeps=0.7)
def everywhere_a_label():
    return made([[1, 0], [0, 2]], [1, 0], [(0, 0, 0, 3.0), (1, 0, 1, 1.0)])


@mistake(loss_counterexample, f"{AS_MANY} {LIKE_PAIRS}", keeps=0.7)
def one_label_in_each_row_and_pair():
    return made([[1, -100], [0, -100]], [1, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, f"{AS_MANY} {NO_ZERO}", keeps=0.7)
def one_label_in_each_row_and_no_zero():
    return made([[1, -100], [2, -100], [-100, -100]], [1, 0, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, f"{NO_ZERO} {MODERATE}", keeps=0.7)
def moderate_and_no_zero():
    return made([[1, -100], [1, 2]], [1, 0], [(0, 0, 0, 3.0)])


@mistake(loss_counterexample, f"{NO_ZERO} {ALL_FOLLOW}", keeps=0.7)
def no_zero_and_all_follow():
    return made([[1, -100], [1, 2]], [0, 0], [(0, 0, 0, 40.0)])


@mistake(loss_counterexample, f"{MODERATE} {ALL_FOLLOW}", keeps=0.7)
def moderate_and_all_follow():
    return made([[1, -100], [0, 2]], [0, 0], [(0, 0, 0, 3.0)])


@alternative(loss_counterexample)
def larger():
    labels = [[3, -100, -100, 5], [0, 1, 2, 0], [-100, -100, 4, -100]]
    return made(labels, [1, 0, 1], [(0, 0, 1, 45.0), (1, 0, 2, 5.0), (2, 2, 4, -8.0)], sizes=7)


@alternative(loss_counterexample)
def by_a_low_score():
    return made([[1, -100, -100], [0, 2, 1]], [1, 0], [(0, 0, 1, -50.0)], pairs=[[1.0, 0.0], [0.0, 3.0]])


promised(
    loss_counterexample,
    "Scores and labels on which each of the suspects is seen to be wrong.",
    by=[
        "averages each row first",
        "takes token 0 for padding",
        "adds a millionth before the logarithm",
        "never asks at the first place",
        "takes one mean over words and pairs",
        "leaves out words of pairs that do not follow",
    ],
)
promised(
    loss_counterexample,
    "Scores of words, shape (batch, length, vocabulary), and of pairs, shape (batch, 2), float32, from −50 to 50; "
    "labels of words, shape (batch, length), and of pairs, shape (batch,), int64, at least one of each not −100.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)
promised(
    loss_counterexample,
    "No size is above 8.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)

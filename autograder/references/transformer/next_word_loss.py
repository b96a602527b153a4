"""`next_word_loss`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def next_word_loss(model, source, target):
    """Word by word."""
    logs = model(source, target[:, :-1]).log_softmax(-1)
    surprises = []
    for row in range(len(target)):
        for place in range(1, target.shape[1]):
            if int(target[row, place]) != 0:
                surprises.append(-logs[row, place - 1, target[row, place]])
    return torch.stack(surprises).sum() / len(surprises)


def surprise(logits, asked, **options):
    return F.cross_entropy(logits.flatten(0, 1), asked.flatten(), **options)


@mistake(
    next_word_loss,
    "Both bugs are still there: each word is asked for at the place at which it is handed over, and padding counts.",
)
def as_found(model, source, target):
    return surprise(model(source, target), target)


@mistake(
    next_word_loss,
    "Each word is asked for at the very place at which it is handed over, so a model learns to repeat what it was "
    "given. What is asked for should be one word ahead: hand over target[:, :-1], ask for target[:, 1:].",
)
def not_shifted(model, source, target):
    return surprise(model(source, target), target, ignore_index=0)


@mistake(
    next_word_loss,
    "Each word is asked for at the very place at which it is handed over, only without the first one. What is handed "
    "over should be target[:, :-1], and what is asked for target[:, 1:].",
)
def cut_on_one_side(model, source, target):
    return surprise(model(source, target[:, 1:]), target[:, 1:], ignore_index=0)


@mistake(
    next_word_loss,
    "Each word is asked for at the very place at which it is handed over, only without the last one. What is handed "
    "over should be target[:, :-1], and what is asked for target[:, 1:].",
)
def cut_on_the_other_side(model, source, target):
    return surprise(model(source, target[:, :-1]), target[:, :-1], ignore_index=0)


@mistake(
    next_word_loss,
    "The shift is the wrong way round: the model is asked for the word before. Hand over target[:, :-1], ask for "
    "target[:, 1:].",
)
def shifted_back(model, source, target):
    return surprise(model(source, target[:, 1:]), target[:, :-1], ignore_index=0)


@mistake(
    next_word_loss,
    "Padding counts, as if writing it were a word of the answer. Where the answer has ended, nothing is asked for.",
)
def padding_counts(model, source, target):
    return surprise(model(source, target[:, :-1]), target[:, 1:])


@mistake(
    next_word_loss,
    "Padding adds nothing, but it is divided by: the loss is smaller the more padding there is. Divide by the words "
    "that count.",
)
def divided_by_padding(model, source, target):
    total = surprise(model(source, target[:, :-1]), target[:, 1:], ignore_index=0, reduction="sum")
    return total / target[:, 1:].numel()


@mistake(next_word_loss, "The surprises are added up. It is their mean over the words that count that is asked for.")
def added_up(model, source, target):
    return surprise(model(source, target[:, :-1]), target[:, 1:], ignore_index=0, reduction="sum")


@mistake(
    next_word_loss,
    "The mean is taken in each answer first, and then over the answers, so that words of short answers count more. All "
    "words that count should count the same.",
)
def mean_of_means(model, source, target):
    logits, asked = model(source, target[:, :-1]), target[:, 1:]
    rows = [F.cross_entropy(one, other, ignore_index=0) for one, other in zip(logits, asked, strict=True)]
    return torch.stack([row for row in rows if row.isfinite()]).mean()


@mistake(
    next_word_loss,
    "What is left out is decided by the word that was handed over, not by the one that is asked for: so the first "
    "padding behind an answer counts.",
)
def padding_of_the_input(model, source, target):
    logits, given, asked = model(source, target[:, :-1]), target[:, :-1], target[:, 1:]
    return F.cross_entropy(logits[given != 0], asked[given != 0])


@mistake(
    next_word_loss,
    "The mark that begins is left out wherever it is asked for. Only padding counts nothing.",
    keeps=0.98,
)
def ignores_the_mark(model, source, target):
    asked = target[:, 1:]
    return surprise(model(source, target[:, :-1]), torch.where(asked == 1, 0, asked), ignore_index=0)


@mistake(
    next_word_loss,
    "A softmax comes before the cross entropy, which takes one itself: the loss hardly moves.",
)
def softmax_twice(model, source, target):
    return surprise(model(source, target[:, :-1]).softmax(-1), target[:, 1:], ignore_index=0)


@mistake(
    next_word_loss,
    "Scores and words do not belong together, as where a reshape should bring (batch, length, words) to (batch, words, "
    "length): it only cuts up what lies in a row. Flatten the first two dimensions, or transpose.",
)
def reshaped(model, source, target):
    logits = model(source, target[:, :-1])
    return F.cross_entropy(logits.reshape(len(logits), logits.shape[2], logits.shape[1]), target[:, 1:], ignore_index=0)


@mistake(next_word_loss, "Only the last word of each answer counts. The model is asked at every place.")
def last_word_only(model, source, target):
    return F.cross_entropy(model(source, target[:, :-1])[:, -1], target[:, -1], ignore_index=0)


@mistake(next_word_loss, "Nothing can be learned: the loss has no gradient, as under torch.no_grad() or after .item().")
def without_a_graph(model, source, target):
    return next_word_loss(model, source, target).detach()


@mistake(
    next_word_loss,
    "The model is called once for each word. With the causal mask all places are had in one call.",
    keeps=0.98,
)
def word_by_word(model, source, target):
    asked, parts = target[:, 1:], []
    for length in range(1, target.shape[1]):
        parts.append(model(source, target[:, :length])[:, -1])
    return surprise(torch.stack(parts, dim=1), asked, ignore_index=0)


@mistake(
    next_word_loss,
    "There is one place of scores more than there are words that are asked for, and so it raises. The last word of an "
    "answer is not handed over: target[:, :-1]; or the last scores are thrown away.",
)
def one_place_more(model, source, target):
    return surprise(model(source, target), target[:, 1:], ignore_index=0)


@mistake(
    next_word_loss,
    "It raises, since `F.cross_entropy` wants the words of the vocabulary in dimension 1: flatten batch and places, or "
    "transpose the scores.",
)
def words_last(model, source, target):
    return F.cross_entropy(model(source, target[:, :-1]), target[:, 1:], ignore_index=0)


@alternative(next_word_loss)
def shifted_afterwards(model, source, target):
    """As in transformers: everything goes in, and the last scores are thrown away."""
    logits = model(source, target)[:, :-1]
    return F.cross_entropy(logits.transpose(1, 2), target[:, 1:], ignore_index=0)


@alternative(next_word_loss)
def by_a_mask(model, source, target):
    asked = target[:, 1:]
    counted = asked != 0
    logs = model(source, target[:, :-1]).log_softmax(-1).gather(-1, asked.unsqueeze(-1)).squeeze(-1)
    return -(logs * counted).sum() / counted.sum()


for sentence, by in {
    "How surprised a model is at each next word of an answer, on average.": ["answers of one length"],
    "model: is called once with source and target, and gives scores for the word after each word of the target, shape "
    "(batch, target, words).": ["how often the model is called", "answers of one length"],
    "source: shape (batch, source), int64.": ["answers of one length"],
    "target: shape (batch, length), int64: the mark that begins, the answer, and 0 for padding at the end.": [
        "answers that end early",
        "an answer of nothing but its mark",
    ],
    "Shape (): the mean cross entropy of all words but the first ones.": ["one answer", "the mark comes again"],
    "Padding counts nothing, neither in the sum nor in what it is divided by.": ["answers that end early"],
}.items():
    promised(next_word_loss, sentence, by=by)

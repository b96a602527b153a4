"""What goes wrong with shapes and numbers in `pretraining_loss`."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.pretraining._pretraining_loss import IGNORED, part, pretraining_loss


@mistake(
    pretraining_loss,
    "`F.cross_entropy` takes the dimension behind the batch for the classes, and here that is the place in the text. "
    "Flatten batch and length into one dimension first.",
)
def not_flattened(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words = F.cross_entropy(prediction_logits, labels)
    return words + F.cross_entropy(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The scores are cut into rows of the vocabulary's size without regard to where they stood, so that labels meet the "
    "scores of other places: a view of transposed scores mixes them.",
)
def mixed_up(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    mixed = prediction_logits.transpose(0, 1).reshape(-1, prediction_logits.shape[-1])
    return part(mixed, labels) + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "Both parts are averaged together: a pair weighs as much as one covered word. Each part is a mean of its own.",
)
def one_mean_for_all(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words = F.cross_entropy(prediction_logits.flatten(0, 1), labels.flatten(), reduction="sum")
    pairs = F.cross_entropy(seq_relationship_logits, next_sentence_label, reduction="sum")
    count = (labels != IGNORED).sum() + (next_sentence_label != IGNORED).sum()
    return (words + pairs) / count.clamp(min=1)


@mistake(
    pretraining_loss,
    "The logarithm is taken of a rounded probability: where the model is sure and wrong, p is 0 in floating point, and "
    "the loss infinite, or a small number that was added decides it. `log_softmax` has no such border.",
    keeps=0.9,
)
def log_of_softmax(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    def one(scores, wanted):
        shares = scores.softmax(dim=-1) + 1e-9
        at = wanted != IGNORED
        found = -shares[at].gather(-1, wanted[at][:, None]).log()
        return found.mean() if at.any() else scores.sum() * 0

    return one(prediction_logits, labels) + one(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The softmax of the words is taken twice: `F.cross_entropy` wants scores, not probabilities.",
)
def softmax_twice(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    return part(prediction_logits.softmax(dim=-1), labels) + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The softmax is taken twice, of the words and of the pairs: `F.cross_entropy` wants scores, not probabilities.",
)
def softmax_of_both_twice(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words, pairs = prediction_logits.softmax(dim=-1), seq_relationship_logits.softmax(dim=-1)
    return part(words, labels) + part(pairs, next_sentence_label)


@mistake(
    pretraining_loss,
    "The mean is divided by the number of labels once more, so that more covered words make a smaller loss.",
)
def mean_of_the_mean(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words, pairs = part(prediction_logits, labels), part(seq_relationship_logits, next_sentence_label)
    count = [(each != IGNORED).sum().clamp(min=1) for each in (labels, next_sentence_label)]
    return words / count[0] + pairs / count[1]


@mistake(
    pretraining_loss,
    "The softmax of the pairs is taken twice: `F.cross_entropy` wants scores, not probabilities.",
)
def softmax_of_pairs_twice(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    return part(prediction_logits, labels) + part(seq_relationship_logits.softmax(dim=-1), next_sentence_label)


@mistake(
    pretraining_loss,
    "The result is a plain number without a graph, so nothing can learn from it: no `.item()`, no `detach()`.",
)
def without_a_graph(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    with torch.no_grad():
        return pretraining_loss(prediction_logits, seq_relationship_logits, labels, next_sentence_label)


@mistake(
    pretraining_loss,
    "Pairs count only where a token of the row has a label, or rows without a pair spoil the others: the two kinds of "
    "labels have nothing to do with each other.",
)
def pairs_with_a_covered_word(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    covered = (labels != IGNORED).any(dim=-1)
    following = next_sentence_label.masked_fill(~covered, IGNORED)
    return part(prediction_logits, labels) + part(seq_relationship_logits, following)


@mistake(
    pretraining_loss,
    "The loss of the words is divided by one too many, or by a small number more than there are labels: a single label "
    "shows it. Divide by the number of labels, and only where it is 0 by 1.",
)
def one_too_many(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words = F.cross_entropy(prediction_logits.flatten(0, 1), labels.flatten(), reduction="sum")
    pairs = F.cross_entropy(seq_relationship_logits, next_sentence_label, reduction="sum")
    return words / ((labels != IGNORED).sum() + 1) + pairs / ((next_sentence_label != IGNORED).sum() + 1)


@mistake(
    pretraining_loss,
    "The surprise of the pairs is divided by all rows, with those that are no pair. The mean is over the labels alone.",
    keeps=0.6,
)
def over_all_rows(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    pairs = F.cross_entropy(seq_relationship_logits, next_sentence_label, reduction="sum") / len(next_sentence_label)
    return part(prediction_logits, labels) + pairs

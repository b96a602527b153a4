"""`pretraining_loss`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.pretraining import _pretraining_loss_mistakes  # noqa: F401 - they register themselves
from autograder.references.pretraining._pretraining_loss import IGNORED, part, pretraining_loss


@mistake(
    pretraining_loss,
    "Where nothing has a label, the result is NaN: a mean of nothing is 0 / 0, in `F.cross_entropy` as everywhere. Add "
    "up, and divide by the number of labels, but by 1 at least.",
    keeps=0.9,
)
def as_bert_for_pretraining(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    loss = nn.CrossEntropyLoss()
    words = loss(prediction_logits.reshape(-1, prediction_logits.shape[-1]), labels.reshape(-1))
    return words + loss(seq_relationship_logits.reshape(-1, 2), next_sentence_label.reshape(-1))


@mistake(
    pretraining_loss,
    "Only the words count: the loss of the pairs is not added.",
)
def words_alone(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    return part(prediction_logits, labels)


@mistake(
    pretraining_loss,
    "Only the pairs count: the loss of the covered words is not added.",
)
def pairs_alone(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    return part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The two parts are averaged, or one of them is weighted down, instead of being added as they are.",
)
def mean_of_both(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words, pairs = part(prediction_logits, labels), part(seq_relationship_logits, next_sentence_label)
    return (words + pairs) / 2


@mistake(
    pretraining_loss,
    "The surprise of the covered words is divided by all tokens, with those that have no label. The mean is over the "
    "labels alone.",
)
def over_all_tokens(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    total = F.cross_entropy(prediction_logits.flatten(0, 1), labels.flatten(), reduction="none").sum()
    return total / labels.numel() + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "Each row is averaged by itself first, and then the rows: a covered word counts more where few are covered. Each "
    "label should count the same.",
)
def mean_of_rows(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    rows = [part(scores, row) for scores, row in zip(prediction_logits, labels, strict=True) if (row != IGNORED).any()]
    words = torch.stack(rows).mean() if rows else part(prediction_logits, labels)
    return words + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The surprises are added up and not averaged, so that more covered words make a larger loss.",
)
def sums(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words = F.cross_entropy(prediction_logits.flatten(0, 1), labels.flatten(), reduction="sum")
    return words + F.cross_entropy(seq_relationship_logits, next_sentence_label, reduction="sum")


@mistake(
    pretraining_loss,
    "Labels of 0 count for nothing, as if 0 were padding. Only −100 is left out; 0 is a token like any other, and for "
    "pairs it means that the second part follows.",
)
def zero_is_left_out(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    labels = labels.masked_fill(labels == 0, IGNORED)
    return part(prediction_logits, labels) + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "Labels of 0 count for nothing, as if 0 were padding. Only −100 is left out; 0 is a token like any other, and for "
    "pairs it means that the second part follows.",
)
def zero_is_left_out_of_both(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    labels = labels.masked_fill(labels == 0, IGNORED)
    following = next_sentence_label.masked_fill(next_sentence_label == 0, IGNORED)
    return part(prediction_logits, labels) + part(seq_relationship_logits, following)


@mistake(
    pretraining_loss,
    "What has no label is not left out: −100 was turned into the token 0, or something else that counts.",
)
def everybody_counts(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    return part(prediction_logits, labels.clamp(min=0)) + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The labels are compared with the scores of the place before, as in a model that tells the next word. Here the "
    "label of a place belongs to the scores of the same place.",
)
def shifted(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    words = part(prediction_logits[:, :-1], labels[:, 1:])
    return words + part(seq_relationship_logits, next_sentence_label)


@mistake(
    pretraining_loss,
    "The labels of the pairs are the wrong way round: 0 says that the second part follows the first, and belongs to "
    "the first of the two scores.",
)
def pairs_turned_round(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    turned = seq_relationship_logits.flip(-1)
    return part(prediction_logits, labels) + part(turned, next_sentence_label)


@alternative(pretraining_loss)
def by_gathering(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    """Only where there is a label."""
    total = prediction_logits.sum() * 0
    for scores, wanted in ((prediction_logits, labels), (seq_relationship_logits, next_sentence_label)):
        at = wanted != IGNORED
        if at.any():
            total = total + F.cross_entropy(scores[at], wanted[at])
    return total + seq_relationship_logits.sum() * 0


@alternative(pretraining_loss)
def with_classes_second(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    """`F.cross_entropy` takes (batch, classes, length) as well."""
    words = F.cross_entropy(prediction_logits.mT, labels, reduction="sum")
    pairs = F.cross_entropy(seq_relationship_logits, next_sentence_label, reduction="sum")
    counts = [int((each != IGNORED).sum()) or 1 for each in (labels, next_sentence_label)]
    return words / counts[0] + pairs / counts[1]


promised(
    pretraining_loss,
    "What both heads have got wrong: the mean surprise, −log p, of the covered words, plus that of the pairs.",
    by=["some labels in each row", "one label in a row, many in another", "the pairs alone"],
)
promised(
    pretraining_loss,
    "The mean is taken over what has a label; −100 means that there is none.",
    by=["some labels in each row", "some rows are no pair", "a row without a label"],
)
promised(
    pretraining_loss,
    "A part of the loss in which nothing has a label is 0.",
    by=["no token has a label", "no row is a pair", "nothing has a label", "gradients where nothing has a label"],
)
promised(
    pretraining_loss,
    "prediction_logits: shape (batch, length, vocabulary), floating point, the scores of the words.",
    by=["some labels in each row", "as many rows as tokens, as many words", "float64, and half of it"],
)
promised(
    pretraining_loss,
    "seq_relationship_logits: shape (batch, 2), the scores of “follows” and “does not follow”.",
    by=["pairs that follow, and pairs that do not", "the pairs alone"],
)
promised(
    pretraining_loss,
    "labels: shape (batch, length), int64, the token that stood there, or −100.",
    by=["some labels in each row", "a label may be 0"],
)
promised(
    pretraining_loss,
    "next_sentence_label: shape (batch,), int64; 0 where the second part follows the first, 1 where it does not, or "
    "−100.",
    by=["pairs that follow, and pairs that do not", "some rows are no pair"],
)
promised(pretraining_loss, "One number, through which gradients reach both heads.", by=["gradients"])
equivalent(
    pretraining_loss,
    "return total / (wanted != -100).sum().clamp(min=1)",
    "return total / (wanted > -100).sum().clamp(min=1)",
    "labels are 0 or more, or −100",
)

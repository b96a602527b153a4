"""`one_hot`: what is right, and what goes wrong."""

import torch
import torch.nn.functional as F

from autograder.references import alternative, mistake, promised


def one_hot(labels, classes):
    return F.one_hot(labels, classes)


def _encode(labels, classes):
    """F.one_hot itself is not allowed in an answer, a wrong one neither."""
    return (labels[..., None] == torch.arange(classes, device=labels.device)).long()


GUESSED = (
    "The number of classes is guessed from the largest label. A batch in which the last class does not appear then "
    "gets too few columns."
)


@mistake(one_hot, GUESSED)
def guesses_the_classes(labels, classes):
    return _encode(labels, int(labels.max()) + 1)


@mistake(one_hot, GUESSED)
def guesses_where_there_are_labels(labels, classes):
    return guesses_the_classes(labels, classes) if labels.numel() else _encode(labels, classes)


@mistake(
    one_hot,
    "The result is floating point, and int64 is asked for. torch.eye and torch.zeros make float32 unless you "
    "say dtype=torch.int64.",
)
def floating_point(labels, classes):
    return torch.eye(classes, device=labels.device)[labels]


@mistake(
    one_hot,
    "Every row has ones in the columns of all labels, as after encoded[:, labels] = 1. Each row has its own "
    "column: encoded[torch.arange(n), labels] = 1, or scatter_.",
)
def fills_columns(labels, classes):
    encoded = labels.new_zeros(*labels.shape, classes)
    encoded[..., labels] = 1
    return encoded


@mistake(one_hot, "Classes come first and labels last: the new dimension of classes belongs at the end.")
def classes_first(labels, classes):
    return _encode(labels, classes).movedim(-1, 0)


@mistake(
    one_hot, "Booleans come back, as a comparison gives them: convert them with .long(), since int64 is asked for."
)
def booleans(labels, classes):
    return labels[..., None] == torch.arange(classes, device=labels.device)


@mistake(
    one_hot,
    "The labels are flattened and stay flat. The result has the shape of `labels` followed by `classes`.",
    keeps=0.9,
)
def flattens(labels, classes):
    return _encode(labels.reshape(-1), classes)


@mistake(
    one_hot,
    "The result, or a tensor on the way to it, is made on the default device. Make it where the labels are: "
    "device=labels.device, or labels.new_zeros(…).",
    keeps=0.97,
)
def on_the_default_device(labels, classes):
    return torch.eye(classes, dtype=torch.int64)[labels]


@mistake(one_hot, "The labels themselves stand in the rows, where a one is asked for.")
def writes_the_labels(labels, classes):
    return _encode(labels, classes) * labels[..., None]


@mistake(one_hot, "Class 1 is taken for the first column. Classes count from 0: label 0 belongs in column 0.")
def counts_from_one(labels, classes):
    return _encode(labels - 1, classes)


@mistake(one_hot, "Zeros and ones have changed places: a row should hold a single 1.")
def inverted(labels, classes):
    return 1 - _encode(labels, classes)


@mistake(
    one_hot,
    "A label without a batch gets a dimension of its own in front. The result has the shape of `labels`, here none, "
    "followed by `classes`.",
    keeps=0.97,
)
def always_a_batch(labels, classes):
    return _encode(torch.atleast_1d(labels), classes)


@mistake(one_hot, "int32 comes back; int64 is asked for, which the label tensors and torch's own one_hot have.")
def narrow(labels, classes):
    return _encode(labels, classes).int()


@mistake(
    one_hot,
    "The labels lie along the last dimension, where the classes belong, as after `labels.unsqueeze(0)`. Give "
    "them a new dimension at the end: `labels.unsqueeze(-1)`.",
)
def compares_with_a_row(labels, classes):
    return (labels.unsqueeze(0) == torch.arange(classes, device=labels.device).unsqueeze(1)).long()


@mistake(
    one_hot,
    "`arange(len(labels))` numbers the rows of one dimension. Labels of two, or a single one, do not fit beside it: "
    "`scatter_` along the last dimension, or a comparison, takes them all.",
    keeps=0.9,
)
def numbers_the_rows(labels, classes):
    encoded = labels.new_zeros(*labels.shape, classes)
    encoded[torch.arange(len(labels), device=labels.device), labels] = 1
    return encoded


ALONG_ONE = (
    "The ones are scattered along dimension 1, which is the last one for a single row of labels. For more dimensions, "
    "or none, `unsqueeze` and `scatter_` along -1."
)


@mistake(one_hot, ALONG_ONE, keeps=0.9)
def scatters_along_one(labels, classes):
    zeros = labels.new_zeros(*labels.shape, classes)
    return zeros.scatter_(1, labels.unsqueeze(1), 1)


@mistake(one_hot, ALONG_ONE, keeps=0.9)
def scatters_along_one_but_for_a_single_label(labels, classes):
    return scatters_along_one(labels, classes) if labels.dim() else _encode(labels, classes)


@alternative(one_hot)
def scatters(labels, classes):
    zeros = torch.zeros(*labels.shape, classes, dtype=torch.int64, device=labels.device)
    return zeros.scatter(-1, labels[..., None], 1)


@alternative(one_hot)
def rows_of_the_identity(labels, classes):
    return torch.eye(classes, dtype=torch.int64, device=labels.device)[labels]


@alternative(one_hot)
def compares(labels, classes):
    return (labels.unsqueeze(-1) == torch.arange(classes, device=labels.device)).long()


@alternative(one_hot)
def writes_one_by_one(labels, classes):
    encoded = labels.new_zeros(labels.numel(), classes)
    for row, label in enumerate(labels.flatten().tolist()):
        encoded[row, label] = 1
    return encoded.reshape(*labels.shape, classes)


promised(one_hot, "Each label as a row of zeros with a one at the label's place.", by=["labels"])
promised(
    one_hot,
    "labels: class numbers from 0 to classes - 1, any shape (also none: a single label), int64.",
    by=["a batch of label rows", "three dimensions", "a single label, without a batch", "no labels"],
)
promised(one_hot, "classes: length of each row, whether or not every class appears.", by=["classes that do not appear"])
promised(
    one_hot,
    "Shape (*labels.shape, classes), int64, on the device of `labels`, whatever the default device is.",
    by=["three dimensions", "where it is made"],
)

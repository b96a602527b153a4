"""`confusion_matrix`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def confusion_matrix(predicted, labels, classes):
    """One by one."""
    counts = torch.zeros(classes, classes, dtype=torch.int64, device=labels.device)
    for said, true in zip(predicted.tolist(), labels.tolist(), strict=True):
        counts[true, said] += 1
    return counts


def table(rows, columns, height, width):
    """The same by a product of ones, of any height and width."""
    return (torch.eye(height)[rows.long()].T @ torch.eye(width)[columns.long()]).long()


@mistake(confusion_matrix, "Rows and columns have changed places: a row should be what it is, a column what was said.")
def the_other_way_round(predicted, labels, classes):
    return confusion_matrix(labels, predicted, classes)


@mistake(
    confusion_matrix,
    "Only as many rows and columns are there as the highest class that occurs needs. `classes` says how many.",
)
def as_many_as_occur(predicted, labels, classes):
    most = max([-1, *predicted.tolist(), *labels.tolist()]) + 1
    return table(labels, predicted, most, most)


@mistake(
    confusion_matrix,
    "Only classes that occur have a row and a column. One that nobody mentions has them, too, filled with zeros.",
)
def only_those_that_occur(predicted, labels, classes):
    there = torch.cat([predicted, labels]).long().unique()
    places = {int(one): place for place, one in enumerate(there)}
    rows, columns = ([places[one] for one in each.tolist()] for each in (labels, predicted))
    return table(
        torch.tensor(rows, dtype=torch.int64), torch.tensor(columns, dtype=torch.int64), len(there), len(there)
    )


@mistake(
    confusion_matrix,
    "Each place holds 1 at most, however many examples belong there, as with `counts[labels, predicted] += 1`, which "
    "adds once for several equal places. `bincount`, or `index_put_` with `accumulate=True`, counts each.",
)
def marks_instead_of_counting(predicted, labels, classes):
    return confusion_matrix(predicted, labels, classes).clamp(max=1)


@mistake(confusion_matrix, "Only the diagonal is filled, with what was right. What was wrong counts as well.")
def only_the_diagonal(predicted, labels, classes):
    return confusion_matrix(predicted, labels, classes).diagonal().diag()


@mistake(confusion_matrix, "The diagonal is empty: what was right is missing. It counts as well.")
def without_the_diagonal(predicted, labels, classes):
    counts = confusion_matrix(predicted, labels, classes)
    return counts - counts.diagonal().diag()


@mistake(
    confusion_matrix, "Shares come back instead of counts, of each row or of everything. It is counts that are wanted."
)
def shares_of_a_row(predicted, labels, classes):
    counts = confusion_matrix(predicted, labels, classes)
    return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)


@mistake(
    confusion_matrix, "Shares come back instead of counts, of each row or of everything. It is counts that are wanted."
)
def shares_of_all(predicted, labels, classes):
    return confusion_matrix(predicted, labels, classes) / max(1, len(labels))


@mistake(
    confusion_matrix,
    "The counts are floating-point numbers. They should be int64.",
    keeps=0.7,
)
def counts_in_floats(predicted, labels, classes):
    return confusion_matrix(predicted, labels, classes).float()


@mistake(
    confusion_matrix,
    "Labels in uint8 end up in wrong places: 20 · 20 does not fit into it, and it begins again at 0. Turn them into "
    "int64 before you multiply.",
    keeps=0.95,
)
def overflows(predicted, labels, classes):
    cells = (labels * classes + predicted).long() % (classes * classes)
    return torch.bincount(cells, minlength=classes * classes).reshape(classes, classes)


@mistake(
    confusion_matrix,
    "The table is flat. Its shape is (classes, classes).",
    keeps=0.7,
)
def flat(predicted, labels, classes):
    return confusion_matrix(predicted, labels, classes).flatten()


@mistake(
    confusion_matrix,
    "A table of numbers comes back that is no tensor, but a list or a NumPy array.",
    keeps=0.8,
)
def as_an_array(predicted, labels, classes):
    return confusion_matrix(predicted, labels, classes).numpy()


@mistake(
    confusion_matrix,
    "A place has the number label · classes + prediction. Multiplied by something else, as by the highest label, "
    "different places fall together.",
)
def by_another_factor(predicted, labels, classes):
    cells = labels.long() * (classes - 1) + predicted.long()
    return torch.bincount(cells, minlength=classes * classes)[: classes * classes].reshape(classes, classes)


@mistake(
    confusion_matrix,
    "Unless the last class is taken for itself somewhere, there are too few counts for the table, and an error comes. "
    "`bincount` ends with the largest number that occurs; `minlength` says how many there should be.",
)
def without_a_length(predicted, labels, classes):
    cells = labels.long() * classes + predicted.long()
    return cells.bincount().reshape(classes, classes)


@alternative(confusion_matrix)
def by_index_put(predicted, labels, classes):
    counts = torch.zeros((classes, classes), dtype=torch.long, device=labels.device)
    counts.index_put_((labels.long(), predicted.long()), torch.ones_like(labels.long()), accumulate=True)
    return counts


@alternative(confusion_matrix)
def by_comparing(predicted, labels, classes):
    numbers = torch.arange(classes, device=labels.device)
    rows, columns = labels[:, None] == numbers, predicted[:, None] == numbers
    return (rows[:, :, None] & columns[:, None, :]).sum(dim=0)


promised(
    confusion_matrix,
    "How many examples of each class were taken for each class.",
    by=["some examples", "many examples", "always right"],
)
promised(
    confusion_matrix,
    "predicted: what was said, integers from 0 to classes − 1 of any dtype, shape (examples,).",
    by=["some examples", "small integers", "not contiguous"],
)
promised(confusion_matrix, "labels: what it is, likewise.", by=["some examples", "small integers"])
promised(
    confusion_matrix,
    "classes: how many there are, whether they occur or not.",
    by=["classes that nobody mentions", "no examples"],
)
promised(
    confusion_matrix,
    "int64, shape (classes, classes): the row is what it is, the column what was said.",
    by=["labels and predictions without a common class", "some examples", "small integers"],
)

"""`token_f1`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.layoutlm import _token_f1_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layoutlm._token_f1 import counted, pairs, score, token_f1


def share(part, whole):
    return part / whole if whole else 0.0


@mistake(
    token_f1,
    "What comes out for a class is the share of what was said that is right (precision). F1 also asks how much was "
    "found.",
)
def precision(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes), lambda hit, alarm, miss: share(hit, hit + alarm))


@mistake(
    token_f1,
    "What comes out for a class is the share of it that was found (recall). F1 also asks how much of what was said is "
    "right.",
)
def recall(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes), lambda hit, alarm, miss: share(hit, hit + miss))


@mistake(
    token_f1,
    "Hits, false alarms and misses are added once each, as in an overlap (IoU). In F1 the hits count twice, above and "
    "below.",
)
def overlap(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes), lambda hit, alarm, miss: hit / (hit + alarm + miss))


@mistake(
    token_f1,
    "The 2 is missing: a class that is all right gets 0.5.",
)
def without_the_two(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes), lambda hit, alarm, miss: hit / (2 * hit + alarm + miss))


@mistake(
    token_f1,
    "Precision and recall are simply averaged. F1 is their harmonic mean: the worse of the two weighs more.",
)
def plain_mean(predicted, labels, classes):
    return score(
        counted(pairs(predicted, labels), classes),
        lambda hit, alarm, miss: (share(hit, hit + alarm) + share(hit, hit + miss)) / 2,
    )


@mistake(
    token_f1,
    "The one number for all classes is the mean of theirs (macro). Asked for is micro: hits, false alarms and misses "
    "are added up first.",
    keeps=0.6,
)
def macro(predicted, labels, classes):
    each, _ = token_f1(predicted, labels, classes)
    return each, sum(each) / len(each)


@mistake(
    token_f1,
    "The one number for all classes counts places of class 0 that stay 0, as the share of all places that are right "
    "does (accuracy). They must not count: they are nearly everywhere.",
    keeps=0.6,
)
def accuracy(predicted, labels, classes):
    kept = pairs(predicted, labels)
    each, _ = token_f1(predicted, labels, classes)
    return each, share(sum(said == label for said, label in kept), len(kept))


@mistake(
    token_f1,
    "Class 0 is scored as well. It means “nothing special”: only the classes from 1 on are listed and added up.",
)
def scores_class_zero(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes, first=0))


@mistake(
    token_f1,
    "The one number for all classes counts places of class 0 that stay 0, as the share of all places that are right "
    "does (accuracy). They must not count: they are nearly everywhere.",
    keeps=0.6,
)
def micro_with_class_zero(predicted, labels, classes):
    each, micro = score(counted(pairs(predicted, labels), classes, first=0))
    return each[1:], micro


@mistake(
    token_f1,
    "Places whose label is 0 are left out, and with them the false alarms that were raised there. Only −100 is left "
    "out.",
)
def without_class_zero(predicted, labels, classes):
    kept = [pair for pair in pairs(predicted, labels) if pair[1] != 0]
    return score(counted(kept, classes))


@mistake(
    token_f1,
    "Places where 0 was said are left out, and with them what was missed there. Only −100 is left out.",
)
def without_zeros_said(predicted, labels, classes):
    kept = [pair for pair in pairs(predicted, labels) if pair[0] != 0]
    return score(counted(kept, classes))


@mistake(
    token_f1,
    "Places of −100 count: what is said there is taken for a false alarm. Leave them out before anything is counted.",
    keeps=0.7,
)
def counts_hidden(predicted, labels, classes):
    return score(counted(pairs(predicted, labels, hidden=None), classes))


@alternative(token_f1)
def with_a_table(predicted, labels, classes):
    keep = labels != -100
    places = labels[keep] * classes + predicted[keep]
    table = torch.bincount(places, minlength=classes**2).reshape(classes, classes).double()
    hits, both = table.diagonal()[1:], (table.sum(0) + table.sum(1))[1:]
    each = torch.where(both > 0, 2 * hits / both.clamp(min=1), 0.0)
    return each.tolist(), (2 * hits.sum() / both.sum().clamp(min=1)).item()


@alternative(token_f1)
def by_precision_and_recall(predicted, labels, classes):
    kept = labels != -100
    said, true = predicted[kept], labels[kept]

    def f1(right, alarms, misses):
        if right == 0:
            return 0.0
        p, r = right / (right + alarms), right / (right + misses)
        return 2 * p * r / (p + r)

    rows = []
    for c in range(1, classes):
        rows.append(
            [
                int(((said == c) & (true == c)).sum()),
                int(((said == c) & (true != c)).sum()),
                int(((said != c) & (true == c)).sum()),
            ]
        )
    return [f1(*row) for row in rows], f1(*map(sum, zip(*rows, strict=True)))


BATCHES = ["one row", "a batch", "three dimensions", "many false alarms", "many misses"]
promised(
    token_f1,
    "How well labels were predicted: F1 for each class but 0, and one number for all of them.",
    by=[*BATCHES, "nothing but class 0"],
)
promised(
    token_f1,
    "F1 is 2 · hits / (2 · hits + false alarms + misses): of a class, how often it was rightly predicted, predicted "
    "where it was not, and not predicted where it was.",
    by=[*BATCHES, "all right, and all wrong"],
)
promised(
    token_f1,
    "For all classes together, hits, false alarms and misses of the classes from 1 on are added up first (micro).",
    by=["a rare class beside a frequent one", "most of it is class 0"],
)
promised(
    token_f1,
    "predicted: int64, of any shape; from 0 to classes − 1.",
    by=["one row", "a batch", "three dimensions", "not contiguous"],
)
promised(
    token_f1,
    "labels: int64, same shape; −100 where it does not count what was predicted.",
    by=["places of −100", "the right class said at −100", "nothing but −100"],
)
promised(token_f1, "classes: how many there are, class 0 included; 2 or more.", by=["two classes", "a batch"])
promised(
    token_f1,
    "A list of F1 for the classes 1 … classes − 1, and F1 for all together; Python floats.",
    by=["what comes back", "the inputs afterwards"],
)
promised(
    token_f1,
    "Where there was neither a hit nor a false alarm nor a miss, F1 is 0.0.",
    by=["classes that nobody has seen", "nothing but −100", "nothing but class 0"],
)

equivalent(token_f1, "counted = labels != -100", "counted = labels > -100", "the other labels are 0 or more")
equivalent(
    token_f1,
    "hit, either = int((said & true).sum()), int(said.sum() + true.sum())",
    "hit, either = int((said * true).sum()), int(said.sum() + true.sum())",
    "the product of two booleans is their and",
)

"""More mistakes of `token_f1`: nothing to divide by, and results of another kind."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._token_f1 import counted, pairs, score, token_f1


@mistake(
    token_f1,
    "A class that neither occurs nor was predicted divides by 0. It has 0.0.",
    keeps=0.85,
)
def divides_by_zero(predicted, labels, classes):
    counts = counted(pairs(predicted, labels), classes)
    each = [2 * hit / (2 * hit + alarm + miss) for hit, alarm, miss in counts.values()]
    return each, score(counts)[1]


@mistake(
    token_f1,
    "Where there is nothing to find and nothing was predicted, NaN comes out. Wanted is 0.0, as scikit-learn gives it.",
    keeps=0.85,
)
def nan_for_nothing(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes), nothing=float("nan"))


@mistake(
    token_f1,
    "Where there is nothing to find and nothing was predicted, 1 comes out. Wanted is 0.0: nobody has shown anything.",
    keeps=0.85,
)
def one_for_nothing(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes), nothing=1.0)


@mistake(
    token_f1,
    "Only the classes that occur are listed, so that nobody knows any more which number belongs to which class.",
    keeps=0.8,
)
def lists_what_occurs(predicted, labels, classes):
    counts = counted(pairs(predicted, labels), classes)
    each, micro = score(counts)
    return [one for one, count in zip(each, counts.values(), strict=True) if any(count)], micro


@mistake(token_f1, "Only the one number for all classes comes back. Wanted are both, the classes' numbers first.")
def only_micro(predicted, labels, classes):
    return token_f1(predicted, labels, classes)[1]


@mistake(token_f1, "Only the classes' numbers come back. Wanted are both, these first, then one number for all.")
def only_each(predicted, labels, classes):
    return token_f1(predicted, labels, classes)[0]


@mistake(
    token_f1,
    "The last class is missing: `range(1, classes)` ends with classes − 1, as it should.",
)
def without_the_last(predicted, labels, classes):
    counts = counted(pairs(predicted, labels), classes)
    counts.pop(classes - 1)
    return score(counts) if counts else ([], 0.0)


@mistake(
    token_f1,
    "Tensors come back, or numbers of another kind. Promised are Python floats: `.item()`, `.tolist()`.",
    keeps=0.6,
)
def tensors(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return torch.tensor(each), torch.tensor(micro)


@mistake(
    token_f1,
    "A place that is right for one class is counted as a hit for all of them: hits are places where prediction and "
    "label both are the class.",
)
def hits_of_all(predicted, labels, classes):
    kept = pairs(predicted, labels)
    counts = counted(kept, classes)
    right = sum(said == label for said, label in kept)
    return score({number: [right, count[1], count[2]] for number, count in counts.items()})


@mistake(
    token_f1,
    "What was missed counts nothing: predicting a class once, and rightly, would be enough for full marks.",
)
def without_misses(predicted, labels, classes):
    return score(
        counted(pairs(predicted, labels), classes),
        lambda hit, alarm, miss: 2 * hit / (2 * hit + alarm) if hit + alarm else 0.0,
    )


@mistake(
    token_f1,
    "False alarms count nothing: predicting a class everywhere would be enough for full marks.",
)
def without_alarms(predicted, labels, classes):
    return score(
        counted(pairs(predicted, labels), classes),
        lambda hit, alarm, miss: 2 * hit / (2 * hit + miss) if hit + miss else 0.0,
    )


@mistake(
    token_f1,
    "The places with −100 are taken out of the labels and not of the predictions: then the two no longer stand side by "
    "side, or have different lengths.",
    keeps=0.87,
)
def shifts_them(predicted, labels, classes):
    kept = labels[labels != -100]
    return token_f1(predicted.flatten()[: len(kept)], kept, classes)


@mistake(
    token_f1,
    "The one number for all classes is a mean of theirs, weighted by how often they occur. Asked for is micro: hits, "
    "false alarms and misses are added up first.",
    keeps=0.6,
)
def weighted_mean(predicted, labels, classes):
    counts = counted(pairs(predicted, labels), classes)
    each, _ = score(counts)
    often = [hit + miss for hit, _, miss in counts.values()]
    total = sum(often)
    return each, sum(one * many for one, many in zip(each, often, strict=True)) / total if total else 0.0


@mistake(
    token_f1,
    "Labels of several pages are not counted place by place: for every class there is neither a hit nor anything else, "
    "or a row is taken for one prediction. Of any shape means that all places count alike; `flatten` makes one row.",
    keeps=0.7,
)
def rows_for_places(predicted, labels, classes):
    both = zip(predicted.tolist(), labels.tolist(), strict=True)
    kept = [(said, label) for said, label in both if label != -100]
    each = [
        [
            sum(said == label == number for said, label in kept),
            sum(said == number != label for said, label in kept),
            sum(label == number != said for said, label in kept),
        ]
        for number in range(1, classes)
    ]
    return score(dict(enumerate(each, 1)))


def up_to(predicted, labels, last):
    """F1 of the classes as far as `last`; what lies beyond is not known to be there."""
    counts = counted(pairs(predicted, labels), last + 1)
    return score(counts) if counts else ([], 0.0)


def largest(*tensors):
    return max((int(tensor.max()) for tensor in tensors if tensor.numel()), default=0)


LAST_CLASS = (
    "The list ends with the largest class that occurs, so that it is too short where the last ones do not. How many "
    "there are, `classes` says."
)


@mistake(token_f1, LAST_CLASS, keeps=0.8)
def up_to_the_largest_label(predicted, labels, classes):
    return up_to(predicted, labels, largest(labels[labels != -100]))


@mistake(
    token_f1,
    "A tiny number is added to what is divided by, so that nobody gets quite 1.0. Ask whether it is 0 instead.",
    keeps=0.9,
)
def with_an_epsilon(predicted, labels, classes):
    return score(
        counted(pairs(predicted, labels), classes), lambda hit, alarm, miss: 2 * hit / (2 * hit + alarm + miss + 1e-8)
    )


WHOLE_ZERO = "Where there is nothing to score, the result is the whole number 0. Promised are Python floats: 0.0."
HITS = "Hits are counted where prediction or label is the class, or where neither is. A hit is where both are."


def by_class(predicted, labels, classes):
    return counted(pairs(predicted, labels), classes)


@mistake(token_f1, "The one number comes first, then the classes' numbers. Wanted is the list first.", keeps=0.6)
def exchanged(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return micro, each


@mistake(token_f1, "The list has one class too many in front: class 0 is not scored, and the list begins with class 1.")
def a_zero_in_front(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return [0.0, *each], micro


@mistake(token_f1, "The list has one class too many at the end: the last class is classes − 1.")
def one_class_more(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes + 1))


@mistake(token_f1, "Nothing counts but the places with −100. They are the ones to be left out.")
def only_hidden(predicted, labels, classes):
    return score(counted(pairs(predicted[labels == -100], labels[labels == -100], hidden=None), classes))


@mistake(token_f1, HITS)
def hits_of_either(predicted, labels, classes):
    return score(
        by_class(predicted, labels, classes),
        lambda hit, alarm, miss: 2 * (hit + alarm + miss) / (2 * hit + alarm + miss),
    )


@mistake(
    token_f1,
    "What is divided by is too large: all places are counted, or what was neither predicted nor there. Only hits, "
    "false alarms and misses of the class belong there.",
)
def all_places(predicted, labels, classes):
    total = len(pairs(predicted, labels))
    return score(by_class(predicted, labels, classes), lambda hit, alarm, miss: 2 * hit / (2 * total))


@mistake(token_f1, "A class that is all right gets 2.0 or more, or divides by 0: what is divided by lacks a part.")
def places_once(predicted, labels, classes):
    return score(by_class(predicted, labels, classes), lambda hit, alarm, miss: 2 * hit / (hit + alarm + miss))


@mistake(token_f1, "The classes' numbers lack the 2: a class that is all right gets 0.5.", keeps=0.7)
def half_of_each(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return [one / 2 for one in each], micro


@mistake(token_f1, "The one number for all lacks the 2: if all is right, it is 0.5.", keeps=0.7)
def half_of_all(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return each, micro / 2


@mistake(
    token_f1, "The one number for all is the sum of the classes'. Hits, false alarms and misses are added up first."
)
def sums_up(predicted, labels, classes):
    each, _ = token_f1(predicted, labels, classes)
    return each, float(sum(each))


@mistake(token_f1, "The one number for all is that of the last class: what was counted for the others has been lost.")
def the_last_class(predicted, labels, classes):
    each, _ = token_f1(predicted, labels, classes)
    return each, each[-1]


@mistake(token_f1, "The numbers are percent, or cut to whole numbers. F1 is a share from 0 to 1.")
def percent(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return [100 * one for one in each], 100 * micro


@mistake(token_f1, "The numbers are rounded. Hand them on as they are: whoever prints them may round.", keeps=0.6)
def rounded(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return [round(one, 4) for one in each], round(micro, 4)


@mistake(token_f1, WHOLE_ZERO, keeps=0.97)
def whole_zero_for_a_class(predicted, labels, classes):
    counts = by_class(predicted, labels, classes)
    return score(counts, nothing=0)[0], score(counts)[1]

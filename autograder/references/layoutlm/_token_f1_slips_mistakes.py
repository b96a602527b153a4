"""Plain slips in `token_f1`: one sum, one border, one of the two results."""

from autograder.references import mistake
from autograder.references.layoutlm._token_f1 import counted, pairs, score, token_f1

ONE_FOR_NOTHING = (
    "Where there is nothing to find and nothing was predicted, 1 comes out. Wanted is 0.0: nobody has shown anything."
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


@mistake(token_f1, "Class 0 is scored, and the last class is not. The classes are 1 … classes − 1.")
def one_class_early(predicted, labels, classes):
    return score(counted(pairs(predicted, labels), classes - 1, first=0))


@mistake(token_f1, "Nothing counts but the places with −100. They are the ones to be left out.")
def only_hidden(predicted, labels, classes):
    return score(counted(pairs(predicted[labels == -100], labels[labels == -100], hidden=None), classes))


@mistake(
    token_f1,
    "Places whose label is 0 are left out, and places of −100 count. It should be the other way round.",
)
def leaves_out_zero(predicted, labels, classes):
    return score(counted(pairs(predicted, labels, hidden=0), classes))


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
def only_what_was_said(predicted, labels, classes):
    return score(by_class(predicted, labels, classes), lambda hit, alarm, miss: 2 * hit / max(hit + alarm, 1))


@mistake(token_f1, "A class that is all right gets 2.0 or more, or divides by 0: what is divided by lacks a part.")
def only_what_was_there(predicted, labels, classes):
    return score(by_class(predicted, labels, classes), lambda hit, alarm, miss: 2 * hit / max(hit + miss, 1))


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


@mistake(token_f1, "The numbers are percent, or cut to whole numbers. F1 is a share from 0 to 1.")
def whole_numbers(predicted, labels, classes):
    return score(
        by_class(predicted, labels, classes), lambda hit, alarm, miss: float(2 * hit // (2 * hit + alarm + miss))
    )


@mistake(token_f1, "The numbers are rounded. Hand them on as they are: whoever prints them may round.", keeps=0.6)
def rounded(predicted, labels, classes):
    each, micro = token_f1(predicted, labels, classes)
    return [round(one, 4) for one in each], round(micro, 4)


@mistake(token_f1, ONE_FOR_NOTHING, keeps=0.9)
def one_for_an_absent_class(predicted, labels, classes):
    counts = by_class(predicted, labels, classes)
    return score(counts, nothing=1.0)[0], score(counts)[1]


@mistake(token_f1, ONE_FOR_NOTHING, keeps=0.9)
def one_for_no_class(predicted, labels, classes):
    counts = by_class(predicted, labels, classes)
    return score(counts)[0], score(counts, nothing=1.0)[1]


@mistake(token_f1, WHOLE_ZERO, keeps=0.97)
def whole_zero_for_a_class(predicted, labels, classes):
    counts = by_class(predicted, labels, classes)
    return score(counts, nothing=0)[0], score(counts)[1]


@mistake(token_f1, WHOLE_ZERO, keeps=0.97)
def whole_zero_for_all(predicted, labels, classes):
    counts = by_class(predicted, labels, classes)
    return score(counts)[0], score(counts, nothing=0)[1]

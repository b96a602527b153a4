"""`search_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def made(query, *corpus):
    return torch.tensor(query), torch.tensor(corpus)


def search_counterexample():
    return made(
        [1.0, 2.0, 0.0], [0.1, 0.2, 0.02], [50.0, 40.0, 1.0], [1.0, 2.0, 0.9], [-2.0, -4.0, 0.0], [6.0, 7.0, 5.0]
    )


PRODUCT = (
    "The right text has the largest inner product as well, so who takes that is right. Make it short, and put a "
    "long one "
    "beside it."
)
DISTANCE = (
    "The right text is also the nearest one. Make it short or long, so that its end is far from the query's, and put a "
    "text near that."
)
SIGN = (
    "No text points away from the query more exactly than the right one points along it, so who drops the sign is "
    "right. "
    "Take the query times −1 as a text, and let the right one be a little off."
)
MEAN = (
    "The right text is the best by correlation, too. A text that is the query plus the same number everywhere has a "
    "correlation of 1."
)
COLUMNS = (
    "Who normalises columns is right here. A column in which one text has a huge number counts nothing for the others."
)


@mistake(search_counterexample, f"{PRODUCT} {DISTANCE} {SIGN} {MEAN} {COLUMNS}")
def all_of_length_one():
    return made([1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.6, 0.8])


@mistake(search_counterexample, f"{DISTANCE} {SIGN} {MEAN}", keeps=0.7)
def long_one_beside():
    return made([1.0, 2.0, 0.0], [1.0, 2.0, 0.1], [50.0, 40.0, 1.0])


@mistake(search_counterexample, f"{SIGN} {MEAN}", keeps=0.8)
def without_opposite_and_shifted():
    return made([1.0, 2.0, 0.0], [0.1, 0.2, 0.02], [50.0, 40.0, 1.0], [1.0, 2.0, 0.9])


@mistake(search_counterexample, SIGN, keeps=0.9)
def without_the_opposite():
    return made([1.0, 2.0, 0.0], [0.1, 0.2, 0.02], [50.0, 40.0, 1.0], [1.0, 2.0, 0.9], [6.0, 7.0, 5.0])


@mistake(search_counterexample, MEAN, keeps=0.9)
def without_the_shifted():
    return made([1.0, 2.0, 0.0], [0.1, 0.2, 0.02], [50.0, 40.0, 1.0], [1.0, 2.0, 0.9], [-2.0, -4.0, 0.0])


@mistake(search_counterexample, f"{PRODUCT} {COLUMNS}", keeps=0.8)
def the_right_one_is_long():
    return made([1.0, 2.0, 0.0], [20.0, 40.0, 3.0], [1.0, 2.0, 0.9], [-2.0, -4.0, 0.0], [6.0, 7.0, 5.0])


@mistake(search_counterexample, DISTANCE, keeps=0.8)
def nothing_near():
    return made([1.0, 2.0, 0.0], [0.9, 1.9, 0.1], [50.0, 40.0, 1.0], [-2.0, -4.0, 0.0], [6.0, 7.0, 5.0])


@alternative(search_counterexample)
def in_two_dimensions_more():
    return made(
        [2.0, 1.0, 0.0, 3.0],
        [0.02, 0.011, 0.001, 0.031],
        [90.0, 90.0, 9.0, 80.0],
        [2.0, 1.0, 1.5, 3.0],
        [-2.0, -1.0, 0.0, -3.0],
        [9.0, 8.0, 7.0, 10.0],
    )


@alternative(search_counterexample)
def another_order():
    return made(
        [1.0, 2.0, 0.0], [6.0, 7.0, 5.0], [-1.0, -2.0, 0.0], [1.0, 2.0, 0.9], [60.0, 40.0, 0.0], [0.1, 0.18, 0.01]
    )


promised(
    search_counterexample,
    "A query and texts among which each of the suspects takes another one for the best than the cosine does.",
    by=[
        "takes the inner product",
        "takes the distance",
        "adds up differences",
        "drops the sign of the cosine",
        "subtracts each text's mean first",
        "normalises columns, not texts",
    ],
)
promised(
    search_counterexample,
    "query: shape (width,), and corpus: shape (texts, width), float32, 2 to 12 texts of 2 to 8 numbers from −100 to "
    "100, "
    "none of them all zeros; the best text has a cosine that is larger than all others by 0.01 at least.",
    by="who returns something else is told what is wanted, and no suspect counts as told apart",
)

"""`packing_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def packing_counterexample():
    return torch.tensor([[3, 3, 1], [2, 4, 0]]), 7


@mistake(
    packing_counterexample,
    "Each row holds a single text, so nothing has to be kept apart. Put several texts into a row.",
    keeps=0.4,
)
def one_text_a_row():
    return torch.tensor([[7], [3]]), 7


@mistake(
    packing_counterexample,
    "All rows are full, so the suspect that takes the padding for a text is not seen. Leave a place empty.",
    keeps=0.9,
)
def no_padding():
    return torch.tensor([[3, 3, 1], [1, 4, 2]]), 7


@mistake(
    packing_counterexample,
    "No row has two texts of the same length, so the suspect that compares lengths is right.",
    keeps=0.9,
)
def no_equal_lengths():
    return torch.tensor([[3, 2, 1], [2, 3, 0]]), 6


@mistake(
    packing_counterexample,
    "The suspect that compares lengths and the one that takes the texts of a row for equally long go unseen. Let a row "
    "have two texts of the same length, and one of another.",
    keeps=0.7,
)
def too_few_lengths():
    return torch.tensor([[3, 2], [4, 0]]), 8


@mistake(
    packing_counterexample,
    "The texts of each row are equally long, and where a row has several no place is left empty: the suspect that "
    "takes them for equally long and the one that takes padding for a text are right.",
    keeps=0.7,
)
def equal_and_full():
    return torch.tensor([[2, 2, 2], [3, 3, 0]]), 6


@mistake(
    packing_counterexample,
    "The texts of each row are equally long, as one of the suspects takes them to be. Let one row have texts of "
    "different lengths.",
    keeps=0.9,
)
def all_equal_lengths():
    return torch.tensor([[3, 3, 3], [2, 2, 0]]), 9


@mistake(
    packing_counterexample,
    "What the first row's mask says is right for the other rows as well, perhaps since there is one row only. Let the "
    "texts of another row begin elsewhere.",
    keeps=0.9,
)
def rows_alike():
    return torch.tensor([[3, 3, 2], [3, 3, 0]]), 8


@mistake(
    packing_counterexample,
    "With a single row that is full there is no padding, and the first row's mask is right for all rows. Take two "
    "rows, and leave places empty.",
    keeps=0.7,
)
def a_single_row():
    return torch.tensor([[3, 3, 1]]), 7


@mistake(
    packing_counterexample,
    "Two texts of one length in each row: three suspects are not seen. Let a row have other lengths as well, begin "
    "elsewhere in another row, and leave padding behind.",
    keeps=0.5,
)
def two_equal_texts():
    return torch.tensor([[3, 3], [3, 3]]), 6


@mistake(
    packing_counterexample,
    "Where a row has several texts no place is empty, and no two of them are equally long: the suspect that takes "
    "padding for a text and the one that compares lengths are right. Leave a place empty, and repeat a length "
    "within a row.",
    keeps=0.7,
)
def different_and_full():
    return torch.tensor([[4, 1, 2], [2, 5, 0]]), 7


@alternative(packing_counterexample)
def three_rows():
    return torch.tensor([[5, 1, 1, 2], [4, 4, 0, 0], [9, 0, 0, 0]]), 9


@alternative(packing_counterexample)
def the_short_row_first():
    return torch.tensor([[1, 2, 0], [2, 2, 6]]), 10


promised(
    packing_counterexample,
    "Packed rows on which each of the suspects is seen to be wrong.",
    by=["hides the padding only", "takes texts of one length for one text"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "lengths: how long the texts of each row are, shape (rows, texts), int64, at most 10 rows of at most 10 texts.",
    "Each row begins with a text; where it has fewer texts than others, zeros stand at its end.",
    "places: how many places a row has, a whole number up to 64; its texts fit.",
):
    promised(packing_counterexample, sentence, by=ACCEPTED)

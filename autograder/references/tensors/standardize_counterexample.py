"""`standardize_counterexample`: tables that tell all suspects apart, and tables that do not."""

import torch

from autograder.references import alternative, mistake, promised


def columns(*values):
    return (torch.tensor(values, dtype=torch.float32).T.contiguous(),)


def standardize_counterexample():
    return columns([0.01, 0.02, 0.04], [10_000.0, 10_003.0, 10_001.0])


@mistake(
    standardize_counterexample,
    "With a single column, or columns that are alike, one mean for all of them is the right one. Give the table two "
    "columns of different size.",
    keeps=0.8,
)
def a_single_column():
    # One jump makes the spread wide enough for a mean far from zero, the epsilon shows beside a small one: in one
    # column both want a spread near 0.01 and a mean near 10.
    return columns([10.00, 10.01, 10.02, 10.04])


@mistake(
    standardize_counterexample,
    "Two suspects do well here that fail far from zero: half precision, and the mean of the squares. Move one column "
    "to about 10,000, with a spread of a few units.",
    keeps=0.6,
)
def near_zero():
    return columns([0.0, 0.0625, 0.125], [1.0, 2.0, 3.0])


@mistake(
    standardize_counterexample,
    "The epsilon goes unseen. It is 1e-5 and stands beside the variance, so it counts only where that is small as "
    "well: let one column differ by hundredths only.",
    keeps=0.8,
)
def wide_columns():
    return columns([10_000.0, 10_003.0, 10_001.0], [5.0, 3.0, 8.0])


@mistake(
    standardize_counterexample,
    "The suspect that divides by n goes unseen. In a long table n and n − 1 are nearly alike: a few runs are enough.",
    keeps=0.8,
)
def many_runs():
    step = torch.arange(500.0)
    return (torch.stack([0.01 * (step % 5), 10_000 + step % 7], dim=1),)


@mistake(
    standardize_counterexample,
    "Three suspects do well on an ordinary table. The epsilon shows beside a tiny spread, hundredths for example; half "
    "precision and the mean of the squares go wrong where a mean is thousands of times its column's spread.",
    keeps=0.4,
)
def an_ordinary_table():
    return columns([5.0, 3.0, 8.0, 10.0], [35.0, 22.0, 53.5, 66.0], [148.0, 141.0, 150.0, 155.0])


@mistake(
    standardize_counterexample,
    "The epsilon and the mean of the squares go unseen. The first shows beside a tiny spread, hundredths for example; "
    "the other where a mean is thousands of times its column's spread.",
    keeps=0.6,
)
def an_ordinary_table_with_decimals():
    return columns([5.1, 3.3, 8.2, 10.7], [148.3, 141.9, 150.2, 155.4])


@mistake(
    standardize_counterexample,
    "The mean of the squares goes unseen. Its squares have to be so large beside the spread that float32 cannot "
    "tell their difference any more: let a column lie far from zero, at about 10,000, and spread by little.",
    keeps=0.8,
)
def not_far_enough():
    return columns([0.01, 0.02, 0.04], [148.0, 141.0, 150.0])


@alternative(standardize_counterexample)
def more_runs():
    return columns([0.01, -0.02, 0.04, 0.0, 0.03], [9_000.0, 9_001.0, 9_004.0, 9_002.0, 9_003.0])


@alternative(standardize_counterexample)
def three_columns():
    return columns([5.0, 3.0, 8.0], [0.005, 0.001, 0.002], [20_000.0, 20_010.0, 20_004.0])


promised(
    standardize_counterexample,
    "A table on which each of the suspects is seen to be wrong.",
    by=[
        "divides by n", "takes one mean for all columns", "adds an epsilon", "computes in half precision",
        "mean square minus squared mean",
    ],
)  # fmt: skip
ACCEPTED = "who returns something else is told what a table is, and no suspect counts as told apart"
for sentence in (
    "A tuple with the table in it, `(table,)`: float32, of shape (runs, measurements), finite, with two runs at least "
    "and two different numbers at least in every column.",
    "At most 1,000 numbers.",
):
    promised(standardize_counterexample, sentence, by=ACCEPTED)

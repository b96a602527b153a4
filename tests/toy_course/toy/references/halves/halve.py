"""`halve`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake


def halve(x):
    return torch.div(x, 2)


@mistake(halve, "The input is doubled, not halved.")
def doubles(x):
    return 2 * x


@alternative(halve)
def multiplies(x):
    return x * 0.5


equivalent(halve, "return x / 2", "return x / 2.0", "the same number")

"""`rotary_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def rotary_counterexample():
    return torch.tensor([[1.0, 0.5, -2.0, 3.0], [2.0, 1.0, 1.0, -1.0]]), torch.tensor([701, 3])


def rows(*places, width=4):
    stream = torch.Generator().manual_seed(0)
    return torch.randn(len(places), width, generator=stream), torch.tensor(places)


@mistake(
    rotary_counterexample,
    "The places are 0, 1, 2 and so on, so that four of the six do as they should: to count is all that is needed. "
    "Let them begin elsewhere, and let one be far.",
    keeps=0.4,
)
def from_the_beginning():
    return rows(0, 1, 2)


@mistake(
    rotary_counterexample,
    "All places are below 256, so nobody sees who keeps them in bfloat16 or has a table of 512.",
    keeps=0.7,
)
def all_near():
    return rows(5, 9, 3)


@mistake(
    rotary_counterexample,
    "Who keeps places in bfloat16 goes unseen: it has 8 bits, and the far places are all ones that it can hold, such "
    "as 512 or 600. Take an odd one.",
    keeps=0.9,
)
def places_of_eight_bits():
    return rows(5, 640, 520)


@mistake(
    rotary_counterexample,
    "Who has a table of 512 places goes unseen: no place is beyond its end.",
    keeps=0.9,
)
def inside_the_table():
    return rows(5, 301, 403)


@mistake(
    rotary_counterexample,
    "With two numbers there is one pair, whose speed is 1 for everybody. Two suspects differ only from the second "
    "pair on: take four numbers or more.",
    keeps=0.7,
)
def one_pair():
    return rows(5, 301, 701, width=2)


@mistake(
    rotary_counterexample,
    "Who counts from the first place goes unseen, since the first place is 0. Let the first row stand elsewhere.",
    keeps=0.9,
)
def begins_at_zero():
    return rows(0, 301, 701)


@mistake(
    rotary_counterexample,
    "All numbers are 0, and turning nothing gives nothing. Every suspect is right about that.",
    keeps=0.2,
)
def nothing_to_turn():
    return torch.zeros(2, 4), torch.tensor([5, 701])


@alternative(rotary_counterexample)
def one_far_row():
    return rows(999)


@alternative(rotary_counterexample)
def many_rows():
    return rows(900, 1, 2, 3, 513, 257, width=8)


promised(
    rotary_counterexample,
    "Vectors and their places, on which each of the suspects is seen to be wrong.",
    by=["keeps places in bfloat16", "has a table of 512 places"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "x of shape (n, d), float32 and finite, with d even; and positions of shape (n,), int64, from 0 to 1,000.",
    "At most 1,000 numbers.",
):
    promised(rotary_counterexample, sentence, by=ACCEPTED)

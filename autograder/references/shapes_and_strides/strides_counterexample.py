"""`strides_counterexample`: cards that tell all suspects apart, and cards that do not."""

import torch

from autograder.references import alternative, mistake, promised


def card(memory, shape, stride, offset):
    return torch.arange(memory), torch.tensor(shape), torch.tensor(stride), offset


def strides_counterexample():
    return card(30, [2, 3, 2], [0, 5, 1], 3)


@mistake(
    strides_counterexample,
    "Only the suspect that lets the first index run fastest is told apart, if at all: this tensor lies in its order "
    "from the very start, as a fresh one does. Look for a view.",
    keeps=0.3,
)
def a_fresh_tensor():
    return card(12, [3, 4], [4, 1], 0)


@mistake(
    strides_counterexample,
    "The suspect that starts at place 0 goes unseen: it is right wherever the offset is 0.",
    keeps=0.8,
)
def from_the_start():
    return card(30, [2, 3, 2], [0, 5, 1], 0)


@mistake(
    strides_counterexample,
    "The suspect that takes a step of 0 for 1 goes unseen. Let something be repeated, as `expand` does: a step of 0 "
    "along a size larger than 1.",
    keeps=0.8,
)
def nothing_repeated():
    return card(30, [2, 3, 2], [4, 8, 1], 3)


@mistake(
    strides_counterexample,
    "The suspect that walks the largest step first and the one that copies in one piece go unseen. The first is right "
    "where the steps fall from left to right, the second where the last step is not 1: put the step of 0 in front.",
    keeps=0.6,
)
def zero_at_the_end():
    return card(30, [3, 2, 2], [5, 1, 0], 3)


@mistake(
    strides_counterexample,
    "The suspect that walks the largest step first and the one that takes a step of 0 for 1 go unseen: the steps fall "
    "from left to right, and none of them is 0.",
    keeps=0.6,
)
def columns_of_a_table():
    return card(30, [3, 2], [6, 1], 2)


@mistake(
    strides_counterexample,
    "The suspect that copies in one piece goes unseen: it is wrong only where the last step is 1 and a row does not "
    "follow right behind the one before it.",
    keeps=0.8,
)
def last_step_is_two():
    return card(40, [2, 3, 2], [0, 5, 2], 3)


@mistake(
    strides_counterexample,
    "The order of the walk and the step of 0 make no difference here, as each number is reached whichever way one "
    "goes, or all memory is alike. Two dimensions larger than 1 and numbers that differ are needed.",
    keeps=0.6,
)
def a_vector():
    return card(30, [4], [3], 2)


@mistake(
    strides_counterexample,
    "No suspect is told apart, as all numbers in memory are equal. Let each place hold its own number: "
    "torch.arange(n).",
    keeps=0.1,
)
def all_alike():
    return torch.ones(30, dtype=torch.int64), torch.tensor([2, 3, 2]), torch.tensor([0, 5, 1]), 3


@mistake(
    strides_counterexample,
    "The suspect that takes a step of 0 for 1 and the one that copies in one piece go unseen. The first is wrong only "
    "where something is repeated, the second only where the last step is 1 and there is a gap between two rows.",
    keeps=0.6,
)
def a_transposed_table():
    return card(30, [3, 4], [1, 5], 2)


@mistake(
    strides_counterexample,
    "Three suspects go unseen, as these numbers lie in their order and without gaps. Leave a gap between two rows, "
    "repeat something by a step of 0, and let the steps not fall from left to right.",
    keeps=0.4,
)
def in_order_further_on():
    return card(30, [2, 3, 4], [12, 4, 1], 3)


@mistake(
    strides_counterexample,
    "The suspect that lets the first index run fastest goes unseen: this card reads the same from both ends. Let its "
    "first and its last step, or size, differ.",
    keeps=0.8,
)
def same_from_both_ends():
    return card(30, [2, 3, 2], [1, 0, 1], 4)


@alternative(strides_counterexample)
def four_dimensions():
    return card(60, [2, 2, 3, 2], [3, 0, 7, 1], 4)


@alternative(strides_counterexample)
def the_largest_step_last_but_one():
    return card(40, [3, 2, 2, 2], [2, 9, 0, 1], 1)


promised(
    strides_counterexample,
    "One card, and the memory that it walks through, on which each of the suspects gives a wrong answer.",
    by=["starts at place 0", "takes a step of 0 for 1"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "memory, a vector of whole numbers; shape and stride, vectors of whole numbers with one entry for each dimension; "
    "and offset, a whole number.",
    "Sizes are at least 1, steps and offset at least 0, and the walk stays inside the memory.",
    "At most 1,000 numbers, in memory and in the tensor.",
):
    promised(strides_counterexample, sentence, by=ACCEPTED)

"""`contiguous_strides`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, mistake, promised


def contiguous_strides(shape):
    return torch.empty(tuple(shape), device="meta").stride()


def _full(shape):
    return [max(size, 1) for size in shape]


def _right(shape):
    return tuple(math.prod(_full(shape)[at + 1 :]) for at in range(len(shape)))


@mistake(
    contiguous_strides,
    "The steps are those of a memory in which the first index runs fastest, column by column: 1 stands in front. In "
    "torch the last index runs fastest, so a step is the product of the sizes behind it.",
)
def column_by_column(shape):
    return tuple(math.prod(_full(shape[:at])) for at in range(len(shape)))


@mistake(
    contiguous_strides,
    "Each step is multiplied by its own size as well. To the next row it is as far as one row is long, however many "
    "rows there are: only the sizes behind count.",
)
def with_its_own_size(shape):
    return tuple(math.prod(_full(shape[at:])) for at in range(len(shape)))


@mistake(
    contiguous_strides,
    "The steps are right, but in the wrong order: 1 stands in front. The last index has the step 1; whoever begins at "
    "the end has to turn the result around.",
)
def the_wrong_way_round(shape):
    return _right(shape)[::-1]


@mistake(
    contiguous_strides,
    "A step counts the size right behind it and forgets the sizes after that. It takes three dimensions to see it: to "
    "the next picture it is rows times columns far.",
)
def only_the_next_size(shape):
    return tuple([max(size, 1) for size in shape[1:]] + [1] * bool(shape))


@mistake(
    contiguous_strides,
    "The sizes behind are added up. They multiply: in each of the rows there are all the columns.",
)
def sums(shape):
    return tuple(sum(shape[at + 1 :]) or 1 for at in range(len(shape)))


@mistake(
    contiguous_strides,
    "The steps are four times too large, as if they were counted in bytes. NumPy does that; torch counts in numbers.",
)
def in_bytes(shape):
    return tuple(4 * step for step in _right(shape))


@mistake(
    contiguous_strides,
    "A size of zero makes steps of zero. Nothing is ever walked there, but torch counts such a size as 1, and that is "
    "what is promised.",
    keeps=0.9,
)
def zero_makes_zero(shape):
    return tuple(math.prod(shape[at + 1 :]) for at in range(len(shape)))


@mistake(
    contiguous_strides,
    "A size of one gets a step of zero. Such a step is never walked, but here it is the product of the sizes behind "
    "it, as everywhere.",
    keeps=0.9,
)
def one_has_no_step(shape):
    return tuple(0 if size == 1 else step for size, step in zip(shape, _right(shape), strict=True))


@mistake(
    contiguous_strides,
    "A single number, shape (), gets a step. It has no dimension, so there is nothing to step along: ().",
    keeps=0.9,
)
def a_step_too_many(shape):
    return _right(shape) or (1,)


@mistake(contiguous_strides, "A list comes back, where a tuple is promised: tuple(strides).", keeps=0.9)
def as_a_list(shape):
    return list(_right(shape))


@alternative(contiguous_strides)
def by_products(shape):
    return tuple(math.prod(max(size, 1) for size in shape[at + 1 :]) for at in range(len(shape)))


@alternative(contiguous_strides)
def from_the_end(shape):
    steps = [1]
    for size in list(shape)[:0:-1]:
        steps.insert(0, steps[0] * max(size, 1))
    return tuple(steps[: len(shape)])


promised(
    contiguous_strides,
    "The steps of a tensor of this shape whose numbers lie in memory in their order, without gaps.",
    by=["a table", "three dimensions", "four dimensions"],
)
promised(
    contiguous_strides,
    "shape: any number of sizes, as a tuple, a list or a `torch.Size`.",
    by=["a torch.Size and a list", "a vector, and a single number"],
)
promised(
    contiguous_strides,
    "A tuple of whole numbers, one for each dimension: how many numbers further on in memory the next one lies.",
    by=["a torch.Size and a list", "large sizes"],
)
promised(contiguous_strides, "A size of 0 counts as 1, as in torch.", by=["sizes of zero"])

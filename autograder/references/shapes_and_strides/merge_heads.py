"""`merge_heads`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def merge_heads(x):
    return torch.cat([x.select(-3, head) for head in range(x.shape[-3])], dim=-1)


def _shape(x):
    *front, heads, time, d = x.shape
    return *front, time, heads * d


@mistake(
    merge_heads,
    "The shape is right, and the numbers are scrambled: a row of the result holds several rows of one head. `reshape` "
    "and `view` read the line in the order (heads, time, d). Time and heads have to change places first.",
)
def repaired(x):
    return x.reshape(_shape(x))


@mistake(
    merge_heads,
    "`view` refuses: after the exchange of time and heads the numbers of a row do not lie side by side in memory. They "
    "have to be copied: `reshape`, or `contiguous()` before `view`.",
)
def by_view(x):
    return x.transpose(-3, -2).view(_shape(x))


@mistake(
    merge_heads,
    "The numbers of the heads alternate in a row, the first of every head, then the second. Each head's d numbers "
    "should stay together.",
)
def like_a_zip(x):
    return x.movedim(-3, -1).reshape(_shape(x))


@mistake(
    merge_heads,
    "The last two dimensions change places, time and d, and then the line is read. It should be heads and time.",
)
def wrong_pair(x):
    return x.transpose(-1, -2).reshape(_shape(x))


@mistake(
    merge_heads,
    "The numbers are scrambled: a row of the result walks through time, as when heads and d change places. It should "
    "be heads and time, dimensions -3 and -2.",
)
def first_and_last(x):
    return x.transpose(-3, -1).reshape(_shape(x))


@mistake(
    merge_heads,
    "The heads stand one below the other, (…, heads · time, d). They belong side by side, in one row for each time.",
)
def one_below_the_other(x):
    *front, heads, time, d = x.shape
    return x.reshape(*front, heads * time, d)


@mistake(
    merge_heads,
    "Exactly one dimension is expected in front of the heads: without a batch, or with two, it raises, or the wrong "
    "two change places. Count from the end: `*front, heads, time, d = x.shape` and `transpose(-3, -2)`.",
    keeps=0.8,
)
def unpacks_four(x):
    batch, heads, time, d = x.shape
    return x.transpose(1, 2).reshape(batch, time, heads * d)


@mistake(
    merge_heads,
    "Exactly one dimension is expected in front of the heads: without a batch, or with two, it raises, or the wrong "
    "two change places. Count from the end: `*front, heads, time, d = x.shape` and `transpose(-3, -2)`.",
    keeps=0.8,
)
def counts_from_the_front(x):
    return x.transpose(1, 2).reshape(_shape(x))


@mistake(
    merge_heads,
    "Two faults in one line: the numbers are read in the order (heads, time, d), which scrambles them, and exactly one "
    "dimension is expected in front. Let time and heads change places, counted from the end, before you read the line.",
)
def as_handed_over(x):
    items, count, steps, each = x.shape
    return torch.reshape(x, (items, steps, count * each))


@mistake(
    merge_heads,
    "Where x holds no numbers, -1 could be any size, and torch refuses to guess. Say the size: `heads * d`, or "
    "`flatten(-2)`, which knows it.",
    keeps=0.95,
)
def leaves_it_to_torch(x):
    turned = x.transpose(-3, -2)
    return turned.reshape(*turned.shape[:-2], -1)


@alternative(merge_heads)
def by_flatten(x):
    return x.transpose(-3, -2).flatten(-2)


@alternative(merge_heads)
def by_contiguous(x):
    return x.movedim(-3, -2).contiguous().view(_shape(x))


promised(
    merge_heads,
    "Lays the heads side by side again, one row for each time: the inverse of splitting.",
    by=["a batch", "what splitting gave"],
)
promised(
    merge_heads,
    "x: shape (…, heads, time, d), with any dimensions in front, or none; it is left as it was.",
    by=["no batch", "two dimensions in front", "the input is left alone"],
)
promised(
    merge_heads,
    "Shape (…, time, heads · d): the first d numbers of a row are head 0's, the next d head 1's, and so on.",
    by=["a batch", "one head, one step, one number", "no time"],
)

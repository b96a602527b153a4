"""`split_heads`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def split_heads(x, heads):
    return x.unflatten(-1, (heads, x.shape[-1] // heads)).movedim(-2, -3)


def _parts(x, heads):
    *front, time, width = x.shape
    return front, time, width // heads


@mistake(
    split_heads,
    "The shape is right, and the numbers are not: a head gets whole rows, and the first head those of the earliest "
    "time. `view` or `reshape` to the final shape only reads the line anew. Split the last dimension first, and then "
    "let time and heads change places.",
)
def straight_to_the_shape(x, heads):
    front, time, d = _parts(x, heads)
    return x.reshape(*front, heads, time, d)


@mistake(
    split_heads,
    "The numbers of a row are dealt out like cards, one to each head in turn. Head 0 gets the first d numbers of every "
    "row: the last dimension splits into (heads, d), not (d, heads).",
)
def dealt_like_cards(x, heads):
    front, time, d = _parts(x, heads)
    return x.reshape(*front, time, d, heads).movedim(-1, -3)


@mistake(
    split_heads,
    "Time stands before the heads: (…, time, heads, d). The row is split, but the two have not changed places.",
)
def without_the_exchange(x, heads):
    front, time, d = _parts(x, heads)
    return x.reshape(*front, time, heads, d)


@mistake(
    split_heads,
    "The last two dimensions have changed places, heads and d; it should be time and heads.",
)
def wrong_pair(x, heads):
    front, time, d = _parts(x, heads)
    return x.reshape(*front, time, heads, d).transpose(-1, -2)


@mistake(
    split_heads,
    "Exactly one dimension is expected in front of time: without a batch, or with two, something else changes places "
    "or raises. Count from the end: `transpose(-3, -2)`, and `*x.shape[:-1]`.",
    keeps=0.8,
)
def counts_from_the_front(x, heads):
    front, time, d = _parts(x, heads)
    return x.reshape(*front, time, heads, d).transpose(1, 2)


@mistake(
    split_heads,
    "A batch is taken for granted, and no more than that: `batch, time, width = x.shape` cannot unpack other shapes. "
    "`*front, time, width = x.shape` can.",
    keeps=0.8,
)
def unpacks_three(x, heads):
    batch, time, width = x.shape
    return x.view(batch, time, heads, width // heads).transpose(1, 2)


@mistake(
    split_heads,
    "Two faults: a head gets whole rows, as when the line is only read anew in the final shape, and exactly one "
    "dimension is expected in front of time. Split the last dimension, let time and heads change places, and count "
    "from the end.",
)
def straight_with_a_batch(x, heads):
    batch, time, width = x.shape
    return x.reshape(batch, heads, time, width // heads)


@mistake(
    split_heads,
    "The result is a copy: writing to it does not reach x. Splitting one dimension and exchanging two never needs "
    "one. `contiguous`, `stack` and `reshape` in a place where a view cannot be are what copies.",
    keeps=0.75,
)
def copies(x, heads):
    return torch.stack(x.chunk(heads, dim=-1), dim=-3)


@mistake(
    split_heads,
    "Where x holds no numbers, -1 could be any size, and torch refuses to guess. Say the size: `x.shape[-1] // heads`.",
    keeps=0.95,
)
def leaves_it_to_torch(x, heads):
    return x.view(*x.shape[:-1], heads, -1).transpose(-3, -2)


@mistake(
    split_heads,
    "A tensor whose numbers do not lie in their order is copied first, as by `contiguous()`: writing to the result "
    "does not reach x. Splitting one dimension works on any tensor as it is.",
    keeps=0.85,
)
def makes_contiguous(x, heads):
    front, time, d = _parts(x, heads)
    return x.contiguous().view(*front, time, heads, d).transpose(-3, -2)


@alternative(split_heads)
def by_view(x, heads):
    front, time, d = _parts(x, heads)
    return x.view(*front, time, heads, d).transpose(-3, -2)


@alternative(split_heads)
def by_strides(x, heads):
    front, time, d = _parts(x, heads)
    *outer, along_time, one = x.stride()
    return x.as_strided((*front, heads, time, d), (*outer, d * one, along_time, one))


promised(
    split_heads,
    "Splits each row into heads: head 0 gets the first d of every row, head 1 the next d, and so on.",
    by=["a batch", "no batch"],
)
promised(
    split_heads,
    "x: shape (…, time, heads · d), with any dimensions in front, or none.",
    by=["no batch", "two dimensions in front", "no time", "a batch of none"],
)
promised(split_heads, "heads: how many; it divides the last size.", by=["one head", "heads of one number"])
promised(
    split_heads,
    "Shape (…, heads, time, d), a view: nothing is copied, however x lies in memory.",
    by=["a view", "transposed", "every second number", "a window of a larger one"],
)

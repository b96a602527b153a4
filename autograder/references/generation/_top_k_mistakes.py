"""More mistakes of `top_k`: thresholds from the wrong place, and masks with the wrong sign."""

import torch

from autograder.references import mistake
from autograder.references.generation._top_k import must_be_one_or_more, threshold, top_k


@mistake(
    top_k, "Only the best of each row is left, whatever k is: the scores are compared with the largest, not the k-th."
)
def compares_with_the_best(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.amax(dim=-1, keepdim=True), -torch.inf)


@mistake(top_k, "What is taken out gets +∞: it will win for certain. It takes −∞.")
def fills_with_plus_infinity(scores, k):
    return scores.masked_fill(scores < threshold(scores, k), torch.inf)


@mistake(
    top_k,
    "The scores above the k-th are taken out, and those below it are left: the comparison is the wrong way round.",
)
def removes_what_is_above(scores, k):
    return scores.masked_fill(scores > threshold(scores, k), -torch.inf)


@mistake(
    top_k,
    "A k of 0 gives an error of torch's own, or something else than a ValueError. Ask for `k < 1` first.",
    keeps=0.95,
)
def zero_raises_something_else(scores, k):
    if k < 0:
        raise ValueError("below zero")
    return scores.masked_fill(scores < scores.topk(min(k, scores.shape[-1]), dim=-1).values[..., -1:], -torch.inf)


@mistake(
    top_k,
    "The k-th of another dimension is looked for: in a batch there may not even be k rows. Each row is filtered by "
    "itself, along the last dimension.",
)
def topk_along_the_first(scores, k):
    must_be_one_or_more(k)
    best = scores.topk(min(k, scores.shape[-1]), dim=0).values
    return scores.masked_fill(scores < best[..., -1:], -torch.inf)


@mistake(
    top_k,
    "All rows are compared with one number, the smallest of all that are among the k best anywhere: rows at another "
    "height keep too many, or nothing. Each row has a k-th of its own.",
)
def the_least_of_all(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(min(k, scores.shape[-1]), dim=-1).values.min(), -torch.inf)


@mistake(
    top_k,
    "The scores are compared with the k-th smallest: too many are left. Count from the largest.",
)
def counts_from_the_smallest(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.sort(dim=-1).values[..., :k][..., -1:], -torch.inf)


@mistake(
    top_k,
    "Equal scores above the k-th are counted once, so that too many are left: of 4, 4, 2 and k = 2 the 2 stays as "
    "well. Each token counts for itself.",
    keeps=0.95,
)
def kth_of_different_ones(scores, k):
    must_be_one_or_more(k)
    least = torch.stack([row.unique().flip(0)[:k][-1] for row in scores.reshape(-1, scores.shape[-1])]).reshape(
        *scores.shape[:-1], 1
    )
    return scores.masked_fill(scores < least, -torch.inf)


@mistake(
    top_k,
    "Nothing is taken out, unless k is larger than the vocabulary, and then there is an error: perhaps the larger one "
    "of the two is asked for, as by `max`. It is the smaller one.",
)
def asks_for_the_larger(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(max(k, scores.shape[-1]), dim=-1).values[..., -1:], -torch.inf)


@mistake(
    top_k,
    "The scores are compared with a place in the vocabulary, as from `topk(…).indices`, and not with the k-th score. "
    "That one stands in `values`.",
)
def compares_with_a_place(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(min(k, scores.shape[-1]), dim=-1).indices[..., -1:], -torch.inf)


@mistake(
    top_k,
    "In a batch, too few or too many are left where there are fewer rows than k: k is limited by the number of rows. "
    "What it cannot exceed is the size of the vocabulary, `scores.shape[-1]`.",
)
def limited_by_the_rows(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(min(k, scores.shape[0]), dim=-1).values[..., -1:], -torch.inf)


@mistake(
    top_k,
    "One token too few is left, and for k = 1 there is an error: the k-th score from the top is wanted, and `topk(k)` "
    "ends with it.",
)
def one_less(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(min(k - 1, scores.shape[-1]), dim=-1).values[..., -1:], -torch.inf)


@mistake(
    top_k,
    "In a batch, other rows have a say in what is left of a row: the scores are compared along another dimension than "
    "the last, or with the k-th of another row.",
)
def the_last_rows_best(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(min(k, scores.shape[-1]), dim=-1).values[-1:], -torch.inf)


@mistake(top_k, "Only the k-th score itself is left, and what is larger goes as well. It is what is smaller that goes.")
def leaves_the_kth_alone(scores, k):
    return scores.masked_fill(scores != threshold(scores, k), -torch.inf)


@mistake(
    top_k,
    "The scores are compared with all of the k best at once: the shapes do not fit, unless k is 1 or the whole "
    "vocabulary. The last of them is enough, `[..., -1:]`.",
)
def compares_with_all_k(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(min(k, scores.shape[-1]), dim=-1).values, -torch.inf)

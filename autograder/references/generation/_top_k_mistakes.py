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

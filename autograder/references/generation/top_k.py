"""`top_k`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.generation import _top_k_mistakes  # noqa: F401  (they register themselves)
from autograder.references.generation._top_k import must_be_one_or_more, threshold, top_k


@mistake(top_k, "The smallest scores are kept instead of the largest.")
def keeps_the_smallest(scores, k):
    must_be_one_or_more(k)
    most = scores.topk(min(k, scores.shape[-1]), dim=-1, largest=False).values[..., -1:]
    return scores.masked_fill(scores > most, -torch.inf)


@mistake(top_k, "The k best are taken out, and the others are left: the mask is the wrong way round.")
def removes_the_best(scores, k):
    return scores.masked_fill(scores >= threshold(scores, k), -torch.inf)


@mistake(
    top_k,
    "One token too few is left: the k-th itself is taken out, as by `<=`. What is below the k-th goes, not the k-th.",
)
def removes_the_last(scores, k):
    return scores.masked_fill(scores <= threshold(scores, k), -torch.inf)


@mistake(top_k, "One token too many is left: k + 1 instead of k.")
def keeps_one_more(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < threshold(scores, k + 1), -torch.inf)


@mistake(
    top_k,
    "Of equal scores only some are left: exactly k tokens, as with the indices of `topk`. Who is as large as the k-th "
    "should stay as well; otherwise chance decides among equals before anybody has drawn.",
    keeps=0.85,
)
def exactly_k(scores, k):
    must_be_one_or_more(k)
    places = scores.topk(min(k, scores.shape[-1]), dim=-1).indices
    return torch.full_like(scores, -torch.inf).scatter(-1, places, scores.gather(-1, places))


@mistake(
    top_k,
    "The k largest of the whole batch are kept, so that some rows are left with nothing. Each row has k of its own.",
)
def over_the_batch(scores, k):
    must_be_one_or_more(k)
    least = scores.flatten().topk(min(k, scores.numel())).values[-1]
    return scores.masked_fill(scores < least, -torch.inf)


@mistake(
    top_k,
    "In a batch, other rows have a say in what is left of a row: the scores are compared along another dimension than "
    "the last, or with the k-th of another row.",
)
def along_the_rows(scores, k):
    must_be_one_or_more(k)
    least = scores.topk(min(k, scores.shape[0]), dim=0).values[-1:]
    return scores.masked_fill(scores < least, -torch.inf)


@mistake(
    top_k,
    "In a batch, other rows have a say in what is left of a row: the scores are compared along another dimension than "
    "the last, or with the k-th of another row.",
)
def first_rows_threshold(scores, k):
    return scores.masked_fill(scores < threshold(scores, k).reshape(-1)[0], -torch.inf)


@mistake(
    top_k,
    "What is taken out gets the score 0. After the softmax that is not 0: where the others are negative, it is the "
    "best of all. It takes −∞.",
)
def fills_with_zero(scores, k):
    return scores.masked_fill(scores < threshold(scores, k), 0.0)


@mistake(
    top_k,
    "What is taken out gets a large negative number. Promised is −∞: a probability of exactly 0, whatever the other "
    "scores and the temperature are.",
    keeps=0.6,
)
def fills_with_a_large_number(scores, k):
    return scores.masked_fill(scores < threshold(scores, k), -1e9)


@mistake(
    top_k,
    "What is taken out gets a large negative number. Promised is −∞: a probability of exactly 0, whatever the other "
    "scores and the temperature are.",
    keeps=0.6,
)
def fills_with_the_least(scores, k):
    return scores.masked_fill(scores < threshold(scores, k), torch.finfo(scores.dtype).min)


@mistake(
    top_k,
    "Only the k best scores come back, and nobody can tell any more whose they are. The row keeps its length.",
)
def only_the_values(scores, k):
    must_be_one_or_more(k)
    return scores.topk(min(k, scores.shape[-1]), dim=-1).values


@mistake(top_k, "Probabilities come back. Asked for are scores, with −∞ for what is out.")
def returns_probabilities(scores, k):
    return scores.masked_fill(scores < threshold(scores, k), -torch.inf).softmax(dim=-1)


@mistake(
    top_k,
    "With a k above the size of the vocabulary `topk` raises. Everybody stays then: ask for "
    "`min(k, scores.shape[-1])`.",
    keeps=0.9,
)
def large_k_raises(scores, k):
    must_be_one_or_more(k)
    return scores.masked_fill(scores < scores.topk(k, dim=-1).values[..., -1:], -torch.inf)


@mistake(
    top_k,
    "The k-th score is compared without a dimension for the vocabulary. With one row that is right; in a batch the "
    "shapes do not fit. Keep it: `values[..., -1:]`.",
)
def loses_the_dimension(scores, k):
    return scores.masked_fill(scores < threshold(scores, k)[..., 0], -torch.inf)


@mistake(
    top_k,
    "A k of 0 or below is not refused with a ValueError. It would leave nothing to draw from.",
    keeps=0.9,
)
def refuses_nothing(scores, k):
    return scores.masked_fill(scores < threshold(scores, max(k, 1)), -torch.inf)


@mistake(
    top_k,
    "A k of 0 or below is not refused with a ValueError. It would leave nothing to draw from.",
    keeps=0.9,
)
def zero_for_all(scores, k):
    return scores.clone() if k < 1 else scores.masked_fill(scores < threshold(scores, k), -torch.inf)


@mistake(
    top_k,
    "The caller's scores are changed, as by `masked_fill_` or `scores[…] = −∞`. Return a new tensor.",
    keeps=0.9,
)
def in_place(scores, k):
    return scores.masked_fill_(scores < threshold(scores, k), -torch.inf)


@mistake(
    top_k,
    "Where nobody goes, the caller's own tensor comes back. A new one is promised in every case.",
    keeps=0.95,
)
def hands_back(scores, k):
    must_be_one_or_more(k)
    return scores if k >= scores.shape[-1] else scores.masked_fill(scores < threshold(scores, k), -torch.inf)


@alternative(top_k)
def by_sorting(scores, k):
    must_be_one_or_more(k)
    least = scores.sort(dim=-1, descending=True).values[..., : max(1, k)][..., -1:]
    return torch.where(scores < least, torch.full_like(scores, -torch.inf), scores)


@alternative(top_k)
def by_counting(scores, k):
    if k <= 0:
        raise ValueError("nothing would be left")
    better = (scores[..., None, :] > scores[..., :, None]).sum(dim=-1)
    return scores.masked_fill(better >= k, float("-inf"))


promised(
    top_k,
    "Keeps the k largest scores of each row, and sets the others to −∞.",
    by=["one row", "a batch, its rows at different heights"],
)
promised(top_k, "scores: shape (..., vocabulary), floating point.", by=["two dimensions before the vocabulary"])
promised(
    top_k,
    "k: 1 or more; where it is larger than the vocabulary, all are kept.",
    by=["only the best", "k is larger than the vocabulary"],
)
promised(
    top_k,
    "A score that equals the k-th is kept as well, so that there may be more than k.",
    by=["ties with the k-th", "ties above the k-th", "all are equal"],
)
promised(
    top_k,
    "A new tensor of the same shape and dtype.",
    by=["the scores afterwards", "whose memory it is", "float64 and bfloat16"],
)
promised(top_k, "ValueError: k is 0 or less.", by=["zero, and below it"])

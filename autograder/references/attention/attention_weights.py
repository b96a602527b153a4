"""`attention_weights`: what is right, and what goes wrong."""

import math

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised
from autograder.references.attention._shared import hide, masked_softmax, scaled_scores
from autograder.references.attention._softmax import WRONG


def attention_weights(query, key, mask=None):
    """The library's attention over values that are the unit vectors shows the weights."""
    units = torch.eye(key.shape[-2], dtype=torch.float64, device=key.device).expand(*key.shape[:-2], -1, -1)
    return F.scaled_dot_product_attention(query.double(), key.double(), units, attn_mask=mask).to(query.dtype)


@mistake(
    attention_weights,
    "The scores are not divided by √d_k: the longer the vectors, the closer the weights come to 0 and 1.",
)
def weights_unscaled(query, key, mask=None):
    return masked_softmax(query @ key.mT, mask)


@mistake(attention_weights, "The scores are divided by d_k, not by √d_k: the weights come out too even.")
def weights_by_d(query, key, mask=None):
    return masked_softmax(query @ key.mT / query.shape[-1], mask)


@mistake(attention_weights, "The scores are multiplied by √d_k; they are to be divided by it.")
def weights_multiplied(query, key, mask=None):
    return masked_softmax(query @ key.mT * query.shape[-1] ** 0.5, mask)


@mistake(
    attention_weights,
    "The scores are divided by the root of the number of keys. d_k is the length of one vector, query.shape[-1].",
)
def weights_by_keys(query, key, mask=None):
    return masked_softmax(query @ key.mT / key.shape[-2] ** 0.5, mask)


@mistake(
    attention_weights,
    "The scores are divided by the root of the number of queries. d_k is the length of one vector, query.shape[-1].",
)
def weights_by_queries(query, key, mask=None):
    return masked_softmax(query @ key.mT / query.shape[-2] ** 0.5, mask)


@mistake(
    attention_weights,
    "The scores are divided by the root of the first dimension, the batch. d_k is the last one, query.shape[-1].",
)
def weights_by_batch(query, key, mask=None):
    return masked_softmax(query @ key.mT / len(query) ** 0.5, mask)


@mistake(attention_weights, "√d_k is rounded down to a whole number, by int(), for instance. It seldom is one.")
def weights_by_a_rounded_root(query, key, mask=None):
    return masked_softmax(query @ key.mT / int(math.sqrt(query.shape[-1])), mask)


@mistake(
    attention_weights,
    "The weights are divided by √d_k, not the scores: a row no longer sums to one. Scale first, then the softmax.",
)
def weights_scaled_late(query, key, mask=None):
    return masked_softmax(query @ key.mT, mask) / query.shape[-1] ** 0.5


@mistake(
    attention_weights,
    "The softmax runs over the queries. Each query shares out its own attention: sum over the keys, the last "
    "dimension.",
)
def weights_over_queries(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=-2))


@mistake(
    attention_weights,
    "The softmax runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1.",
)
def weights_over_dimension_one(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=1))


@mistake(
    attention_weights,
    "The softmax runs over the first dimension: with a batch these are the sentences. The keys are the last, dim=-1.",
)
def weights_over_dimension_zero(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=0))


COUNTED = (
    "A batch is taken for granted: bmm, transpose(1, 2) and dim=2 fit three dimensions only. Count from the end: @, "
    "key.mT, dim=-1."
)


@mistake(attention_weights, COUNTED)
def weights_over_dimension_two(query, key, mask=None):
    return torch.nan_to_num(masked_softmax(scaled_scores(query, key), mask, dim=2))


@mistake(attention_weights, COUNTED)
def weights_counted_from_the_front(query, key, mask=None):
    return masked_softmax(query @ key.transpose(1, 2) / query.shape[-1] ** 0.5, mask)


@mistake(attention_weights, COUNTED)
def weights_by_bmm(query, key, mask=None):
    return masked_softmax(torch.bmm(query, key.mT) / query.shape[-1] ** 0.5, mask)


@mistake(attention_weights, "The softmax runs over all queries and keys together. Each query's row sums to one.")
def weights_over_everything(query, key, mask=None):
    scores = hide(scaled_scores(query, key), mask)
    return scores.flatten(-2).softmax(-1).view_as(scores)


@mistake(attention_weights, "These are scores, not weights: the softmax is missing.", keeps=0.1)
def weights_without_softmax(query, key, mask=None):
    scores = scaled_scores(query, key)
    return scores if mask is None else scores.masked_fill(~mask, -torch.inf)


def weights_raw(query, key, mask=None):
    """Not among the mistakes: values are added up by it in `attention`."""
    return hide(scaled_scores(query, key), mask, by=0.0)


@mistake(
    attention_weights,
    "These are logarithms of weights (log_softmax). softmax gives the weights themselves.",
    keeps=0.1,
)
def weights_as_logarithms(query, key, mask=None):
    return hide(scaled_scores(query, key), mask).log_softmax(-1)


@mistake(attention_weights, "The softmax is taken twice: the second one levels the weights out.", keeps=0.1)
def weights_softmax_twice(query, key, mask=None):
    return masked_softmax(scaled_scores(query, key), mask).softmax(-1)


@mistake(
    attention_weights,
    "Queries and keys are normalized to length 1 (cosines). Scores are plain dot products, divided by √d_k.",
)
def weights_of_cosines(query, key, mask=None):
    return masked_softmax(F.normalize(query, dim=-1) @ F.normalize(key, dim=-1).mT, mask)


GUESSED = (
    "softmax is not told its dimension, and guesses by the number of dimensions: dim 0 of three, dim 1 of two or four. "
    "The keys are the last one, dim=-1."
)


@mistake(attention_weights, GUESSED)
def weights_over_a_guess(query, key, mask=None):
    scores = hide(scaled_scores(query, key), mask)
    return scores.softmax(1 if scores.dim() in (2, 4) else 0)


@mistake(
    attention_weights, "Two things come back, the weights and something else. Only the weights are wanted.", keeps=0.1
)
def weights_and_more(query, key, mask=None):
    weights = masked_softmax(scaled_scores(query, key), mask)
    return weights, weights


@mistake(
    attention_weights,
    "sigmoid looks at each score alone. With softmax the keys share: each row sums to one.",
    keeps=0.1,
)
def weights_by_sigmoid(query, key, mask=None):
    return hide(scaled_scores(query, key), mask).sigmoid()


def with_softmax(softmax):
    """Weights by a softmax of scaled scores and mask."""
    answer = lambda query, key, mask=None: softmax(scaled_scores(query, key), mask)  # noqa: E731
    answer.__name__ = f"weights_{softmax.__name__}"
    return answer


for softmax, sentence, keeps in WRONG:
    mistake(attention_weights, sentence, keeps)(with_softmax(softmax))


IN_PLACE = "The query itself is scaled in place (/= or div_): the caller's tensor is changed."


@mistake(attention_weights, IN_PLACE, keeps=0.9)
def weights_scaling_the_caller(query, key, mask=None):
    with torch.no_grad():
        query /= query.shape[-1] ** 0.5
    return masked_softmax(query @ key.mT, mask)


@mistake(
    attention_weights,
    "float64 loses half of its digits: something on the way is float32, whatever comes in. Compute in the "
    "dtype of the inputs, or in a wider one.",
    keeps=0.95,
)
def weights_by_float32(query, key, mask=None):
    return masked_softmax(scaled_scores(query.float(), key.float()), mask).to(query.dtype)


@alternative(attention_weights)
def weights_by_einsum(query, key, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", query, key) * query.shape[-1] ** -0.5
    return masked_softmax(scores, mask)


@alternative(attention_weights)
def weights_by_hand(query, key, mask=None):
    scores = query / query.shape[-1] ** 0.5 @ key.mT
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    weights = powers / powers.sum(-1, keepdim=True)
    if mask is None:
        return weights
    scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    return torch.where(mask, torch.softmax(scores, dim=-1), 0)


@alternative(attention_weights)
def weights_by_nan_to_num(query, key, mask=None):
    return hide(scaled_scores(query, key), mask).softmax(-1).nan_to_num(0.0)


MASKED = ["masked", "masks that broadcast"]
promised(
    attention_weights,
    "How much each query looks at each key: softmax of query · key / √d_k over the keys.",
    by=["one query, no batch", "a batch"],
)
promised(
    attention_weights,
    "query: shape (..., query, d_k), floating point.",
    by=["no batch", "two leading dimensions", "float64", "bfloat16", "float16"],
)
promised(
    attention_weights,
    "key: shape (..., key, d_k), dtype and device of `query`.",
    by=["no batch", "two leading dimensions"],
)
promised(
    attention_weights,
    "mask: boolean, broadcasts to (..., query, key); True where a query may look at a key.",
    by=[*MASKED, "a mask of shape (query, 1)"],
)
promised(attention_weights, "None hides nothing.", by=["a batch"])
promised(
    attention_weights, "Weights of shape (..., query, key), dtype and device of `query`.", by=["a batch", "bfloat16"]
)
promised(attention_weights, "Each row sums to 1.", by=["a batch", *MASKED, "a hidden key that would win"])
promised(
    attention_weights,
    "A hidden key has exactly 0, however large its score.",
    by=[*MASKED, "a hidden key that would win", "visible scores millions below the hidden"],
)
promised(
    attention_weights,
    "The row of a query that may look at nothing is 0 throughout, and gradients stay finite.",
    by=["a query that may look at nothing", "a mask of shape (query, 1)"],
)

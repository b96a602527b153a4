"""`attention`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.attention import _attention_numbers_mistakes, _attention_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention import _weights as weights
from autograder.references.attention._attention import attention
from autograder.references.attention._shared import hide, masked_softmax, scaled_scores
from autograder.references.attention._softmax import WRONG


def _by(sentence, *wrong, keeps=0.5):
    """Attention by wrong weights."""
    for answer in wrong:
        mixed = lambda query, key, value, mask=None, answer=answer: answer(query, key, mask) @ value  # noqa: E731
        mixed.__name__ = answer.__name__.replace("weights", "attention")
        mistake(attention, sentence, keeps)(mixed)


_by("The scores are divided by d_k, not by √d_k.", weights.weights_by_d)
_by("The scores are not divided by √d_k.", weights.weights_unscaled)
_by("The scores are multiplied by √d_k; they are to be divided by it.", weights.weights_multiplied)
_by(
    "The scores are divided by the root of the number of keys. d_k is the length of one query vector, query.shape[-1].",
    weights.weights_by_keys,
)
_by(
    "The scores are divided by the root of the number of queries. d_k is the length of one query vector, "
    "query.shape[-1].",
    weights.weights_by_queries,
)
_by(
    "The scores are divided by the root of the first dimension, the batch. d_k is the last one, query.shape[-1].",
    weights.weights_by_batch,
)
_by(
    "The weights, or the result, are divided by √d_k, not the scores. Scale first, then the softmax.",
    weights.weights_scaled_late,
)
_by(
    "The softmax runs over the queries, so what one query sees depends on the others. It belongs over the keys, "
    "the last dimension.",
    weights.weights_over_queries,
)
_by(
    "The softmax runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1.",
    weights.weights_over_dimension_one,
)
_by(
    "The softmax runs over the first dimension: with a batch these are the sentences. The keys are the last, dim=-1.",
    weights.weights_over_dimension_zero,
)
_by(
    weights.COUNTED,
    weights.weights_over_dimension_two,
    weights.weights_counted_from_the_front,
    weights.weights_by_bmm,
)
_by(
    "The softmax runs over all queries and keys together. Each query's row sums to one.",
    weights.weights_over_everything,
)
_by("The softmax is missing: the values are added up by their raw scores.", weights.weights_raw, keeps=0.1)
_by(
    "sigmoid looks at each score alone. With softmax the keys share: each row sums to one.",
    weights.weights_by_sigmoid,
    keeps=0.1,
)
_by(
    "The values are added up by the logarithms of their weights, as with log_softmax. softmax gives the weights.",
    weights.weights_as_logarithms,
    keeps=0.1,
)
_by("The softmax is taken twice: the second one levels the weights out.", weights.weights_softmax_twice, keeps=0.1)
_by(
    "Queries and keys are normalized to length 1 (cosines). Scores are plain dot products, divided by √d_k.",
    weights.weights_of_cosines,
)
_by(weights.GUESSED, weights.weights_over_a_guess)
for softmax, sentence, keeps in WRONG:
    _by(sentence, weights.with_softmax(softmax), keeps=keeps)
_by(weights.IN_PLACE, weights.weights_scaling_the_caller, keeps=0.9)


@mistake(
    attention,
    "The scores are divided by the root of the width of the values. d_k is the length of one query vector, "
    "query.shape[-1].",
)
def scaled_by_the_values(query, key, value, mask=None):
    return masked_softmax(query @ key.mT / value.shape[-1] ** 0.5, mask) @ value


@mistake(attention, "What comes back are the weights. They still have to mix the values: weights @ value.", keeps=0.1)
def stops_at_the_weights(query, key, value, mask=None):
    return masked_softmax(scaled_scores(query, key), mask)


@mistake(
    attention,
    "Hidden keys are looked at all the same: only the result of a query that may look at nothing is emptied. "
    "The mask belongs to the scores, before the softmax.",
)
def masks_the_result(query, key, value, mask=None):
    mixed = scaled_scores(query, key).softmax(-1) @ value
    return mixed if mask is None else mixed * mask.any(-1, keepdim=True)


@mistake(
    attention,
    "What comes back is mixed from the keys, weights @ key. Keys say who is found; the values are what is handed over.",
)
def mixes_the_keys(query, key, value, mask=None):
    return masked_softmax(scaled_scores(query, key), mask) @ key


@mistake(
    attention,
    "The scores compare queries with the values. It is the keys that a query is compared with; values may have another "
    "width.",
)
def compares_with_the_values(query, key, value, mask=None):
    return masked_softmax(scaled_scores(query, value), mask) @ value


@mistake(
    attention,
    "Queries and keys have changed places in the product: each key looks at the queries. It is query @ key.mT, one row "
    "for each query.",
)
def keys_ask(query, key, value, mask=None):
    return masked_softmax(scaled_scores(key, query), mask) @ value


@mistake(
    attention,
    "With a mask, nothing is heard of what may be looked at: before the softmax and after it opposite keys are hidden. "
    "masked_fill fills where it reads True, and that should be `~mask` both times.",
)
def empties_the_visible(query, key, value, mask=None):
    shares = masked_softmax(scaled_scores(query, key), mask)
    return (shares if mask is None else shares.masked_fill(mask, 0.0)) @ value


@mistake(attention, "Two things come back, result and weights. Here only the result is wanted.", keeps=0.1)
def attention_and_weights(query, key, value, mask=None):
    shares = masked_softmax(scaled_scores(query, key), mask)
    return shares @ value, shares


@mistake(
    attention,
    "float64 loses half of its digits: something on the way is float32, whatever comes in. Compute in the "
    "dtype of the inputs, or in a wider one.",
    keeps=0.95,
)
def attention_by_float32(query, key, value, mask=None):
    return (masked_softmax(scaled_scores(query.float(), key.float()), mask) @ value.float()).to(value.dtype)


@alternative(attention)
def attention_by_einsum(query, key, value, mask=None):
    return torch.einsum("...qk,...kv->...qv", weights.weights_by_einsum(query, key, mask), value)


@alternative(attention)
def attention_by_broadcasting(query, key, value, mask=None):
    scores = (query.unsqueeze(-2) * key.unsqueeze(-3)).sum(-1) / math.sqrt(key.shape[-1])
    return (masked_softmax(scores, mask).unsqueeze(-1) * value.unsqueeze(-3)).sum(-2)


@alternative(attention)
def attention_divides_last(query, key, value, mask=None):
    scores = scaled_scores(query, key)
    if mask is not None:
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    powers = (scores - scores.amax(-1, keepdim=True)).exp()
    if mask is not None:
        powers = powers * mask
    return powers @ value / powers.sum(-1, keepdim=True).clamp(min=1)


@alternative(attention)
def attention_by_nan_to_num(query, key, value, mask=None):
    return hide(scaled_scores(query, key), mask).softmax(-1).nan_to_num(0.0) @ value


promised(attention, "Scaled dot-product attention.", by=["no batch", "a batch", "scores of several hundred"])
promised(
    attention,
    "query: shape (..., query, d_k), floating point.",
    by=["no batch", "two leading dimensions", "float64", "bfloat16", "float16"],
)
promised(attention, "key: shape (..., key, d_k).", by=["no batch", "two leading dimensions"])
promised(attention, "value: shape (..., key, d_v).", by=["no batch", "two leading dimensions"])
promised(
    attention,
    "mask: boolean, broadcasts to (..., query, key); True where a query may look at a key.",
    by=["masked", "masks that broadcast", "a mask of shape (query, 1)", "a hidden key that would win"],
)
promised(attention, "None hides nothing.", by=["a batch"])
promised(
    attention,
    "For each query the mean of the values under its weights: shape (..., query, d_v).",
    by=["a batch", "two leading dimensions"],
)
promised(
    attention,
    "A hidden key has no influence, however large its score.",
    by=["masked", "a hidden key that would win", "visible scores millions below the hidden"],
)
promised(attention, "Dtype and device are those of the inputs.", by=["float64", "bfloat16", "float16"])
promised(
    attention,
    "Zeros for a query that may look at nothing, and gradients stay finite.",
    by=["a query that may look at nothing", "a mask of shape (query, 1)"],
)

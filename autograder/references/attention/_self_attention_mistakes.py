"""Mistakes of `self_attention`."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.attention._self_attention import mixed, self_attention
from autograder.references.attention._shared import scaled_scores


@mistake(
    self_attention,
    "Queries and keys have changed their matrices, or their places: who asks is made by w_k here, and who answers by "
    "w_q.",
)
def swaps_the_matrices(x, w_q, w_k, w_v):
    return mixed(x @ w_k, x @ w_q, x @ w_v)


@mistake(
    self_attention,
    "The keys are made by the queries' matrix, w_q. Each of the three has a matrix of its own; with one for both, "
    "what a word looks for is what it offers.",
)
def one_matrix_for_both(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_q, x @ w_v)


@mistake(self_attention, "The queries are made by the keys' matrix, w_k. They have their own, w_q.")
def keys_matrix_for_queries(x, w_q, w_k, w_v):
    return mixed(x @ w_k, x @ w_k, x @ w_v)


@mistake(
    self_attention, "The values are made by the keys' matrix, w_k. They have their own, w_v, and a width of their own."
)
def keys_matrix_for_values(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_k, x @ w_k)


@mistake(
    self_attention,
    "The values are made by the queries' matrix, w_q. They have their own, w_v, and a width of their own.",
)
def queries_matrix_for_values(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_k, x @ w_q)


@mistake(self_attention, "The keys are made by the values' matrix, w_v. They have their own, w_k.")
def values_matrix_for_keys(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_v, x @ w_v)


@mistake(
    self_attention, "The values are the words x themselves, so that w_v changes nothing. A value is x @ w_v.", keeps=0.3
)
def values_as_they_come(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_k, x)


@mistake(self_attention, "The keys are the words x themselves, so that w_k changes nothing. A key is x @ w_k.")
def keys_as_they_come(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x, x @ w_v)


@mistake(self_attention, "The queries are the words x themselves, so that w_q changes nothing. A query is x @ w_q.")
def queries_as_they_come(x, w_q, w_k, w_v):
    return mixed(x, x @ w_k, x @ w_v)


@mistake(
    self_attention,
    "The words look at each other as they are: w_q and w_k change nothing. Queries are x @ w_q, keys x @ w_k.",
)
def nobody_is_projected(x, w_q, w_k, w_v):
    return mixed(x, x, x) @ w_v


TURNED = (
    "The matrices are used turned round, x @ w.T, as the weight of an nn.Linear would be. Here they have the shape "
    "(d_model, d_k) and stand as they are: x @ w_q."
)


@mistake(self_attention, TURNED)
def as_linear_layers(x, w_q, w_k, w_v):
    return mixed(x @ w_q.T, x @ w_k.T, x @ w_v.T)


@mistake(self_attention, TURNED)
def by_f_linear(x, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(F.linear(x, w_q), F.linear(x, w_k), F.linear(x, w_v))


@mistake(
    self_attention,
    "The scores are not divided by √d_k. F.scaled_dot_product_attention does that by itself; by hand it is yours to "
    "do.",
)
def never_scales(x, w_q, w_k, w_v):
    return (x @ w_q @ (x @ w_k).mT).softmax(-1) @ (x @ w_v)


@mistake(
    self_attention,
    "The scores are divided twice by √d_k, as when they are scaled by hand before F.scaled_dot_product_attention.",
)
def scales_twice(x, w_q, w_k, w_v):
    return mixed(x @ w_q / w_q.shape[1] ** 0.5, x @ w_k, x @ w_v)


@mistake(
    self_attention,
    "The scores are divided by √d_model, the width of x. A query has w_q.shape[-1] numbers, and that is d_k.",
)
def scales_by_the_model(x, w_q, w_k, w_v):
    return (x @ w_q @ (x @ w_k).mT / x.shape[-1] ** 0.5).softmax(-1) @ (x @ w_v)


@mistake(self_attention, "The scores are divided by √d_v, the width of the values. d_k is w_q.shape[-1].")
def scales_by_the_values(x, w_q, w_k, w_v):
    return (x @ w_q @ (x @ w_k).mT / w_v.shape[-1] ** 0.5).softmax(-1) @ (x @ w_v)


@mistake(
    self_attention,
    "The softmax runs over the words that ask. Each of them shares out its own attention, over the keys: dim=-1.",
)
def softmax_over_words_that_ask(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_k, x @ w_v, dim=-2)


@mistake(
    self_attention,
    "A word hears nothing of the words after it, as with is_causal=True. No mask is asked for: all look at all.",
)
def hears_the_past_only(x, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(x @ w_q, x @ w_k, x @ w_v, is_causal=True)


@mistake(self_attention, "The softmax is missing: the values are added up by their raw scores.", keeps=0.3)
def sums_by_raw_scores(x, w_q, w_k, w_v):
    return scaled_scores(x @ w_q, x @ w_k) @ (x @ w_v)


@mistake(
    self_attention,
    "What comes back are the weights. They still have to mix the values, weights @ (x @ w_v).",
    keeps=0.3,
)
def stops_before_the_values(x, w_q, w_k, w_v):
    return scaled_scores(x @ w_q, x @ w_k).softmax(-1)


@mistake(
    self_attention,
    "What comes back are the values: nobody has looked at anybody. They still have to be mixed.",
    keeps=0.3,
)
def returns_the_values(x, w_q, w_k, w_v):
    return x @ w_v + 0 * ((x @ w_q).sum() + (x @ w_k).sum())


@mistake(
    self_attention,
    "Words of other sentences are heard as well, as when the batch is laid out as one long sentence. Each sentence "
    "looks at itself.",
)
def one_long_sentence(x, w_q, w_k, w_v):
    words = x.reshape(-1, x.shape[-1])
    return mixed(words @ w_q, words @ w_k, words @ w_v).reshape(*x.shape[:-1], -1)


@mistake(
    self_attention,
    "It fails without a batch, or with one: .T, transpose(1, 2) or bmm suit one of them. Count dimensions from the "
    "end, `.mT`.",
)
def needs_a_batch(x, w_q, w_k, w_v):
    return mixed(x @ w_q, x @ w_k, torch.bmm(x, w_v.expand(len(x), -1, -1)))


@mistake(self_attention, "Two things come back, result and weights. Only the result is wanted.", keeps=0.3)
def result_and_weights(x, w_q, w_k, w_v):
    weights = scaled_scores(x @ w_q, x @ w_k).softmax(-1)
    return weights @ (x @ w_v), weights

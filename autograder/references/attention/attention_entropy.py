"""`attention_entropy`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, mistake


def attention_entropy(weights):
    return torch.special.entr(weights.double()).sum(-1).to(weights.dtype)


@mistake(
    attention_entropy,
    "Where a weight is zero, 0·log 0 comes out as NaN. Its limit is 0: torch.xlogy knows, or keep the logarithm "
    "from zero.",
)
def nan_at_zero(weights):
    return -(weights * weights.log()).sum(-1)


@mistake(attention_entropy, "The minus sign is missing: logarithms of weights are negative, an entropy is not.")
def without_the_minus(weights):
    return torch.xlogy(weights, weights).sum(-1)


@mistake(
    attention_entropy,
    "The sum runs over the queries. One entropy a query: sum over the keys, the last dimension.",
)
def sums_over_queries(weights):
    return -torch.xlogy(weights, weights).sum(-2)


@mistake(attention_entropy, "The logarithm is of base 2, the entropy in bits. Here it is asked for in nats: torch.log.")
def in_bits(weights):
    return -torch.xlogy(weights, weights).sum(-1) / math.log(2)


@mistake(attention_entropy, "The mean is taken over the keys instead of the sum: the weights already are the shares.")
def means_over_keys(weights):
    return -torch.xlogy(weights, weights).mean(-1)


@mistake(
    attention_entropy,
    "One number comes out for everything. Each query has its own entropy: sum over the last dimension only.",
)
def one_number(weights):
    return -torch.xlogy(weights, weights).sum()


@mistake(attention_entropy, "The logarithms of the weights are summed without the weights: rare keys count most.")
def without_the_weights(weights):
    return -weights.clamp(min=torch.finfo(weights.dtype).tiny).log().sum(-1)


@alternative(attention_entropy)
def entropy_clamped(weights):
    return -(weights * weights.clamp(min=torch.finfo(weights.dtype).tiny).log()).sum(-1)


@alternative(attention_entropy)
def entropy_with_a_constant(weights):
    return -(weights * (weights + 1e-12).log()).sum(-1)


@alternative(attention_entropy)
def entropy_selected(weights):
    safe = torch.where(weights > 0, weights, 1)
    return (weights * -torch.log(safe)).sum(dim=-1)

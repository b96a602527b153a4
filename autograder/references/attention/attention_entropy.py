"""`attention_entropy`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.attention import _attention_entropy_mistakes  # noqa: F401  (they register themselves)
from autograder.references.attention._attention_entropy import attention_entropy


def _terms(weights):
    return -torch.xlogy(weights, weights)


@mistake(
    attention_entropy,
    "Where a weight is zero, 0·log 0 comes out as NaN. Its limit is 0: torch.xlogy knows, or keep the logarithm "
    "from zero.",
)
def nan_at_zero(weights):
    return -(weights * weights.log()).sum(-1)


@mistake(attention_entropy, "The minus sign is missing: logarithms of weights are negative, an entropy is not.")
def without_the_minus(weights):
    return -_terms(weights).sum(-1)


@mistake(
    attention_entropy,
    "The sum runs over the queries. One entropy a query: sum over the keys, the last dimension.",
)
def sums_over_queries(weights):
    return _terms(weights).sum(-2)


@mistake(
    attention_entropy,
    "The sum runs over dimension 1: with a batch these are the queries. The keys are the last dimension, dim=-1.",
)
def sums_over_dimension_one(weights):
    return _terms(weights).sum(1)


@mistake(
    attention_entropy,
    "The sum runs over dimension 0: with a batch these are the sentences. The keys are the last dimension, dim=-1.",
)
def sums_over_dimension_zero(weights):
    return _terms(weights).sum(0)


@mistake(
    attention_entropy,
    "The weights stand outside the sum, and each is multiplied by the sum of all logarithms, as in `-w * "
    "w.log().sum(-1)` without parentheses. The product comes first: (w * w.log()).sum(-1).",
)
def logarithms_summed_first(weights):
    return -weights * weights.log().sum(dim=-1)


@mistake(
    attention_entropy,
    "A batch is taken for granted: dim=2 are the keys in three dimensions only. Count from the end: dim=-1.",
)
def sums_over_dimension_two(weights):
    return _terms(weights).sum(2)


@mistake(attention_entropy, "The logarithm is of base 2, the entropy in bits. Nats are asked for: torch.log.")
def in_bits(weights):
    return _terms(weights).sum(-1) / math.log(2)


@mistake(attention_entropy, "The logarithm is of base 10. Nats are asked for: torch.log.")
def in_digits(weights):
    return _terms(weights).sum(-1) / math.log(10)


@mistake(attention_entropy, "The mean is taken over the keys instead of the sum: the weights already are the shares.")
def means_over_keys(weights):
    return _terms(weights).mean(-1)


@mistake(
    attention_entropy,
    "One number comes out for everything. Each query has its own entropy: sum over the last dimension only.",
)
def one_number(weights):
    return _terms(weights).sum()


@mistake(
    attention_entropy,
    "One number comes out for everything, a mean. Each query has its own entropy: sum over the last dimension only.",
)
def one_mean(weights):
    return _terms(weights).sum(-1).mean()


@mistake(attention_entropy, "These are the terms −w·log w of the sum. Their sum over the keys is missing.", keeps=0.1)
def without_the_sum(weights):
    return _terms(weights)


WITHOUT_WEIGHTS = "The logarithms of the weights are summed without the weights: rare keys count most."


@mistake(attention_entropy, WITHOUT_WEIGHTS)
def without_the_weights(weights):
    return -weights.clamp(min=torch.finfo(weights.dtype).tiny).log().sum(-1)


@mistake(attention_entropy, WITHOUT_WEIGHTS)
def without_the_weights_to_infinity(weights):
    return -weights.log().sum(-1)


@mistake(
    attention_entropy,
    "The entropy is divided by its largest value, the logarithm of the number of keys. Nats are asked for, no share.",
)
def as_a_share(weights):
    return _terms(weights).sum(-1) / math.log(weights.shape[-1])


@mistake(attention_entropy, "This is e to the entropy, the perplexity: as if so many keys shared evenly.", keeps=0.1)
def as_a_perplexity(weights):
    return _terms(weights).sum(-1).exp()


AGAIN = "A softmax is taken of the weights. They come from one already: their rows sum to 1."


@mistake(attention_entropy, AGAIN)
def of_a_softmax(weights):
    return _terms(weights.softmax(-1)).sum(-1)


@mistake(attention_entropy, AGAIN)
def of_a_log_softmax(weights):
    return -(weights * weights.log_softmax(-1)).sum(-1)


@mistake(
    attention_entropy,
    "log(1 + w) takes the place of log w. It keeps the logarithm from zero, but it is another function.",
)
def by_log1p(weights):
    return -(weights * weights.log1p()).sum(-1)


@mistake(
    attention_entropy,
    "Rows are divided by their sum once more: a query that looks at nothing has the sum 0, and 0/0 is NaN.",
    keeps=0.83,
)
def normalizes_again(weights):
    return _terms(weights / weights.sum(-1, keepdim=True)).sum(-1)


@mistake(
    attention_entropy,
    "float64 loses half of its digits: something on the way is float32, whatever comes in. Compute in the "
    "dtype of the inputs, or in a wider one.",
    keeps=0.83,
)
def by_float32(weights):
    return _terms(weights.float()).sum(-1).to(weights.dtype)


def _with_a_constant(constant):
    answer = lambda weights: -(weights * (weights + constant).log()).sum(-1)  # noqa: E731
    answer.__name__ = f"with_{constant:g}"
    return answer


for each in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
    mistake(
        attention_entropy,
        "The constant inside the logarithm is added to every weight, and is so large that it shows in the result. "
        "xlogy, clamp or where change nothing but zeros.",
        keeps=0.83,
    )(_with_a_constant(each))


TOO_SMALL = (
    "The constant that keeps the logarithm from zero is smaller than any positive number of float16: there "
    "it is 0 itself, and 0 · log 0 is NaN. xlogy and where need none; for clamp, torch.finfo(dtype).tiny "
    "fits each."
)
for each in (1e-9, 1e-10, 1e-12):
    mistake(attention_entropy, TOO_SMALL, keeps=0.9)(_with_a_constant(each))


@mistake(attention_entropy, TOO_SMALL, keeps=0.9)
def clamped_for_float32(weights):
    return -(weights * weights.clamp(min=1e-12).log()).sum(-1)


@alternative(attention_entropy)
def entropy_clamped(weights):
    return -(weights * weights.clamp(min=torch.finfo(weights.dtype).tiny).log()).sum(-1)


@alternative(attention_entropy)
def entropy_selected(weights):
    safe = torch.where(weights > 0, weights, 1)
    return (weights * -torch.log(safe)).sum(dim=-1)


promised(
    attention_entropy,
    "How widely each query spreads its attention: −Σ w·log w over the keys, in nats, with 0·log 0 = 0.",
    by=["a batch", "one weight is nearly all", "some weights are zero", "the same weight on some keys, none on others"],
)
promised(
    attention_entropy,
    "weights: shape (..., query, key), any floating dtype, not negative; rows sum to 1, or are 0 throughout.",
    by=[
        "no batch",
        "two leading dimensions",
        "float64",
        "float16, with weights of zero",
        "queries that look at nothing",
    ],
)
promised(
    attention_entropy,
    "Entropies of shape (..., query), dtype and device of `weights`; 0 for a row of zeros.",
    by=["two leading dimensions", "float64", "bfloat16", "queries that look at nothing"],
)

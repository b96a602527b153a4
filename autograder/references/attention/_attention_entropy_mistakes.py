"""Mistakes of `attention_entropy` with zeros, small weights and dtypes."""

import torch

from autograder.references import mistake
from autograder.references.attention._attention_entropy import attention_entropy

IN_FLOAT32 = (
    "float32 comes back, whatever comes in, and float64 has lost half of its digits. The dtype of `weights` is "
    "promised."
)


@mistake(
    attention_entropy,
    "A query has entropy 0 as soon as one of its weights is 0, as when NaN is replaced after the sum: one NaN makes "
    "the whole sum NaN. It is the single term 0 · log 0 that is 0.",
    keeps=0.6,
)
def replaces_nan_after_the_sum(weights):
    return (-(weights * weights.log()).sum(-1)).nan_to_num(0.0)


@mistake(
    attention_entropy,
    IN_FLOAT32,
    keeps=0.8,
)
def stays_in_float32(weights):
    return -torch.xlogy(weights.float(), weights.float()).sum(-1)


@mistake(
    attention_entropy,
    IN_FLOAT32,
    keeps=0.8,
)
def sums_in_float32(weights):
    return -torch.xlogy(weights, weights).sum(-1, dtype=torch.float32)


@mistake(
    attention_entropy,
    "With a batch, one number comes out for each sentence, as when a loop walks over the first dimension and adds up "
    "all that it finds. One entropy a query: sum over the last dimension only.",
)
def walks_over_the_first_dimension(weights):
    return torch.stack([-torch.xlogy(row, row).sum() for row in weights])


LIFTED = (
    "Small weights are lifted to a least one before the logarithm, as by clamp, and that shows in the result. The "
    "least one should lie below all weights but 0: torch.finfo(dtype).tiny, or use xlogy."
)


def _lifted(least):
    """Weights clamped inside the logarithm."""
    answer = lambda weights: -(weights * weights.clamp(min=least).log()).sum(-1)  # noqa: E731
    answer.__name__ = f"lifted_to_{least:g}"
    mistake(attention_entropy, LIFTED, keeps=0.9)(answer)


def _lifted_throughout(least):
    """Weights clamped before anything else."""

    def answer(weights):
        lifted = weights.clamp(min=least)
        return -(lifted * lifted.log()).sum(-1)

    answer.__name__ = f"lifted_throughout_to_{least:g}"
    mistake(
        attention_entropy,
        "A weight of 0 counts as a small positive one, as when the weights are clamped throughout, so that a query "
        "that looks at nothing has an entropy above 0. Keep zeros from the logarithm only.",
        keeps=0.9,
    )(answer)


for least in (1e-2, 1e-3, 1e-4):
    _lifted(least)
for least in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
    _lifted_throughout(least)

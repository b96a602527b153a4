"""`log_softmax`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.products_and_masks._shared import by_hand, log_by_hand


def log_softmax(x, dim):
    return x.double().log_softmax(dim).to(x.dtype)


@mistake(
    log_softmax,
    "−∞ where a share is too small for a number: the logarithm is taken of a softmax that has become 0 there. "
    "Take it before you divide: the shifted score minus the logarithm of the sum.",
)
def log_of_softmax(x, dim):
    return by_hand(x, dim).log()


@mistake(
    log_softmax,
    "Shares too small for a number get a made-up logarithm, as where an epsilon is added or a lower bound set before "
    "the logarithm. Without the detour through the share none is needed.",
)
def log_of_softmax_and_epsilon(x, dim):
    return (by_hand(x, dim) + 1e-12).log()


@mistake(
    log_softmax,
    "NaN far from zero, and −∞ where a share is too small for a number: no maximum is subtracted, and the logarithm "
    "is taken of a quotient that overflows or vanishes.",
)
def log_of_the_definition(x, dim):
    return (x.exp() / x.exp().sum(dim, keepdim=True)).log()


@mistake(
    log_softmax,
    "The maximum or the sum has lost its dimension: what is left of it does not stand beside its own row. "
    "`keepdim=True` keeps a 1 there.",
)
def without_keepdim(x, dim):
    shifted = x - x.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim).log()


@mistake(
    log_softmax,
    "∞ or NaN far from zero: exp of a score of 89 or more is ∞ in float32, and exp of −104 is 0. Subtract the "
    "largest score of each row first.",
)
def without_maximum(x, dim):
    return x - x.exp().sum(dim, keepdim=True).log()


@mistake(
    log_softmax,
    "One maximum is subtracted for all rows: of a row that lies far below it nothing is left, and the logarithm of "
    "its sum is −∞. Each row needs its own, `amax(dim, keepdim=True)`.",
)
def one_maximum(x, dim):
    shifted = x - (x.max() if x.numel() else 0)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


@mistake(
    log_softmax,
    "The maximum is subtracted once and is missing once: x minus the logarithm of a sum that was shifted. Shift "
    "both, or add it again to the logarithm.",
)
def shifted_once(x, dim):
    return x - (x - x.amax(dim, keepdim=True)).exp().sum(dim, keepdim=True).log()


@mistake(log_softmax, "The scores are shifted, and no more: the logarithm of the sum is missing.")
def shifted_alone(x, dim):
    return x - x.amax(dim, keepdim=True)


@mistake(log_softmax, "These are shares; their logarithms are asked for.", keeps=0.1)
def shares(x, dim):
    return by_hand(x, dim)


@mistake(log_softmax, "The shares are those of the last dimension, whatever `dim` says.")
def always_the_last(x, dim):
    return log_by_hand(x, -1)


@mistake(log_softmax, "The shares are those of the first dimension, whatever `dim` says.")
def always_the_first(x, dim):
    return log_by_hand(x, 0)


@mistake(
    log_softmax,
    "The logarithms have base 2 or 10. In torch, as in the losses that are built on this, they are natural ones.",
)
def base_two(x, dim):
    return log_by_hand(x, dim) / 0.6931471805599453


@alternative(log_softmax)
def by_the_sum(x, dim):
    top = x.max(dim=dim, keepdim=True).values
    return x - (top + torch.log(torch.exp(x - top).sum(dim=dim, keepdim=True)))


@alternative(log_softmax)
def with_a_fixed_maximum(x, dim):
    shifted = x - x.detach().amax(dim, keepdim=True)
    return shifted - torch.log1p(shifted.exp().sum(dim, keepdim=True) - 1)


promised(
    log_softmax,
    "The logarithms of the shares that softmax gives, straight from the scores.",
    by=["one row", "one score far above the others"],
)
promised(
    log_softmax,
    "x: floating point, any shape with a dimension or more; scores from −10,000 to 10,000 do no harm.",
    by=["three dimensions", "from −10,000 to 10,000", "near 400, and near −400"],
)
promised(log_softmax, "dim: along which the shares sum to one.", by=["a matrix, along each dimension", "a square"])
promised(
    log_softmax,
    "Shape and dtype of `x`; finite also where the share itself is too small for a number.",
    by=["bfloat16", "float64", "one score far above the others"],
)

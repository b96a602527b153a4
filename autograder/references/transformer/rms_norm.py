"""`rms_norm`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def rms_norm(x, weight, eps=1e-6):
    """PyTorch's own."""
    return F.rms_norm(x, x.shape[-1:], weight, eps)


def root(x, eps):
    return (x.square().mean(-1, keepdim=True) + eps).sqrt()


@mistake(
    rms_norm,
    "The mean is subtracted, as in layer norm. An RMSNorm subtracts nothing.",
)
def like_layer_norm(x, weight, eps=1e-6):
    y = x - x.mean(-1, keepdim=True)
    return y / root(y, eps) * weight


@mistake(
    rms_norm,
    "Each row is divided by its standard deviation: the mean is subtracted before the squares. Here the squares are "
    "those of the numbers themselves.",
)
def divided_by_the_spread(x, weight, eps=1e-6):
    return x / root(x - x.mean(-1, keepdim=True), eps) * weight


@mistake(
    rms_norm,
    "Each row is divided by its length, the root of the sum of its squares. It should be the root of their mean.",
)
def divided_by_the_length(x, weight, eps=1e-6):
    return x / (x.square().sum(-1, keepdim=True) + eps).sqrt() * weight


@mistake(rms_norm, "eps is added to the root. It stands under the root, beside the mean of the squares.")
def eps_outside(x, weight, eps=1e-6):
    return x / (x.square().mean(-1, keepdim=True).sqrt() + eps) * weight


@mistake(rms_norm, "There is no eps: a row of zeros is divided by 0, and faint rows come out too large.")
def no_eps(x, weight, eps=1e-6):
    return x / x.square().mean(-1, keepdim=True).sqrt() * weight


@mistake(rms_norm, "eps is always the same, whatever is asked for.", keeps=0.75)
def own_eps(x, weight, eps=1e-6):
    return x / root(x, 1e-6) * weight


@mistake(rms_norm, "The root is missing: each row is divided by its mean square.")
def no_root(x, weight, eps=1e-6):
    return x / (x.square().mean(-1, keepdim=True) + eps) * weight


@mistake(rms_norm, "The squares are missing: each row is divided by the root of its mean, or of the mean of its sizes.")
def no_square(x, weight, eps=1e-6):
    return x / (x.abs().mean(-1, keepdim=True) + eps).sqrt() * weight


@mistake(rms_norm, "Each row is divided by the mean of its sizes, not by the root of the mean of its squares.")
def by_the_mean_size(x, weight, eps=1e-6):
    return x / (x.abs().mean(-1, keepdim=True) + eps) * weight


@mistake(rms_norm, "The weight plays no part.")
def no_weight(x, weight, eps=1e-6):
    return x / root(x, eps)


@mistake(
    rms_norm,
    "The result is multiplied by 1 + weight, as in models that keep their weights around 0. Here it is weight.",
)
def one_more(x, weight, eps=1e-6):
    return x / root(x, eps) * (1 + weight)


@mistake(rms_norm, "The weight is added. It is multiplied by; RMSNorm has no bias.")
def weight_added(x, weight, eps=1e-6):
    return x / root(x, eps) + weight


@mistake(rms_norm, "x is weighed before its root mean square is taken. First divide, then multiply by the weight.")
def weighed_first(x, weight, eps=1e-6):
    return (x * weight) / root(x * weight, eps)


@mistake(rms_norm, "There is one mean for all rows. Each row has its own, along the last dimension.")
def one_for_all(x, weight, eps=1e-6):
    return x / (x.square().mean() + eps).sqrt() * weight


@mistake(
    rms_norm, "The means are those of the features over the rows, dim 0. A row is what lies along the last dimension."
)
def over_the_rows(x, weight, eps=1e-6):
    return x / (x.square().mean(0, keepdim=True) + eps).sqrt() * weight


@mistake(
    rms_norm,
    "Each row is divided by its standard deviation, with n − 1 in it: the mean is subtracted before the squares. Here "
    "the squares are those of the numbers themselves, and their mean is taken.",
)
def divided_by_the_sample_spread(x, weight, eps=1e-6):
    return x / (x.var(-1, keepdim=True) + eps).sqrt() * weight


@mistake(
    rms_norm,
    "The means do not lie beside their rows: with keepdim=True they keep a dimension of size 1. Without, it fails, or "
    "each column is divided where it should be each row.",
)
def without_keepdim(x, weight, eps=1e-6):
    return x / (x.square().mean(-1) + eps).sqrt() * weight


@alternative(rms_norm)
def by_rsqrt(x, weight, eps=1e-6):
    return weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))


@alternative(rms_norm)
def by_products(x, weight, eps=1e-6):
    squares = torch.einsum("...i,...i->...", x, x) / x.shape[-1]
    return torch.div(x, (squares + eps).sqrt().unsqueeze(-1)).mul(weight)


for sentence, by in {
    "Each row divided by its root mean square, √(mean of squares + eps), then times `weight`.": [
        "a table",
        "faint rows",
        "weights below zero, and of zero",
    ],
    "x: floating point, any shape with a dimension or more; a row is what lies along the last one.": [
        "one row",
        "three dimensions",
    ],
    "weight: shape (features,).": ["a table", "a square"],
    "Shape and dtype of `x`.": ["bfloat16", "eps in float64"],
}.items():
    promised(rms_norm, sentence, by=by)

"""`layer_norm`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def layer_norm(x, weight=None, bias=None, eps=1e-5):
    """The library's, in float64."""
    inputs = (None if item is None else item.double() for item in (weight, bias))
    return F.layer_norm(x.double(), x.shape[-1:], *inputs, eps=eps).to(x.dtype)


def scaled(y, weight, bias):
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def spread(x, eps):
    return (x.var(-1, keepdim=True, unbiased=False) + eps).sqrt()


def centred(x):
    return x - x.mean(-1, keepdim=True)


@mistake(
    layer_norm,
    "The variance is divided by one less than there are features, as `x.var()` does unless it is told otherwise, and "
    "with one feature it is NaN. Here it is the plain mean of the squares: `unbiased=False`.",
)
def unbiased(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x) / (x.var(-1, keepdim=True) + eps).sqrt(), weight, bias)


OUTSIDE = (
    "eps stands outside the root, √variance + eps. Inside, √(variance + eps), it weighs far more where the variance is "
    "small: √0.00001 is 0.003."
)


@mistake(layer_norm, OUTSIDE)
def outside_the_root(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x) / (x.var(-1, keepdim=True, unbiased=False).sqrt() + eps), weight, bias)


@mistake(
    layer_norm,
    "eps stands outside the root, and the spread is that of `x.std()`, which divides by one less than there are "
    "features. It is √(variance + eps), with the plain mean of the squares.",
)
def standard_deviation(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x) / (x.std(-1, keepdim=True) + eps), weight, bias)


@mistake(
    layer_norm,
    "Without eps, a row of equal numbers gives 0 / 0. √(variance + eps) is never 0.",
)
def without_eps(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x) / x.var(-1, keepdim=True, unbiased=False).sqrt(), weight, bias)


@mistake(layer_norm, "`eps` is always the same, whatever the caller says.", keeps=0.8)
def eps_of_its_own(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x) / spread(x, 1e-5), weight, bias)


@mistake(
    layer_norm,
    "The mean is subtracted, and the spread is left as it is. Divide by √(variance + eps).",
)
def centres_only(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x), weight, bias)


@mistake(
    layer_norm,
    "It is divided by the variance, where it should be divided by its square root.",
)
def by_the_variance(x, weight=None, bias=None, eps=1e-5):
    return scaled(centred(x) / spread(x, eps) ** 2, weight, bias)


@mistake(
    layer_norm,
    "The mean is not subtracted: each row is only divided by a spread of its own.",
)
def scales_only(x, weight=None, bias=None, eps=1e-5):
    return scaled(x / spread(x, eps), weight, bias)


@mistake(
    layer_norm,
    "The squares are not of what is left when the mean is gone. This is an RMS norm; layer norm subtracts the mean "
    "first.",
)
def rms(x, weight=None, bias=None, eps=1e-5):
    return scaled(x / (x.square().mean(-1, keepdim=True) + eps).sqrt(), weight, bias)


@mistake(
    layer_norm,
    "Mean and spread are those of a feature over the batch: that is batch norm. Layer norm takes them along the last "
    "dimension, from each row by itself.",
)
def over_the_batch(x, weight=None, bias=None, eps=1e-5):
    variance = x.var(0, keepdim=True, unbiased=False)
    return scaled((x - x.mean(0, keepdim=True)) / (variance + eps).sqrt(), weight, bias)


@mistake(
    layer_norm,
    "All rows share one mean and one spread. Each row has its own.",
)
def over_everything(x, weight=None, bias=None, eps=1e-5):
    return scaled((x - x.mean()) / (x.var(unbiased=False) + eps).sqrt(), weight, bias)


@mistake(
    layer_norm,
    "One mean and one spread for all that stands behind the first dimension, where each row should have its own, "
    "along the last dimension.",
)
def over_all_but_the_first(x, weight=None, bias=None, eps=1e-5):
    dims = tuple(range(1, x.dim())) or 0
    variance = x.var(dims, keepdim=True, unbiased=False)
    return scaled((x - x.mean(dims, keepdim=True)) / (variance + eps).sqrt(), weight, bias)


@mistake(
    layer_norm,
    "Far from zero little is left: the variance is taken as the mean of the squares minus the square of the mean. "
    "Subtract the mean first, then square.",
    keeps=0.85,
)
def squares_before_differences(x, weight=None, bias=None, eps=1e-5):
    variance = x.square().mean(-1, keepdim=True) - x.mean(-1, keepdim=True).square()
    return scaled(centred(x) / (variance + eps).sqrt(), weight, bias)


@mistake(
    layer_norm,
    "Mean or variance have lost the dimension that they were taken over, so they meet the wrong rows, or the shapes do "
    "not fit: `keepdim=True`.",
)
def without_keepdim(x, weight=None, bias=None, eps=1e-5):
    return scaled((x - x.mean(-1)) / (x.var(-1, unbiased=False) + eps).sqrt(), weight, bias)


@mistake(layer_norm, "The bias is added before the weight multiplies. First the weight, then the bias.", keeps=0.85)
def bias_first(x, weight=None, bias=None, eps=1e-5):
    y = centred(x) / spread(x, eps)
    y = y if bias is None else y + bias
    return y if weight is None else y * weight


@mistake(
    layer_norm,
    "The bias alone is passed over: it plays a part only where there is a weight, too.",
    keeps=0.95,
)
def both_or_none(x, weight=None, bias=None, eps=1e-5):
    y = centred(x) / spread(x, eps)
    return y if weight is None else scaled(y, weight, bias)


@mistake(
    layer_norm,
    "Weight and bias play a part only together: one without the other is passed over. Each may be there alone.",
    keeps=0.92,
)
def only_both(x, weight=None, bias=None, eps=1e-5):
    y = centred(x) / spread(x, eps)
    return y if weight is None or bias is None else scaled(y, weight, bias)


@mistake(layer_norm, "Weight and bias play no part.", keeps=0.75)
def no_affine(x, weight=None, bias=None, eps=1e-5):
    return centred(x) / spread(x, eps)


@mistake(
    layer_norm,
    "The gradient takes mean or spread for constants, as where they are detached. They depend on x as well.",
    keeps=0.98,
)
def detached(x, weight=None, bias=None, eps=1e-5):
    return scaled((x - x.mean(-1, keepdim=True).detach()) / spread(x, eps).detach(), weight, bias)


@mistake(
    layer_norm,
    "The mean is that of each feature over all rows, and it is taken from every row. Each row has a mean of its own, "
    "over the last dimension: x.mean(-1, keepdim=True).",
)
def mean_over_the_rows(x, weight=None, bias=None, eps=1e-5):
    return scaled((x - x.mean(0, keepdim=True)) / spread(x, eps), weight, bias)


@alternative(layer_norm)
def by_squares(x, weight=None, bias=None, eps=1e-5):
    y = centred(x)
    y = y * torch.rsqrt(y.square().mean(-1, keepdim=True) + eps)
    return scaled(y, weight, bias)


@alternative(layer_norm)
def by_var_mean(x, weight=None, bias=None, eps=1e-5):
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    y = (x - mean).div((variance + eps).sqrt())
    if weight is not None:
        y = torch.mul(y, weight)
    return y if bias is None else torch.add(y, bias)


for sentence, by in {
    "Each row with mean 0 and variance 1: (x − mean) / √(variance + eps), then times `weight`, plus `bias`.": [
        "a table",
        "weight and bias",
        "a row of equal numbers",
    ],
    "x: floating point, any shape with a dimension or more; a row is what lies along the last one.": [
        "three dimensions",
        "one row",
        "a square",
    ],
    "weight, bias: shape (features,), or None.": ["weight alone", "bias alone", "a table"],
    "eps: is added to the variance, which is the mean of the squared deviations (biased: divided by n).": [
        "another eps",
        "faint rows",
        "two features",
    ],
    "Shape and dtype of `x`.": ["bfloat16", "eps in float64"],
}.items():
    promised(layer_norm, sentence, by=by)

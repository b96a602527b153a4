"""`feed_forward`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def feed_forward(x, w1, b1, w2, b2):
    """PyTorch's modules, with these weights."""
    one, two = nn.Linear(w1.shape[1], w1.shape[0]), nn.Linear(w2.shape[1], w2.shape[0])
    middle = torch.func.functional_call(one, {"weight": w1, "bias": b1}, (x,))
    return torch.func.functional_call(two, {"weight": w2, "bias": b2}, (nn.ReLU()(middle),))


@mistake(feed_forward, "Nothing is cut off at zero: without the ReLU two linear layers are no more than one.")
def no_relu(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1, b1), w2, b2)


@mistake(feed_forward, "What comes out is cut off at zero. The ReLU stands between the two layers only.")
def relu_at_the_end(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1, b1), w2, b2).relu()


@mistake(feed_forward, "There is a second ReLU, at the end: what comes out may be negative.")
def relu_twice(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1, b1).relu(), w2, b2).relu()


@mistake(feed_forward, "The first layer's ReLU comes before its bias: add b1, then cut off at zero.")
def relu_before_the_bias(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1).relu() + b1, w2, b2)


@mistake(feed_forward, "What goes in is cut off at zero. The ReLU stands between the two layers.")
def relu_first(x, w1, b1, w2, b2):
    return F.linear(F.linear(x.relu(), w1, b1), w2, b2)


@mistake(feed_forward, "The first bias plays no part.")
def no_first_bias(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1).relu(), w2, b2)


@mistake(feed_forward, "The second bias plays no part.")
def no_second_bias(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1, b1).relu(), w2)


@mistake(feed_forward, "Neither bias plays a part.")
def no_bias(x, w1, b1, w2, b2):
    return F.linear(F.linear(x, w1).relu(), w2)


@mistake(feed_forward, "The units are smoothed at zero, as by a GELU. Here they are cut off, by a ReLU.")
def by_gelu(x, w1, b1, w2, b2):
    return F.linear(F.gelu(F.linear(x, w1, b1)), w2, b2)


@mistake(feed_forward, "x is added to the result. The residual stands around this layer, in the layer that calls it.")
def adds_x(x, w1, b1, w2, b2):
    return x + feed_forward(x, w1, b1, w2, b2)


@mistake(
    feed_forward,
    "The weights are multiplied as they come, which fails, or mixes other numbers where a weight is square. "
    "An `nn.Linear` keeps a row for each number that comes out: `x @ w1.T`, or `F.linear`.",
)
def not_turned(x, w1, b1, w2, b2):
    return (x @ w1 + b1).relu() @ w2 + b2


def _fitting(x, weight):
    return x @ (weight if weight.shape[0] == x.shape[-1] else weight.T)


@mistake(
    feed_forward,
    "Where d_ff equals d_model, the weights are used the wrong way round, as if their shape decided whether to turn "
    "them. They are always turned: `x @ w1.T`, or `F.linear`.",
    keeps=0.9,
)
def turned_where_needed(x, w1, b1, w2, b2):
    return _fitting((_fitting(x, w1) + b1).relu(), w2) + b2


@mistake(feed_forward, "The second layer is missing: what comes back is the wide vector.")
def wide_only(x, w1, b1, w2, b2):
    return F.linear(x, w1, b1).relu()


@alternative(feed_forward)
def by_products(x, w1, b1, w2, b2):
    return torch.clamp(x @ w1.T + b1, min=0) @ w2.T + b2


@alternative(feed_forward)
def by_einsum(x, w1, b1, w2, b2):
    wide = torch.einsum("...i,oi->...o", x, w1) + b1
    return torch.einsum("...i,oi->...o", wide * (wide > 0), w2) + b2


for sentence, by in {
    "The second part of each layer: each token by itself is made wide, cut off at zero, and made narrow again.": [
        "a batch"
    ],
    "x: shape (..., d_model), floating point.": ["one token", "four dimensions", "float64"],
    "w1, b1: shape (d_ff, d_model) and (d_ff,), as the weight and bias of an `nn.Linear`.": [
        "a batch",
        "as wide as narrow",
    ],
    "w2, b2: shape (d_model, d_ff) and (d_model,).": ["a batch", "narrower in the middle"],
    "Shape and dtype of `x`.": ["a batch", "bfloat16"],
}.items():
    promised(feed_forward, sentence, by=by)

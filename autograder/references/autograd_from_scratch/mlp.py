"""`mlp`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, equivalent, mistake, promised


def mlp(x, layers):
    if isinstance(x, torch.Tensor):
        return _by_torch(x, layers)
    for number, (weight, bias) in enumerate(layers):
        x = (x.relu() if number else x) @ weight + bias
    return x


def _by_torch(x, layers):
    """torch's own layers, given these weights."""
    parts = []
    for weight, bias in layers:
        linear = nn.Linear(*weight.shape, dtype=weight.dtype, device=weight.device)
        linear.weight.data, linear.bias.data = weight.mT, bias
        parts += [linear, nn.ReLU()]
    with torch.no_grad():
        return nn.Sequential(*parts[:-1])(x)


@mistake(
    mlp,
    "A relu comes after the last layer, too, and no result is below zero. It belongs between two layers; what the last "
    "one says is the result.",
)
def relu_at_the_end(x, layers):
    for weight, bias in layers:
        x = (x @ weight + bias).relu()
    return x


@mistake(
    mlp,
    "A relu comes before the first layer: what is negative in x is lost before anybody looked at it.",
)
def relu_at_the_beginning(x, layers):
    for weight, bias in layers:
        x = x.relu() @ weight + bias
    return x


@mistake(
    mlp,
    "A single layer raises, as where the first and the last one are both taken off a list that holds only one. Ask in "
    "the loop whether a layer is the first.",
    keeps=0.6,
)
def takes_off_both_ends(x, layers):
    first, *middle, last = layers
    for weight, bias in (first, *middle):
        x = (x @ weight + bias).relu()
    return x @ last[0] + last[1]


@mistake(
    mlp,
    "No relu stands between the layers. Then they could be multiplied out into a single one, and no number of them "
    "would do more than one does.",
)
def without_relu(x, layers):
    for weight, bias in layers:
        x = x @ weight + bias
    return x


@mistake(
    mlp,
    "The relu comes before the bias is added. What the layer says is x @ weight + bias, and the relu is for that.",
)
def bias_after_relu(x, layers):
    for number, (weight, bias) in enumerate(layers):
        x = x @ weight
        x = (x.relu() if number < len(layers) - 1 else x) + bias
    return x


@mistake(mlp, "The biases play no part. A layer is x @ weight + bias.")
def without_bias(x, layers):
    for number, (weight, _) in enumerate(layers):
        x = (x.relu() if number else x) @ weight
    return x


@mistake(
    mlp,
    "The weights are transposed. Here they have the shape (inputs, outputs), so that x @ weight fits; `nn.Linear` "
    "keeps them the other way round.",
)
def transposed(x, layers):
    for number, (weight, bias) in enumerate(layers):
        x = (x.relu() if number else x) @ weight.T + bias
    return x


@mistake(
    mlp,
    "Only the last two layers, or the first and the last, are treated as they should: there may be one layer, two, or "
    "any number. Go through the list.",
)
def two_layers_only(x, layers):
    (first, one), (second, two) = layers[0], layers[-1]
    return (x @ first + one).relu() @ second + two


TENSORS_ONLY = (
    "It works on tensors, but not on what merely knows @, + and relu: a function of torch was called with it, as "
    "`torch.relu(x)` or `x.clamp(min=0)`. Use `x @ weight`, `+` and `x.relu()`, which your own variables have."
)


@mistake(mlp, TENSORS_ONLY, keeps=0.75)
def by_torchs_relu(x, layers):
    for number, (weight, bias) in enumerate(layers):
        x = (torch.relu(x) if number else x) @ weight + bias
    return x


@mistake(mlp, TENSORS_ONLY, keeps=0.75)
def by_clamp(x, layers):
    for number, (weight, bias) in enumerate(layers):
        x = (x.clamp(min=0) if number else x) @ weight + bias
    return x


@mistake(mlp, TENSORS_ONLY, keeps=0.75)
def by_torch_functions(x, layers):
    for number, (weight, bias) in enumerate(layers):
        x = torch.matmul(torch.relu(x) if number else x, weight) + bias
    return x


@mistake(
    mlp,
    "Where the last layer stands at an earlier place as well, its relu is missing there: as when the last one is known "
    "by `is` or `==`. Count the layers.",
    keeps=0.9,
)
def last_by_identity(x, layers):
    for layer in layers:
        x = x @ layer[0] + layer[1]
        x = x if layer is layers[-1] else x.relu()
    return x


@alternative(mlp)
def last_apart(x, layers):
    for weight, bias in layers[:-1]:
        x = (x @ weight + bias).relu()
    for weight, bias in layers[-1:]:
        x = x @ weight + bias
    return x


@alternative(mlp)
def counted(x, layers):
    for number, (weight, bias) in enumerate(layers, start=1):
        x = x @ weight + bias
        if number < len(layers):
            x = x.relu()
    return x


equivalent(mlp, "if number > 0:", "if number != 0:", "enumerate counts from 0, never below it")


promised(
    mlp,
    "A network of several layers: `x @ weight + bias` for each, and relu between one and the next.",
    by=["two layers", "four layers", "results far below zero"],
)
promised(
    mlp,
    "x: shape (rows, inputs), a tensor or anything else that knows `@`.",
    by=["no rows", "something that is not a tensor"],
)
promised(
    mlp,
    "layers: pairs of a weight, shape (inputs, outputs), and a bias, shape (outputs,); as many as one likes.",
    by=["one layer alone", "four layers", "by keyword, the layers a tuple"],
)
promised(
    mlp,
    "Shape (rows, outputs of the last layer).",
    by=["four layers", "no rows"],
)
promised(
    mlp,
    "Only `@`, `+` and `.relu()` are used, so that it works on your variables as on tensors.",
    by=["something that is not a tensor"],
)

"""Mistakes of `layerwise_learning_signal` about which lines there are, and what stands in them."""

from contextlib import contextmanager

from autograder.references import mistake
from autograder.references.hooks._layerwise_learning_signal import (
    layerwise_learning_signal,
    ratio,
    signal_weights,
    watching_weights,
)
from autograder.references.hooks._shared import ratio_of, remove

counts_biases = mistake(
    layerwise_learning_signal, "Biases and norms have a line too; asked for are weights of two or more dimensions."
)(watching_weights(ratio, lambda model: {name: p for name, p in model.named_parameters() if p.requires_grad}))


keeps_tensors = mistake(layerwise_learning_signal, "The lists hold tensors, not numbers: call `.item()`.")(
    watching_weights(
        lambda signal, name, weight: lambda grad: signal[name].append((grad.norm() / weight.norm()).detach())
    )
)


counts_matrices_only = mistake(
    layerwise_learning_signal,
    "The weights of convolutions have no line: they have more than two dimensions. Ask `dim() > 1`, not `dim() "
    "== 2` and not the kind of layer.",
    keeps=0.95,
)(
    watching_weights(
        ratio, lambda model: {name: weight for name, weight in signal_weights(model).items() if weight.dim() == 2}
    )
)


goes_by_name = mistake(
    layerwise_learning_signal,
    "The weight of a norm has a line, though it has one dimension: it is named `weight` too. Do not go by "
    "the name, ask the parameter: `dim() > 1`.",
    keeps=0.95,
)(
    watching_weights(
        ratio,
        lambda model: {name: p for name, p in model.named_parameters() if p.requires_grad and name.endswith("weight")},
    )
)


BY_NAME = (
    "Matrices of some names have no line, such as those not called `weight`, or a `bias` of two dimensions. A name "
    "says little, and so does the kind of layer: of the parameters that need a gradient, take each with `dim() > 1`."
)


def _if_named(chosen):
    return lambda model: {name: weight for name, weight in signal_weights(model).items() if chosen(name)}


asks_the_name_too = mistake(layerwise_learning_signal, BY_NAME, keeps=0.95)(
    watching_weights(ratio, _if_named(lambda name: name.endswith("weight")))
)
passes_over_biases = mistake(layerwise_learning_signal, BY_NAME, keeps=0.95)(
    watching_weights(ratio, _if_named(lambda name: "bias" not in name))
)


names_the_module = mistake(
    layerwise_learning_signal,
    "The names are those of the modules. `model.named_parameters()` gives the weights' own, with `.weight` at the end.",
)(
    watching_weights(
        ratio, lambda model: {name.rpartition(".")[0]: weight for name, weight in signal_weights(model).items()}
    )
)


def _unless_zero(signal, name, weight):
    return lambda grad: signal[name].append(ratio_of(grad, weight)) if grad.any() else None


leaves_out_zeros = mistake(
    layerwise_learning_signal,
    "A gradient of 0 has no entry. 0 is a number like any other, and each pass that reaches a weight adds one: no "
    "`if`.",
    keeps=0.95,
)(watching_weights(_unless_zero))


keeps_the_last = mistake(
    layerwise_learning_signal, "Only the last pass is kept. Each backward pass adds a number to the list: append."
)(watching_weights(lambda signal, name, weight: lambda grad: signal.__setitem__(name, [ratio_of(grad, weight)])))


@mistake(
    layerwise_learning_signal,
    "A weight that no pass reaches has no line at all. It has an empty list: make the lists when the block begins.",
    keeps=0.95,
)
@contextmanager
def makes_lines_late(model):
    signal = {}

    def note_for(name, weight):
        return lambda grad: signal.setdefault(name, []).append(ratio_of(grad, weight))

    handles = [weight.register_hook(note_for(name, weight)) for name, weight in signal_weights(model).items()]
    try:
        yield signal
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal,
    "Frozen weights have a line, if an empty one. Only a parameter that needs a gradient has one: ask `requires_grad`.",
    keeps=0.95,
)
@contextmanager
def lists_the_frozen(model):
    weights = {name: weight for name, weight in model.named_parameters() if weight.dim() > 1}
    signal = {name: [] for name in weights}
    handles = [
        weight.register_hook(ratio(signal, name, weight)) for name, weight in weights.items() if weight.requires_grad
    ]
    try:
        yield signal
    finally:
        remove(handles)


takes_the_frozen = mistake(
    layerwise_learning_signal,
    "A frozen weight gets a hook, and torch refuses: what needs no gradient never gets one. Ask `weight.requires_grad` "
    "first.",
    keeps=0.97,
)(watching_weights(ratio, lambda model: {name: p for name, p in model.named_parameters() if p.dim() > 1}))

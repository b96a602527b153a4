"""Mistakes of `layerwise_learning_signal` about the draft, the ratio and the block."""

from contextlib import contextmanager

import torch

from autograder.references import mistake
from autograder.references.hooks._layerwise_learning_signal import (
    layerwise_learning_signal,
    ratio,
    signal_weights,
    watching_weights,
)
from autograder.references.hooks._shared import length, ratio_of, remove


@mistake(
    layerwise_learning_signal,
    "Both faults of the draft are here: all names share one list, and each number belongs to the last weight's size. "
    "Begin with the lists: `[[]] * n` is one list n times. Then ask when `note` looks up `name` and `weight`.",
)
@contextmanager
def the_draft(model):
    weights, line, handles = signal_weights(model), [], []
    signal = {name: line for name in weights}  # noqa: C420
    for weight in weights.values():
        handles.append(weight.register_hook(lambda grad: line.append(ratio_of(grad, weight))))  # noqa: B023
    try:
        yield signal
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal,
    "All names share one list, as `dict.fromkeys(names, [])` and `[[]] * n` make it. Make one for each name.",
)
@contextmanager
def shares_one_list(model):
    weights = signal_weights(model)
    signal = dict.fromkeys(weights, [])  # noqa: RUF024
    handles = [weight.register_hook(ratio(signal, name, weight)) for name, weight in weights.items()]
    try:
        yield signal
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal,
    "All numbers land under the last name, as when the hook looks `name` and `weight` up only when it fires, "
    "after the loop. Bind them early.",
)
@contextmanager
def binds_the_last(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = []
    for name, weight in weights.items():
        handles.append(weight.register_hook(lambda grad: signal[name].append(ratio_of(grad, weight))))  # noqa: B023
    try:
        yield signal
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal,
    "After an error in the block the hooks stay on the weights. Remove them however it ends: in `finally`, "
    "or in `__exit__` whatever it is called with.",
    keeps=0.75,
)
@contextmanager
def without_finally(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = [weight.register_hook(ratio(signal, name, weight)) for name, weight in weights.items()]
    yield signal
    remove(handles)


@mistake(
    layerwise_learning_signal,
    "The hooks stay on the weights after the block, and the lists go on growing. Remove them.",
)
@contextmanager
def leaves_tensor_hooks(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    for name, weight in weights.items():
        weight.register_hook(ratio(signal, name, weight))
    yield signal


def _size_at_the_start(signal, name, weight):
    at_first = weight.detach().clone()
    return lambda grad: signal[name].append(ratio_of(grad, at_first))


measures_once = mistake(
    layerwise_learning_signal,
    "Each gradient is divided by the weight's norm as it was at first; the weight changes with every step. "
    "Take its norm anew each time the hook fires.",
)(watching_weights(_size_at_the_start))


def _hands_on_the_ratio(signal, name, weight):
    def note(grad):
        signal[name].append(ratio_of(grad, weight))
        return grad / weight.detach().norm()

    return note


returns_the_ratio = mistake(
    layerwise_learning_signal,
    "The gradient itself is divided by the weight's norm, so the model trains differently while it is "
    "watched. What a tensor hook returns, or changes in place, is what counts: return nothing.",
)(watching_weights(_hands_on_the_ratio))


@mistake(
    layerwise_learning_signal,
    "What is measured is `.grad`, the sum over all passes since the last `zero_grad`. `weight.register_hook` "
    "hands its hook the gradient of this pass alone; a post-accumulate hook comes too late for it.",
)
@contextmanager
def reads_the_sum(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = [
        weight.register_post_accumulate_grad_hook(lambda w, line=signal[name]: line.append(ratio_of(w.grad, w)))
        for name, weight in weights.items()
    ]
    try:
        yield signal
    finally:
        remove(handles)


turns_it_round = mistake(layerwise_learning_signal, "The ratio is upside down: gradient over weight is asked for.")(
    watching_weights(lambda signal, name, weight: lambda grad: signal[name].append(ratio_of(weight, grad)))
)


squares_only = mistake(
    layerwise_learning_signal, "The norms are squared: take the root of the sum of squares, `grad.norm()`."
)(watching_weights(lambda signal, name, weight: lambda grad: signal[name].append((ratio_of(grad, weight)) ** 2)))

adds_absolutes = mistake(
    layerwise_learning_signal,
    "Absolute values are added up or averaged. The norm is the root of the sum of squares: `grad.norm()`.",
)(
    watching_weights(
        lambda signal, name, weight: (
            lambda grad: signal[name].append((grad.abs().sum() / weight.detach().abs().sum()).item())
        )
    )
)

divides_each = mistake(
    layerwise_learning_signal,
    "Gradient and weight are divided element by element, and the norm is taken after that. Take both norms first, then "
    "divide.",
)(
    watching_weights(
        lambda signal, name, weight: lambda grad: signal[name].append((grad / weight.detach()).norm().item())
    )
)

gradient_alone = mistake(
    layerwise_learning_signal, "The gradient's norm stands there alone. Divide it by the norm of the weight."
)(watching_weights(lambda signal, name, weight: lambda grad: signal[name].append(length(grad))))


def _by_python(signal, name, weight):
    return lambda grad: signal[name].append(length(grad) / length(weight))


divides_floats = mistake(
    layerwise_learning_signal,
    "Beside a weight of zeros the watcher breaks the backward pass: Python's numbers refuse to be divided by 0. "
    "Tensors give inf there, so divide first and take the number out after that.",
    keeps=0.95,
)(watching_weights(_by_python))

adds_a_little = mistake(
    layerwise_learning_signal,
    "Beside a weight of zeros stands a finite number, as where something small is added to its norm, or where a test "
    "for 0 gives another number. Asked for is the ratio itself, and that is inf there.",
    keeps=0.95,
)(watching_weights(lambda signal, name, weight: lambda g: signal[name].append(length(g) / (length(weight) + 1e-12))))

passes_over_zeros = mistake(
    layerwise_learning_signal,
    "A weight of zeros gets no number in its line, though the pass reaches it. Each pass adds one, and beside zeros "
    "that is inf: no `if`.",
    keeps=0.95,
)(
    watching_weights(
        lambda signal, name, weight: lambda g: signal[name].append(ratio_of(g, weight)) if weight.any() else None
    )
)


def _largest(matrix):
    return torch.linalg.matrix_norm(matrix.detach().flatten(1), 2).item()


takes_the_spectral_norm = mistake(
    layerwise_learning_signal,
    "The norm is a matrix's largest singular value: `torch.linalg.norm(x, 2)` means that for two dimensions. The root "
    "of the sum of squares is `x.norm()`.",
)(watching_weights(lambda signal, name, weight: lambda grad: signal[name].append(_largest(grad) / _largest(weight))))


@mistake(
    layerwise_learning_signal,
    "An error in the block is swallowed, perhaps by an `except` or an `__exit__` that returns something "
    "true. Tidy up in `finally`, and let the error through.",
    keeps=0.75,
)
@contextmanager
def swallows_errors(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = [weight.register_hook(ratio(signal, name, weight)) for name, weight in weights.items()]
    try:
        yield signal
    except Exception:
        pass
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal,
    "All gradients are divided by the norm of one weight, the last one, as when the hook looks `weight` up only when "
    "it fires, after the loop. Bind it early, as the name.",
)
@contextmanager
def divides_by_the_last_weight(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    last = list(weights.values())[-1:]
    handles = [
        weight.register_hook(lambda grad, line=signal[name]: line.append(ratio_of(grad, last[0])))
        for name, weight in weights.items()
    ]
    try:
        yield signal
    finally:
        remove(handles)

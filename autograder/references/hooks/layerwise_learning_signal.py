"""`layerwise_learning_signal`: what is right, and what goes wrong."""

from contextlib import ExitStack, contextmanager
from functools import partial

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.hooks._shared import length, remove


def signal_weights(model):
    return {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}


@contextmanager
def layerwise_learning_signal(model):
    signal, handles, nodes = {}, [], []  # a node that nobody holds is gone, and its hook with it
    for name, weight in signal_weights(model).items():
        signal[name] = []
        nodes.append(weight.view_as(weight).grad_fn.next_functions[0][0])  # the node that adds to weight.grad

        def note(arriving, line=signal[name], weight=weight):
            line.append(length(arriving[0]) / length(weight))

        handles.append(nodes[-1].register_prehook(note))
    try:
        yield signal
    finally:
        remove(handles)


def watching_weights(note_for, weights_of=signal_weights):
    """The frame of most answers: `note_for(signal, name, weight)` makes a tensor hook."""

    @contextmanager
    def watch(model):
        weights = weights_of(model)
        signal = {name: [] for name in weights}
        handles = [weight.register_hook(note_for(signal, name, weight)) for name, weight in weights.items()]
        try:
            yield signal
        finally:
            remove(handles)

    return watch


def ratio(signal, name, weight):
    return lambda grad: signal[name].append(length(grad) / length(weight))


@mistake(
    layerwise_learning_signal,
    "The draft's three faults are all here. Begin with the lists: `[[]] * n` is one list n times. Then ask "
    "when `note` looks up `name`, and what happens to the hooks when the block ends with an error.",
)
@contextmanager
def the_draft(model):
    weights = signal_weights(model)
    signal = dict(zip(weights, [[]] * len(weights), strict=True))
    handles = {}

    def note(grad):
        signal[name].append((grad.norm() / weight.norm()).item())

    for name, weight in weights.items():
        handles[name] = weight.register_hook(note)
    yield signal
    remove(handles.values())


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
        handles.append(weight.register_hook(lambda grad: signal[name].append(length(grad) / length(weight))))  # noqa: B023
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
    size = length(weight)
    return lambda grad: signal[name].append(length(grad) / size)


measures_once = mistake(
    layerwise_learning_signal,
    "Each gradient is divided by the weight's norm as it was at first; the weight changes with every step. "
    "Take its norm anew each time the hook fires.",
)(watching_weights(_size_at_the_start))


def _hands_on_the_ratio(signal, name, weight):
    def note(grad):
        signal[name].append(length(grad) / length(weight))
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
        weight.register_post_accumulate_grad_hook(lambda w, line=signal[name]: line.append(length(w.grad) / length(w)))
        for name, weight in weights.items()
    ]
    try:
        yield signal
    finally:
        remove(handles)


counts_biases = mistake(
    layerwise_learning_signal, "Biases and norms have a line too; asked for are weights of two or more dimensions."
)(watching_weights(ratio, lambda model: {name: p for name, p in model.named_parameters() if p.requires_grad}))

turns_it_round = mistake(layerwise_learning_signal, "The ratio is upside down: gradient over weight is asked for.")(
    watching_weights(lambda signal, name, weight: lambda grad: signal[name].append(length(weight) / length(grad)))
)

keeps_tensors = mistake(layerwise_learning_signal, "The lists hold tensors, not numbers: call `.item()`.")(
    watching_weights(
        lambda signal, name, weight: lambda grad: signal[name].append((grad.norm() / weight.norm()).detach())
    )
)


squares_only = mistake(
    layerwise_learning_signal, "The norms are squared: take the root of the sum of squares, `grad.norm()`."
)(watching_weights(lambda signal, name, weight: lambda grad: signal[name].append((length(grad) / length(weight)) ** 2)))

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

names_the_module = mistake(
    layerwise_learning_signal,
    "The names are those of the modules. `model.named_parameters()` gives the weights' own, with `.weight` at the end.",
)(
    watching_weights(
        ratio, lambda model: {name.rpartition(".")[0]: weight for name, weight in signal_weights(model).items()}
    )
)


def _unless_zero(signal, name, weight):
    return lambda grad: signal[name].append(length(grad) / length(weight)) if grad.any() else None


leaves_out_zeros = mistake(
    layerwise_learning_signal,
    "A gradient of 0 has no entry. 0 is a number like any other, and each pass that reaches a weight adds one: no "
    "`if`.",
    keeps=0.95,
)(watching_weights(_unless_zero))


def _largest(matrix):
    return torch.linalg.matrix_norm(matrix.detach().flatten(1), 2).item()


takes_the_spectral_norm = mistake(
    layerwise_learning_signal,
    "The norm is a matrix's largest singular value: `torch.linalg.norm(x, 2)` means that for two dimensions. The root "
    "of the sum of squares is `x.norm()`.",
)(watching_weights(lambda signal, name, weight: lambda grad: signal[name].append(_largest(grad) / _largest(weight))))

keeps_the_last = mistake(
    layerwise_learning_signal, "Only the last pass is kept. Each backward pass adds a number to the list: append."
)(watching_weights(lambda signal, name, weight: lambda grad: signal.__setitem__(name, [length(grad) / length(weight)])))


@mistake(
    layerwise_learning_signal,
    "A weight that no pass reaches has no line at all. It has an empty list: make the lists when the block begins.",
    keeps=0.95,
)
@contextmanager
def makes_lines_late(model):
    signal = {}

    def note_for(name, weight):
        return lambda grad: signal.setdefault(name, []).append(length(grad) / length(weight))

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


@alternative(layerwise_learning_signal)
@contextmanager
def with_a_stack(model):
    signal = {}

    def note(name, weight, grad):
        signal[name].append(float(torch.linalg.vector_norm(grad) / torch.linalg.vector_norm(weight.detach())))

    with ExitStack() as stack:
        for name, weight in model.named_parameters():
            if weight.ndim >= 2 and weight.requires_grad:
                signal[name] = []
                stack.enter_context(weight.register_hook(partial(note, name, weight)))
        yield signal


@alternative(layerwise_learning_signal)
class AsAClass:
    def __init__(self, model):
        self.weights = signal_weights(model)

    def __enter__(self):
        self.signal = {name: [] for name in self.weights}
        self.handles = [weight.register_hook(ratio(self.signal, name, weight)) for name, weight in self.weights.items()]
        return self.signal

    def __exit__(self, *error):
        remove(self.handles)


promised(
    layerwise_learning_signal,
    "While a `with` block lasts, notes for each weight how large its gradient is beside it.",
    by=["one step", "nothing is noted after the block"],
)
promised(
    layerwise_learning_signal,
    "The value of `as` is a dict: name → list of Python floats.",
    by=["one step", "the docstring's example"],
)
promised(
    layerwise_learning_signal,
    "Each backward pass adds ‖gradient of this pass‖ / ‖weight at this time‖ to the list of each weight "
    "that it reaches, whatever lies in `.grad`.",
    by=["three steps that change the weights", "gradients that pile up", "two passes in one step"],
)
promised(
    layerwise_learning_signal,
    "Norms are roots of sums of squares.",
    by=["one step", "convolutions count, biases and norms do not"],
)
promised(
    layerwise_learning_signal,
    "Weights are the parameters with two or more dimensions that need a gradient, with their names from "
    "`model.named_parameters()`.",
    by=["convolutions count, biases and norms do not", "frozen weights have no line"],
)
promised(
    layerwise_learning_signal,
    "Training goes on as without it.",
    by=["training goes as without it"],
)
promised(
    layerwise_learning_signal,
    "After the block no hook is left, however it ends.",
    by=["nothing is noted after the block", "nothing is left behind by an error"],
)

"""`layerwise_learning_signal`: other ways that are right, and what is promised."""

from contextlib import ExitStack, contextmanager
from functools import partial

import torch

from autograder.references import alternative, promised
from autograder.references.hooks import (  # they register themselves
    _layerwise_learning_signal_lines_mistakes,  # noqa: F401
    _layerwise_learning_signal_mistakes,  # noqa: F401
)
from autograder.references.hooks._layerwise_learning_signal import (
    layerwise_learning_signal,
    ratio,
    signal_weights,
)
from autograder.references.hooks._shared import remove


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
    "While a `with` block lasts, notes for each weight how large its gradient is compared with it.",
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
promised(layerwise_learning_signal, "For a weight of zeros that is inf.", by=["a weight of zeros"])
promised(
    layerwise_learning_signal,
    "Norms are roots of sums of squares.",
    by=["one step", "convolutions count, biases and norms do not"],
)
promised(
    layerwise_learning_signal,
    "Weights are the parameters with two or more dimensions that need a gradient, with their names from "
    "`model.named_parameters()`.",
    by=["convolutions count, biases and norms do not", "matrices of other names count", "frozen weights have no line"],
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

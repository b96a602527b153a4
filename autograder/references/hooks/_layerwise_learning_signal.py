"""`layerwise_learning_signal`: what is right, and the frame of most answers."""

from contextlib import contextmanager

from autograder.references.hooks._shared import ratio_of, remove


def signal_weights(model):
    return {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}


@contextmanager
def layerwise_learning_signal(model):
    signal, handles, nodes = {}, [], []  # a node that nobody holds is gone, and its hook with it
    for name, weight in signal_weights(model).items():
        signal[name] = []
        nodes.append(weight.view_as(weight).grad_fn.next_functions[0][0])  # the node that adds to weight.grad

        def note(arriving, line=signal[name], weight=weight):
            line.append(ratio_of(arriving[0], weight))

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
    return lambda grad: signal[name].append(ratio_of(grad, weight))

"""`record_shapes`: other ways that are right, and what is promised."""

from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor

from autograder.references import alternative, promised
from autograder.references.hooks import _record_shapes_kinds_mistakes, _record_shapes_mistakes  # noqa: F401  (they register themselves)
from autograder.references.hooks._record_shapes import record_shapes
from autograder.references.hooks._shared import first_of, remove


@alternative(record_shapes)
def with_an_exit_stack(model, *inputs):
    lines = []

    def note(name, module, args, output):
        while not isinstance(output, Tensor):
            output = output[0]
        lines.append((name, output.size()))

    with ExitStack() as stack:
        for name, module in model.named_modules():
            if next(module.children(), None) is None:
                stack.enter_context(module.register_forward_hook(partial(note, name)))
        with torch.no_grad():
            model(*inputs)
    return lines


@alternative(record_shapes)
def with_names_by_identity(model, *inputs):
    names = {module: name for name, module in model.named_modules() if not len(list(module.children()))}
    lines = []

    def note(module, args, output):
        lines.append([names[module], list(first_of(output).shape)])

    handles = [module.register_forward_hook(note) for module in names]
    try:
        model(*inputs)
    finally:
        remove(handles)
    return lines


promised(
    record_shapes,
    "Runs `model(*inputs)` once and lists the shape that each leaf module gives.",
    by=["a small network", "the model runs once, in the mode it is in"],
)
promised(
    record_shapes,
    "model: any module whose leaves give a tensor, or a tuple that begins with one.",
    by=["a model that is a leaf itself", "a layer that returns a tuple"],
)
promised(record_shapes, "It is run in the mode it is in.", by=["the model runs once, in the mode it is in"])
promised(record_shapes, "inputs: what the model is called with.", by=["ids, two inputs, and a number at the end"])
promised(
    record_shapes,
    "One pair (name, shape) for each call of a leaf, in the order in which the calls end.",
    by=["modules within modules", "a layer used twice", "a shape that the model changes in place afterwards"],
)
promised(record_shapes, "A leaf that is used twice has two.", by=["a layer used twice"])
promised(
    record_shapes,
    "Names are those of `model.named_modules()`; a model without children is a leaf itself.",
    by=["modules within modules", "a model that is a leaf itself"],
)
promised(
    record_shapes,
    "Where a leaf returns a tuple, named or not, its first entry counts.",
    by=["a layer that returns a tuple", "a layer that returns a named tuple"],
)
promised(
    record_shapes,
    "No hook is left on the model, also when it raises; its mode is as before.",
    by=["nothing is left behind by an error", "two calls leave the model as it was"],
)

"""`record_shapes`: what is right, and the frame of most answers."""

from torch import nn
from torch.nn.modules.module import register_module_forward_hook

from autograder.references.hooks._shared import first_of, leaves_of, remove


def record_shapes(model, *inputs):
    names = {id(module): name for name, module in leaves_of(model)}
    shapes = []

    def note(module, args, output):
        if id(module) in names:
            shapes.append((names[id(module)], list(first_of(output).shape)))

    handle = register_module_forward_hook(note)
    try:
        model(*inputs)
    finally:
        handle.remove()
    return shapes


def recorder(model, inputs, modules, make, tidy=True, call=nn.Module.__call__):
    """The frame of most answers: hooks on, run, hooks off."""
    shapes = []
    handles = [module.register_forward_hook(make(name, shapes)) for name, module in modules]
    try:
        call(model, *inputs)
    finally:
        if tidy:
            remove(handles)
    return shapes


def by_output(name, shapes):
    return lambda module, args, output: shapes.append((name, tuple(first_of(output).shape)))

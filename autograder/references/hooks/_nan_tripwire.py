"""`nan_tripwire`: what is right, and the frame of most answers."""

from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references.hooks._shared import remove


@contextmanager
def nan_tripwire(model):
    names = {id(module): name for name, module in model.named_modules()}

    def look(module, args, output):
        values = output if isinstance(output, tuple) else [output]
        tensors = [value for value in values if torch.is_tensor(value)]
        if id(module) in names and any((tensor != tensor).any() for tensor in tensors):
            raise FloatingPointError(names[id(module)])

    handle = register_module_forward_hook(look)
    try:
        yield
    finally:
        handle.remove()


def tensors_of(output):
    return [value for value in (output if isinstance(output, tuple) else (output,)) if isinstance(value, Tensor)]


def flat(value):
    return [part for item in value for part in flat(item)] if isinstance(value, tuple) else [value]


def has_nan(output):
    return any(bool(torch.isnan(value).any()) for value in tensors_of(output))


def tripwire(modules_of=lambda model: list(model.named_modules()), bad=has_nan, say=lambda name, module: name):
    """The frame of most answers, as a function from a model to a context."""

    @contextmanager
    def wire(model):
        def watch(name):
            def look(module, args, output):
                if bad(output):
                    raise FloatingPointError(f"NaN in {say(name, module)}")

            return look

        handles = [module.register_forward_hook(watch(name)) for name, module in modules_of(model)]
        try:
            yield
        finally:
            remove(handles)

    return wire

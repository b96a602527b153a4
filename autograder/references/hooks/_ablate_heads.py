"""`ablate_heads`: what is right, and the frame of most answers."""

from contextlib import contextmanager

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from autograder.references.hooks._bert import checked, dense_of, size_of


@contextmanager
def ablate_heads(model, heads):
    """A mask by plain loops over the numbers, and one hook on all modules of the process."""
    size, off = size_of(model), set(checked(model, heads))
    layers = {id(dense_of(model, layer)): layer for layer in range(len(model.encoder.layer))}

    def mask(module, args):
        if id(module) not in layers:
            return None
        keep = [(layers[id(module)], feature // size) not in off for feature in range(args[0].shape[-1])]
        return (torch.where(torch.tensor(keep, device=args[0].device), args[0], 0.0),)

    handle = register_module_forward_pre_hook(mask)
    try:
        yield
    finally:
        handle.remove()


def by_pre_hook(model, change):
    """Registers a pre-hook on the projection of a layer; `change(values, head, size)` works on a copy."""
    size = size_of(model)

    def register(layer, head):
        def hook(module, args):
            values = args[0].clone()
            return (change(values, head, size),)

        return dense_of(model, layer).register_forward_pre_hook(hook)

    return register


def zeroed(values, head, size):
    values[..., head * size : (head + 1) * size] = 0
    return values

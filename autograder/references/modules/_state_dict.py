"""`state_dict`: what is right, and walks that answers are made of."""

from torch import nn


def state_dict(module):
    """The library's own, of a module that it knows, made of the same shelves."""
    return dict(_twin(module).state_dict())


def _twin(of):
    if of is None or isinstance(of, nn.Module):
        return of
    twin = nn.Module()
    twin._parameters, twin._buffers = of._parameters, of._buffers
    twin._non_persistent_buffers_set = of._non_persistent_buffers_set
    twin._modules = {name: _twin(inner) for name, inner in of._modules.items()}
    return twin


def walk(module, way=""):
    """For every entry: its name, the tensor, whether it is a parameter, and whether it is saved."""
    for name, value in module._parameters.items():
        if value is not None:
            yield way + name, value, True, True
    for name, value in module._buffers.items():
        if value is not None:
            yield way + name, value, False, name not in module._non_persistent_buffers_set
    for name, inner in module._modules.items():
        if inner is not None:
            yield from walk(inner, f"{way}{name}.")


def collected(module, take=lambda name, parameter, saved: saved):
    return {name: value.detach() for name, value, parameter, saved in walk(module) if take(name, parameter, saved)}

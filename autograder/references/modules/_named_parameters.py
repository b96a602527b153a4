"""`named_parameters`: what is right, and walks that answers are made of."""

from torch import nn


def entries(module, way=""):
    """Every entry of every level with its name, None and shared ones too."""
    for name, parameter in module._parameters.items():
        yield way + name, parameter
    for name, inner in module._modules.items():
        if inner is not None:
            yield from entries(inner, f"{way}{name}.")


def first_times(pairs):
    seen = []
    for name, parameter in pairs:
        if parameter is not None and not any(parameter is old for old in seen):
            seen.append(parameter)
            yield name, parameter


def named_parameters(module):
    """The library's own walk, over a module that it knows, made of the same shelves."""
    known = {}

    def twin(of):
        if of is None or isinstance(of, nn.Module):
            return of
        if id(of) not in known:
            known[id(of)] = nn.Module()
            known[id(of)]._parameters = of._parameters
            known[id(of)]._modules = {name: twin(inner) for name, inner in of._modules.items()}
        return known[id(of)]

    return list(twin(module).named_parameters())

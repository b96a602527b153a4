"""`tie`: what is right, and how names are followed."""


def found_at(model, path):
    """The module that holds the parameter, the parameter's own name, and the parameter."""
    names = path.split(".")
    for name in names[:-1]:
        if name not in model._modules:
            raise AttributeError(path)
        model = model._modules[name]
    if model._parameters.get(names[-1]) is None:
        raise AttributeError(path)
    return model, names[-1], model._parameters[names[-1]]


def tie(model, target, source):
    shared = found_at(model, source)[2]
    holder, name, old = found_at(model, target)
    if tuple(old.shape) != tuple(shared.shape):
        raise ValueError("shapes differ")
    holder._parameters[name] = shared

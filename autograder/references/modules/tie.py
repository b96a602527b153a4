"""`tie`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake


def _found(model, path):
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
    shared = _found(model, source)[2]
    holder, name, old = _found(model, target)
    if tuple(old.shape) != tuple(shared.shape):
        raise ValueError("shapes differ")
    holder._parameters[name] = shared


@mistake(
    tie,
    "The values are copied, and the two parameters part again at the first step. Tied means: one and the same "
    "nn.Parameter under two names.",
)
def copies_values(model, target, source):
    (_, _, mine), (_, _, theirs) = _found(model, target), _found(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine.data.copy_(theirs.data)


@mistake(
    tie,
    "The memory is shared between two parameters, by `.data = …` or by a new nn.Parameter around the same numbers. "
    "Each has a gradient of its own, both are stepped, and .to(…) parts them: share the nn.Parameter itself.",
)
def shares_memory_only(model, target, source):
    (_, _, mine), (_, _, theirs) = _found(model, target), _found(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine.data = theirs.data


@mistake(tie, "The roles are swapped: the source keeps its values, and the target takes them.")
def swaps_the_roles(model, target, source):
    tie(model, source, target)


@mistake(tie, "Shapes are not compared. The next call fails far from here, or broadcasts: raise ValueError at once.")
def ties_any_shape(model, target, source):
    holder, name, _ = _found(model, target)
    holder._parameters[name] = _found(model, source)[2]


@mistake(
    tie,
    "A target that is not there gets made: a typing error ties nothing and says nothing. Look the target up first, so "
    "that AttributeError comes.",
)
def makes_the_target(model, target, source):
    path, _, name = target.rpartition(".")
    shared, holder = model.get_parameter(source), model.get_submodule(path)
    if hasattr(holder, name) and getattr(holder, name).shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(holder, name, shared)


@mistake(
    tie,
    "A parameter of the model itself, whose name has no dot, is not found: model.get_submodule('') is the model.",
)
def wants_a_dot(model, target, source):
    if "." not in target or "." not in source:
        raise ValueError("not enough values to unpack")
    tie(model, target, source)


@mistake(
    tie,
    "setattr takes no dots: it would give the model itself an attribute of that name. Assign to the module that holds "
    "the parameter, model.get_submodule(path).",
)
def assigns_to_the_model(model, target, source):
    _, _, old = _found(model, target)
    shared = _found(model, source)[2]
    if old.shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(model, target, shared)


@mistake(tie, "Names are followed one step only: `body.0.weight` has two dots. get_submodule walks the whole way.")
def one_step_only(model, target, source):
    if target.count(".") > 1 or source.count(".") > 1:
        raise AttributeError("no attribute of that name")
    tie(model, target, source)


@alternative(tie)
def tied_by_setattr(model, target, source):
    path, _, name = target.rpartition(".")
    shared, old = model.get_parameter(source), model.get_parameter(target)
    if shared.shape != old.shape:
        raise ValueError(f"{target} is {tuple(old.shape)}, {source} is {tuple(shared.shape)}")
    setattr(model.get_submodule(path), name, shared)


@alternative(tie)
def tied_by_registering(model, target, source):
    parameters = dict(model.named_parameters(remove_duplicate=False))
    if missing := [name for name in (target, source) if name not in parameters]:
        raise AttributeError(missing[0])
    if parameters[target].size() != parameters[source].size():
        raise ValueError("shapes differ")
    holder, name = model, target
    while "." in name:
        first, _, name = name.partition(".")
        holder = getattr(holder, first)
    holder.register_parameter(name, parameters[source])

"""`tie`: what goes wrong, and other ways that are right."""

from torch import nn

from autograder.references import alternative, mistake, promised
from autograder.references.modules import _tie_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._tie import found_at, tie


@mistake(
    tie,
    "The values are copied, and the two parameters part again at the first step. Tied means: one and the same "
    "nn.Parameter under two names.",
)
def copies_values(model, target, source):
    (_, _, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine.data.copy_(theirs.data)


@mistake(
    tie,
    "The memory is shared between two parameters, by `.data = …` or by a new nn.Parameter around the same numbers. "
    "Each has a gradient of its own, both are stepped, and .to(…) parts them: share the nn.Parameter itself.",
)
def shares_memory_only(model, target, source):
    (_, _, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine.data = theirs.data


@mistake(tie, "The roles are swapped: both have the target's values. They should have the source's.")
def swaps_the_roles(model, target, source):
    tie(model, source, target)


@mistake(
    tie,
    "Shapes are not compared. The next call fails far from here, or broadcasts: raise ValueError at once.",
    keeps=0.91,
)
def ties_any_shape(model, target, source):
    holder, name, _ = found_at(model, target)
    holder._parameters[name] = found_at(model, source)[2]


@mistake(
    tie,
    "A target that is not there gets made: a typing error ties nothing and says nothing. Look the target up first, so "
    "that AttributeError comes.",
    keeps=0.94,
)
def makes_the_target(model, target, source):
    path, _, name = target.rpartition(".")
    shared, holder = model.get_parameter(source), model.get_submodule(path)
    if hasattr(holder, name) and getattr(holder, name).shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(holder, name, shared)


@mistake(
    tie,
    "A name without a dot, which is the model's own parameter, cannot be cut in two. rpartition gives an empty path "
    "for it, and model.get_submodule('') is the model.",
    keeps=0.95,
)
def wants_a_dot(model, target, source):
    shared, old = model.get_parameter(source), model.get_parameter(target)
    if shared.shape != old.shape:
        raise ValueError("shapes differ")
    path, name = target.rsplit(".", 1)
    setattr(model.get_submodule(path), name, shared)


@mistake(
    tie,
    "setattr takes no dots: it would give the model itself an attribute of that name. Assign to the module that holds "
    "the parameter, model.get_submodule(path).",
)
def assigns_to_the_model(model, target, source):
    _, _, old = found_at(model, target)
    shared = found_at(model, source)[2]
    if old.shape != shared.shape:
        raise ValueError("shapes differ")
    setattr(model, target, shared)


@mistake(
    tie,
    "Names are followed one step only: `body.0.weight` has two dots. get_submodule walks the whole way.",
    keeps=0.91,
)
def one_step_only(model, target, source):
    if target.count(".") > 1 or source.count(".") > 1:
        raise AttributeError("no attribute of that name")
    tie(model, target, source)


@mistake(
    tie,
    "The model is as it was. An assignment to a local name changes no module: setattr(holder, name, parameter) puts "
    "the parameter where the target was.",
)
def rebinds_a_name(model, target, source):
    (_, _, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")
    mine = theirs


@mistake(
    tie,
    "Another shape with as many numbers is let through: (2, 3) and (3, 2) hold six each and are not the "
    "same. Compare `.shape`.",
    keeps=0.97,
)
def goes_by_numel(model, target, source):
    (holder, name, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    if mine.numel() != theirs.numel():
        raise ValueError("shapes differ")
    holder._parameters[name] = theirs


@mistake(
    tie,
    "Shapes that broadcast are let through. Tied parameters are one and the same, so the shapes have to be equal.",
    keeps=0.97,
)
def goes_by_broadcast(model, target, source):
    (holder, name, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    if theirs.shape != mine.shape[mine.dim() - theirs.dim() :]:
        raise ValueError("shapes differ")
    holder._parameters[name] = theirs


@mistake(
    tie,
    "The target is tied before the shapes are compared: after the error the model is another one. Compare first.",
    keeps=0.9,
)
def ties_before_it_asks(model, target, source):
    (holder, name, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    holder._parameters[name] = theirs
    if mine.shape != theirs.shape:
        raise ValueError("shapes differ")


@mistake(
    tie,
    "A shape that differs is let go without a word: nothing is tied, and nobody knows. Raise ValueError.",
    keeps=0.9,
)
def keeps_quiet(model, target, source):
    (holder, name, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    if mine.shape == theirs.shape:
        holder._parameters[name] = theirs


@mistake(
    tie,
    "A name that is not there ends in another error than asked for: a dict raises KeyError. model.get_parameter raises "
    "AttributeError.",
    keeps=0.95,
)
def raises_key_errors(model, target, source):
    parameters = dict(model.named_parameters(remove_duplicate=False))
    if parameters[target].shape != parameters[source].shape:
        raise ValueError("shapes differ")
    tie(model, target, source)


@mistake(
    tie,
    "A shape that differs ends in another error than asked for: `assert` and torch's own checks do not raise "
    "ValueError. Compare, and raise it.",
    keeps=0.95,
)
def asserts_the_shape(model, target, source):
    (holder, name, mine), (_, _, theirs) = found_at(model, target), found_at(model, source)
    assert mine.shape == theirs.shape
    holder._parameters[name] = theirs


@mistake(
    tie,
    "A third parameter is made, and both names get it. `source` keeps what it has: an optimizer may hold it already.",
)
def makes_a_third(model, target, source):
    tie(model, target, source)
    (holder, name, _), (other, theirs, shared) = found_at(model, target), found_at(model, source)
    holder._parameters[name] = other._parameters[theirs] = nn.Parameter(shared.detach().clone())


@mistake(
    tie,
    "The target's parameter is replaced wherever the model holds it. One name was asked for: another that stood for "
    "the same parameter keeps it.",
    keeps=0.95,
)
def wherever_it_is(model, target, source):
    old, new = model.get_parameter(target), model.get_parameter(source)
    if old.shape != new.shape:
        raise ValueError("they differ in shape")
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False, remove_duplicate=False)):
            if parameter is old:
                setattr(module, name, new)


ANYTHING = (
    "A buffer's place is taken too, as when the target is looked up with `getattr`, where anything of that "
    "name will do. Ask `get_parameter`, or look into `_parameters`."
)


def _looked_up(model, target, source):
    """The module that holds the target, whatever the target is, and the source's parameter."""
    path, _, name = target.rpartition(".")
    shared, holder = model.get_parameter(source), model.get_submodule(path)
    if getattr(holder, name).shape != shared.shape:
        raise ValueError("shapes differ")
    return holder, name, shared


@mistake(tie, ANYTHING, keeps=0.97)
def takes_a_buffers_place(model, target, source):
    setattr(*_looked_up(model, target, source))


@mistake(tie, ANYTHING, keeps=0.97)
def takes_a_buffers_place_at_the_end(model, target, source):
    holder, name, shared = _looked_up(model, target, source)
    delattr(holder, name)  # so that it comes last among the names
    setattr(holder, name, shared)


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


promised(
    tie,
    "Makes the name `target` stand for the parameter that `source` names.",
    by=["one parameter under two names", "gradients of both places add up"],
)
promised(tie, "The values of `source` stay.", by=["one parameter under two names"])
promised(tie, "model: is changed.", by=["the output"])
promised(
    tie,
    'target, source: names from `model.named_parameters()`, as `"decoder.weight"`.',
    by=["deep inside", "the model's own parameter"],
)
promised(
    tie,
    "AttributeError: the model has no parameter of one of the names.",
    by=["a source that is not there", "a target that is not there", "a module and a buffer are no parameters"],
)
promised(
    tie,
    "ValueError: the two differ in shape.",
    by=["shapes that differ", "shapes that would broadcast", "as many numbers in another shape"],
)
promised(tie, "After an error the model is as before.", by=["shapes that differ", "a target that is not there"])

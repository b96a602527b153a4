"""`named_parameters`: what goes wrong, and other ways that are right."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.modules._named_parameters import entries, first_times, named_parameters


@mistake(
    named_parameters,
    "Only the module's own parameters are listed. Those of the modules inside belong to it, too: walk down, and put "
    "the module's name and a dot before theirs.",
)
def stays_on_top(module):
    return first_times(module._parameters.items())


@mistake(
    named_parameters,
    "The walk goes into an entry of `_modules` that is None. Such an entry is passed over, as one of `_parameters` is.",
    keeps=0.95,
)
def walks_into_none(module):
    found = [(name, parameter) for name, parameter in module._parameters.items() if parameter is not None]
    for name, inner in module._modules.items():
        found += [(f"{name}.{rest}", parameter) for rest, parameter in walks_into_none(inner)]
    return list(first_times(found))


@mistake(
    named_parameters,
    "Names lose the way: a parameter of a module inside is called `first.weight`, with the module's name and a dot.",
)
def forgets_the_way(module):
    return first_times((name.rpartition(".")[2], parameter) for name, parameter in entries(module))


@mistake(
    named_parameters,
    "Deep down, names tell the last module and not the whole way: `third.weight` for `first.third.weight`. Each level "
    "puts its name before whatever came from below.",
)
def last_module_only(module):
    return first_times((".".join(name.split(".")[-2:]), parameter) for name, parameter in entries(module))


@mistake(
    named_parameters,
    "It goes one level down and no further. A module inside may hold modules itself: let the walk call itself for each "
    "of them.",
)
def one_level_down(module):
    return first_times((name, parameter) for name, parameter in entries(module) if name.count(".") < 2)


@mistake(
    named_parameters,
    "A parameter in two places is listed twice, and an optimizer would step it twice. Remember what was listed, by "
    "identity.",
    keeps=0.8,
)
def lists_twice(module):
    return ((name, parameter) for name, parameter in entries(module) if parameter is not None)


@mistake(
    named_parameters,
    "A parameter that is shared by two modules is listed twice, although within one module it comes once. What was "
    "listed has to be remembered over the whole walk, by identity.",
    keeps=0.85,
)
def forgets_between_modules(module):
    yield from first_times(module._parameters.items())
    for name, inner in module._modules.items():
        if inner is not None:
            yield from ((f"{name}.{way}", parameter) for way, parameter in forgets_between_modules(inner))


@mistake(
    named_parameters,
    "What the module itself holds and a module inside holds as well is listed twice, though modules inside share "
    "without harm. The own ones count among what was listed, too.",
    keeps=0.96,
)
def own_ones_apart(module):
    own = list(module._parameters.items())
    inside = [(name, item) for name, item in entries(module) if "." in name]
    yield from first_times(own)
    yield from first_times(inside)


@mistake(
    named_parameters,
    "Modules that are already known are passed over, but two names for one parameter are both listed. It is the "
    "parameter that has to be known again, by identity.",
    keeps=0.87,
)
def knows_modules_only(module):
    seen = set()

    def walk(at, way):
        if at is None or id(at) in seen:
            return
        seen.add(id(at))
        yield from ((way + name, item) for name, item in at._parameters.items() if item is not None)
        for name, inner in at._modules.items():
            yield from walk(inner, f"{way}{name}.")

    yield from walk(module, "")


@mistake(
    named_parameters,
    "Two parameters with equal numbers are taken for one. Shared means the same object: compare with `is` or by id(…).",
    keeps=0.85,
)
def goes_by_values(module):
    seen = []
    for name, parameter in entries(module):
        if parameter is None or any(old.shape == parameter.shape and torch.equal(old, parameter) for old in seen):
            continue
        seen.append(parameter)
        yield name, parameter


@mistake(
    named_parameters,
    "On the meta device only the first parameter is listed, as when shared ones are told by their address: nothing has "
    "one there, all are 0. Shared means the same object: compare with `is` or by id(…).",
    keeps=0.96,
)
def goes_by_address(module):
    known = {}
    for name, parameter in entries(module):
        if parameter is not None:
            known.setdefault(parameter.data_ptr(), (name, parameter))
    return known.values()


@mistake(
    named_parameters,
    "A second walk leaves out what an earlier one has listed, as when the set of known ones is a default argument or "
    "lies outside of the function. Start with an empty one at every call.",
    keeps=0.96,
)
def remembers_earlier_walks(module):
    for name, parameter in entries(module):
        if parameter is not None and not getattr(parameter, "listed_before", False):
            parameter.listed_before = True  # as a set outside would know it
            yield name, parameter


@mistake(
    named_parameters,
    "The modules inside come first. The module's own parameters are listed before theirs, so that a shared one bears "
    "its shortest name.",
)
def inner_first(module):
    def walk(at, way):
        for name, inner in at._modules.items():
            if inner is not None:
                yield from walk(inner, f"{way}{name}.")
        yield from ((way + name, item) for name, item in at._parameters.items())

    return first_times(walk(module, ""))


@mistake(
    named_parameters,
    "It goes level by level: what lies deeper in the first module comes after its neighbours, as with a queue. All of "
    "one module comes first, down to its deepest level, then the next module on its shelf.",
)
def level_by_level(module):
    waiting = [("", module)]
    for way, at in waiting:
        waiting += [(f"{way}{name}.", inner) for name, inner in at._modules.items() if inner is not None]
    return first_times((way + name, item) for way, at in waiting for name, item in at._parameters.items())


@mistake(
    named_parameters,
    "An entry that is None is listed. A layer without a bias has the name on its shelf and nothing under it: leave it "
    "out.",
    keeps=0.9,
)
def lists_none(module):
    seen = set()
    for name, parameter in entries(module):
        if parameter is None or id(parameter) not in seen:
            seen.add(id(parameter))
            yield name, parameter


@mistake(
    named_parameters,
    "A frozen parameter is left out. It is one all the same: whether it needs a gradient is another question.",
    keeps=0.95,
)
def leaves_out_the_frozen(module):
    return first_times((name, item) for name, item in entries(module) if item is None or item.requires_grad)


@mistake(
    named_parameters,
    "What is listed are not the parameters but tensors made from them, as by `.data`, `detach()` or `clone()`. An "
    "optimizer has to get the parameters themselves.",
)
def lists_copies(module):
    return [(name, item.detach().clone()) for name, item in first_times(entries(module))]


@mistake(
    named_parameters,
    "Buffers are listed, too. Nobody learns them, and an optimizer should not get them: `_parameters` is the shelf.",
    keeps=0.95,
)
def lists_buffers(module):
    def walk(at, way):
        yield from ((way + name, item) for name, item in {**at._parameters, **at._buffers}.items())
        for name, inner in at._modules.items():
            if inner is not None:
                yield from walk(inner, f"{way}{name}.")

    return first_times(walk(module, ""))


@alternative(named_parameters)
def by_a_prefix(module, prefix="", seen=None):
    seen = set() if seen is None else seen
    for name, parameter in module._parameters.items():
        if parameter is not None and parameter not in seen:
            seen.add(parameter)
            yield prefix + name, parameter
    for name, inner in module._modules.items():
        if inner is not None:
            yield from by_a_prefix(inner, f"{prefix}{name}.", seen)


@alternative(named_parameters)
def by_a_stack(module):
    """Without recursion."""
    found, waiting = {}, [("", module)]
    while waiting:
        way, at = waiting.pop()
        for name, parameter in at._parameters.items():
            if parameter is not None:
                found.setdefault(id(parameter), (way + name, parameter))
        inside = [(f"{way}{name}.", inner) for name, inner in at._modules.items() if inner is not None]
        waiting += reversed(inside)
    return list(found.values())


promised(
    named_parameters,
    "All parameters of a module and of the modules inside it, with their names.",
    by=["one layer", "four levels"],
)
promised(
    named_parameters,
    "module: has the shelves `_parameters` and `_modules`; no method of its is needed.",
    by=["layers inside", "the library's modules"],
)
promised(named_parameters, "An entry of a shelf may be None, and is passed over.", by=["no bias", "no module"])
promised(
    named_parameters,
    "Pairs of a name and a parameter, in a list or one after the other: first the module's own, then module by module, "
    "in the order of the shelf, all that is inside it.",
    by=["four levels", "found deep down first"],
)
promised(
    named_parameters,
    "The names of the modules on the way stand before the parameter's, with dots between them: `body.first.weight`.",
    by=["layers inside", "four levels"],
)
promised(
    named_parameters,
    "A shared parameter comes once, under its first name.",
    by=["one layer in two places", "one parameter in two modules", "equal numbers are not shared"],
)

"""`count_parameters`: what is right, and what goes wrong."""

import math

from torch import Tensor

from autograder.references import alternative, mistake, promised


def count_parameters(model, trainable=False):
    """Module after module, with the parameters seen so far."""
    counts, seen = {}, set()
    for path, module in model.named_modules(remove_duplicate=False):
        for parameter in module._parameters.values():
            if parameter is None or id(parameter) in seen:
                continue
            seen.add(id(parameter))
            if parameter.requires_grad or not trainable:
                part = path.split(".")[0] or "self"
                counts[part] = counts.get(part, 0) + math.prod(parameter.shape)
    return counts


def _count(named, trainable, size=Tensor.numel):
    counts = {}
    for name, value in named:
        if not trainable or value.requires_grad:
            part = name.partition(".")[0] if "." in name else "self"
            counts[part] = counts.get(part, 0) + size(value)
    return counts


@mistake(
    count_parameters,
    "A shared parameter is counted under every name it has. It is one set of numbers: count it once, under the first.",
)
def counts_every_name(model, trainable=False):
    return _count(model.named_parameters(remove_duplicate=False), trainable)


@mistake(
    count_parameters,
    "Each part is counted by itself, so a parameter that two parts share counts in both. Walk over the whole model "
    "once.",
)
def counts_part_by_part(model, trainable=False):
    counts = _count([(name, value) for name, value in model._parameters.items() if value is not None], trainable)
    for part, module in model.named_children():
        total = sum(value.numel() for value in module.parameters() if value.requires_grad or not trainable)
        counts |= {part: total} if any(value.requires_grad or not trainable for value in module.parameters()) else {}
    return counts


@mistake(
    count_parameters,
    "Buffers are counted, and a shared parameter under each of its names, as in a state_dict. What is "
    "learned stands in named_parameters(), once.",
)
def counts_the_state(model, trainable=False):
    state = model.state_dict(keep_vars=True)
    return _count(state.items(), trainable)


@mistake(
    count_parameters,
    "Buffers are counted, such as the running statistics of a batch norm. Nobody learns them: what is learned stands "
    "in named_parameters().",
)
def counts_buffers(model, trainable=False):
    return _count([*model.named_parameters(), *model.named_buffers()], trainable)


@mistake(
    count_parameters,
    "A part counts what belongs to another part whose name begins like its own: `1` and `10`, as with `startswith`. "
    "Compare the whole name, up to the dot.",
    keeps=0.95,
)
def counts_by_the_beginning(model, trainable=False):
    named = list(model.named_parameters())
    counts = {
        part: _count([("self", v) for n, v in named if n.startswith(part) and "." in n], trainable)
        for part, _ in model.named_children()
    }
    own = _count([(n, v) for n, v in named if "." not in n], trainable)
    return own | {part: found["self"] for part, found in counts.items() if found}


@mistake(
    count_parameters,
    "A parameter that the model itself shares with a part counts for the part. named_parameters finds the model's own "
    "first, so it counts under `self`: begin with those.",
)
def counts_its_own_last(model, trainable=False):
    inside = {id(value) for _, child in model.named_children() for value in child.parameters()}
    named = list(model.named_parameters(remove_duplicate=False))
    own = [(name, value) for name, value in named if "." not in name and id(value) not in inside]
    parts = {id(value): (name, value) for name, value in reversed(named) if "." in name}
    return _count([*{id(v): (n, v) for n, v in own}.values(), *parts.values()], trainable)


@mistake(count_parameters, "Tensors are counted, not the numbers in them: numel().")
def counts_tensors(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: 1)


@mistake(count_parameters, "Rows are counted, not numbers: len() is the first dimension only. numel() has all.")
def counts_rows(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: len(value) if value.dim() else 1)


@mistake(count_parameters, "`trainable` is not heard: frozen parameters are always counted.", keeps=0.84)
def counts_frozen(model, trainable=False):
    return _count(model.named_parameters(), False)


@mistake(
    count_parameters,
    "Frozen parameters are left out although nobody asked for it. Only trainable=True leaves them out; "
    "without it, trainable is False and all are counted.",
    keeps=0.89,
)
def never_counts_frozen(model, trainable=False):
    return _count(model.named_parameters(), True)


@mistake(
    count_parameters,
    "The model's own parameters are missing: named_children() leads to the parts' only. They count under `self`.",
)
def forgets_its_own(model, trainable=False):
    counts = _count(model.named_parameters(), trainable)
    return {part: count for part, count in counts.items() if part != "self"}


@mistake(
    count_parameters,
    "The model's own parameters stand under their own names. They have no part: they count under `self`.",
)
def names_its_own(model, trainable=False):
    counts = {}
    for name, value in model.named_parameters():
        if not trainable or value.requires_grad:
            part = name.split(".")[0]
            counts[part] = counts.get(part, 0) + value.numel()
    return counts


@mistake(count_parameters, "One total is returned. Asked for is a dict, with a number for each part of the model.")
def counts_all_together(model, trainable=False):
    return sum(value.numel() for value in model.parameters() if value.requires_grad or not trainable)


@mistake(count_parameters, "Parts without parameters are listed with 0; leave them out.", keeps=0.72)
def lists_empty_parts(model, trainable=False):
    return {name: 0 for name, _ in model.named_children()} | count_parameters(model, trainable)


@mistake(
    count_parameters,
    "A shared parameter counts for the part that comes last. It counts for the first one.",
)
def counts_for_the_last(model, trainable=False):
    last = {id(value): (name, value) for name, value in model.named_parameters(remove_duplicate=False)}
    return _count(last.values(), trainable)


@mistake(
    count_parameters,
    "The whole name of each parameter is the key. A part is a direct child of the model: the name up to the first dot.",
)
def counts_by_name(model, trainable=False):
    return {n: value.numel() for n, value in model.named_parameters() if value.requires_grad or not trainable}


@mistake(
    count_parameters,
    "The module that holds a parameter is the key. A part is a direct child of the model: the name up to the first "
    "dot, not up to the last.",
)
def counts_by_holder(model, trainable=False):
    counts = {}
    for name, value in model.named_parameters():
        if value.requires_grad or not trainable:
            part = name.rpartition(".")[0] or "self"
            counts[part] = counts.get(part, 0) + value.numel()
    return counts


@mistake(
    count_parameters,
    "A part's count is overwritten by its next parameter, so only the last is left. Add up: counts.get(part, 0) + ….",
)
def overwrites(model, trainable=False):
    named = [pair for pair in model.named_parameters() if pair[1].requires_grad or not trainable]
    return {name.partition(".")[0] if "." in name else "self": value.numel() for name, value in named}


@mistake(
    count_parameters,
    "Parameters of equal shape are taken for shared. Shared means the same object; named_parameters() sees to that.",
)
def goes_by_shape(model, trainable=False):
    seen = {}
    for name, value in model.named_parameters():
        seen.setdefault((tuple(value.shape), name.rpartition(".")[2]), (name, value))
    return _count(seen.values(), trainable)


@mistake(
    count_parameters,
    "`trainable` is the wrong way round: trainable=True leaves out what is frozen, trainable=False counts everything.",
    keeps=0.73,
)
def turns_trainable(model, trainable=False):
    return _count(model.named_parameters(), not trainable)


@mistake(count_parameters, "Bytes are counted, not numbers: numel() has the numbers, whatever their dtype.")
def counts_bytes(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: value.numel() * value.element_size())


@mistake(
    count_parameters,
    "A part whose parameters are all left out is listed with 0. It has no entry: make one only where something counts.",
    keeps=0.9,
)
def lists_frozen_parts(model, trainable=False):
    named = list(model.named_parameters())
    return dict.fromkeys(_count(named, False), 0) | _count(named, trainable)


@mistake(
    count_parameters,
    "On the meta device only the first parameter counts, as when shared ones are told by their address: "
    "nothing has one there, all are 0. Shared means the same object.",
    keeps=0.97,
)
def goes_by_address(model, trainable=False):
    seen = {}
    for name, value in model.named_parameters():
        seen.setdefault(value.data_ptr(), (name, value))
    return _count(seen.values(), trainable)


@alternative(count_parameters)
def counted_by_names(model, trainable=False):
    return _count(model.named_parameters(), trainable)


@alternative(count_parameters)
def counted_by_identity(model, trainable=False):
    owners = {}
    for name, value in reversed(list(model.named_parameters(remove_duplicate=False))):
        owners[value] = name
    counts = {}
    for value, name in owners.items():
        if value.requires_grad or not trainable:
            head, dot, _ = name.partition(".")
            part = head if dot else "self"
            counts[part] = counts.get(part, 0) + value.numel()
    return counts


promised(
    count_parameters,
    "How many numbers the parameters of each part of a model hold, frozen ones too.",
    by=["nothing shared", "some are frozen: all"],
)
promised(count_parameters, "model: any module.", by=["one layer by itself", "parts with nothing to learn"])
promised(
    count_parameters,
    "trainable: count only parameters that need a gradient.",
    by=["some are frozen: those that learn", "some are frozen: all"],
)
promised(
    count_parameters,
    "For each part, which is the name of a direct child of `model`, the numbers in its parameters.",
    by=["nothing shared", "names that begin alike"],
)
promised(count_parameters, 'The model\'s own parameters count under `"self"`.', by=["one layer by itself"])
promised(
    count_parameters,
    "A shared parameter counts once, for the first part that `named_parameters` finds it in.",
    by=["a tied decoder", "tied, in another order", "the model's own, tied to a part"],
)
promised(count_parameters, "A part with nothing to count has no entry.", by=["parts with nothing to learn"])

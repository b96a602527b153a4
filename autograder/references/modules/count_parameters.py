"""`count_parameters`: what is right, and what goes wrong."""

import math

from torch import Tensor

from autograder.references import alternative, mistake


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
    "The state_dict also holds buffers, and every name of a shared parameter. What is learned stands in "
    "named_parameters().",
)
def counts_the_state(model, trainable=False):
    state = model.state_dict(keep_vars=True)
    return _count(state.items(), trainable)


@mistake(count_parameters, "Tensors are counted, not the numbers in them: numel().")
def counts_tensors(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: 1)


@mistake(count_parameters, "Rows are counted, not numbers: len() is the first dimension only. numel() has all.")
def counts_rows(model, trainable=False):
    return _count(model.named_parameters(), trainable, size=lambda value: len(value) if value.dim() else 1)


@mistake(count_parameters, "`trainable` is not heard: frozen parameters are always counted.")
def counts_frozen(model, trainable=False):
    return _count(model.named_parameters(), False)


@mistake(
    count_parameters, "Frozen parameters are never counted. They are left out only when trainable=True asks for it."
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


@mistake(
    count_parameters,
    "Two things: the model's own parameters are missing, and a parameter that two parts share counts in both. One walk "
    "over model.named_parameters() finds each once.",
)
def counts_children(model, trainable=False):
    counts = {}
    for part, module in model.named_children():
        sizes = [value.numel() for value in module.parameters() if value.requires_grad or not trainable]
        counts |= {part: sum(sizes)} if sizes else {}
    return counts


@mistake(count_parameters, "One total is returned. Asked for is a dict, with a number for each part of the model.")
def counts_all_together(model, trainable=False):
    return sum(value.numel() for value in model.parameters() if value.requires_grad or not trainable)


@mistake(count_parameters, "Parts without parameters are listed with 0; leave them out.")
def lists_empty_parts(model, trainable=False):
    return {name: 0 for name, _ in model.named_children()} | count_parameters(model, trainable)


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

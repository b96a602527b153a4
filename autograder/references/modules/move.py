"""`move`: what is right, and what goes wrong."""

import torch
from torch import nn

from autograder.references import alternative, mistake, promised


def move(module, target):
    """The library's own walk, over the same shelves."""
    for at in levels(module):
        twin = nn.Module()
        twin._parameters, twin._buffers = at._parameters, at._buffers
        twin.to(target)
    return module


def levels(module):
    yield module
    for inside in module._modules.values():
        if inside is not None:
            yield from levels(inside)


def converted(tensor, target):
    return tensor.to(target) if tensor.is_floating_point() or isinstance(target, torch.device) else tensor


def shelves(module):
    """Each shelf of each level with the names of what is there."""
    for at in levels(module):
        for shelf in (at._parameters, at._buffers):
            yield shelf, [name for name, value in shelf.items() if value is not None]


@mistake(
    move,
    "The buffers stay as they are: parameters change their dtype and device, and buffers keep the old ones. On another "
    "device the next call mixes the two and fails.",
)
def leaves_buffers(module, target):
    for at in levels(module):
        for parameter in at._parameters.values():
            if parameter is not None:
                parameter.data = converted(parameter.data, target)
    return module


@mistake(move, "It stops at the module itself: the modules inside have to go along, on all levels.")
def only_itself(module, target):
    for shelf, names in list(shelves(module))[:2]:
        for name in names:
            shelf[name].data = converted(shelf[name].data, target)
    return module


@mistake(
    move,
    "It reaches the modules directly inside and stops there: what lies deeper keeps its old dtype and device. Let the "
    "walk call itself for each module inside.",
)
def one_level_down(module, target):
    for at in (module, *(inside for inside in module._modules.values() if inside is not None)):
        for shelf in (at._parameters, at._buffers):
            for value in shelf.values():
                if value is not None:
                    value.data = converted(value.data, target)
    return module


@mistake(
    move,
    "Buffers that are not saved stay behind. They are left out of the file and nowhere else: they move as all buffers "
    "do.",
    keeps=0.7,
)
def leaves_what_is_not_saved(module, target):
    for at in levels(module):
        for name, value in {**at._parameters, **at._buffers}.items():
            if value is not None and name not in at._non_persistent_buffers_set:
                value.data = converted(value.data, target)
    return module


@mistake(
    move,
    "There are new parameters afterwards. An optimizer that was made before still holds the old ones, and trains them "
    "for nobody. Keep the object and change what it holds: parameter.data = ….",
)
def new_parameters(module, target):
    for shelf, names in shelves(module):
        for name in names:
            value = converted(shelf[name].data, target)
            old = shelf[name]
            shelf[name] = (
                nn.Parameter(value, requires_grad=old.requires_grad) if isinstance(old, nn.Parameter) else value
            )
    return module


@mistake(
    move,
    "Afterwards there are plain tensors on the shelf of the parameters, results of an operation: no leaves, so no "
    "gradient is kept for them. Keep the object and change what it holds: parameter.data = ….",
)
def no_leaves(module, target):
    for shelf, names in shelves(module):
        for name in names:
            shelf[name] = converted(shelf[name], target)
    return module


@mistake(
    move,
    "Whole numbers turn into floating point: a counter stays a counter. A dtype is for tensors that "
    "`is_floating_point()`; a device is for all.",
    keeps=0.8,
)
def converts_counters(module, target):
    for shelf, names in shelves(module):
        for name in names:
            shelf[name].requires_grad_(shelf[name].requires_grad and shelf[name].is_floating_point())
            shelf[name].data = shelf[name].data.to(target)
    return module


@mistake(
    move,
    "Counters and other whole numbers stay behind when the module goes to another device, and the next call mixes two "
    "devices. Only a dtype passes them over; a device is for all tensors.",
    keeps=0.93,
)
def leaves_counters_behind(module, target):
    for shelf, names in shelves(module):
        for name in names:
            if shelf[name].is_floating_point():
                shelf[name].data = shelf[name].data.to(target)
    return module


@mistake(
    move,
    "A buffer does not find its way back to the shelf, as with setattr(module, name, …) or register_buffer: "
    "only nn.Module knows what to do with these, and here a module is whatever has shelves. Write "
    "module._buffers[name] = ….",
)
def assigns_buffers_by_name(module, target):
    for at in levels(module):
        for name, value in [*at._parameters.items(), *at._buffers.items()]:
            if isinstance(value, nn.Parameter):
                value.data = converted(value.data, target)
            elif value is not None:
                setattr(at, name, converted(value, target))
    return module


@mistake(
    move,
    "Nothing changes. `tensor.to(…)` returns a new tensor and leaves the old one as it is: put the new one where the "
    "old one was, parameter.data = …, module._buffers[name] = ….",
)
def into_the_air(module, target):
    for shelf, names in shelves(module):
        for name in names:
            converted(shelf[name], target)
    return module


@mistake(move, "It does not return the module: `return module`, so that calls can be chained.", keeps=0.95)
def returns_nothing(module, target):
    move(module, target)


@mistake(
    move,
    "A plain tensor attribute, or one in a list, is converted, too. It is on no shelf, so it stays behind: that is why "
    "one registers a buffer.",
    keeps=0.95,
)
def takes_plain_ones(module, target):
    for at in levels(module):
        for name, value in list(vars(at).items()):
            if isinstance(value, torch.Tensor):
                setattr(at, name, converted(value, target))
            elif isinstance(value, list):
                setattr(at, name, [converted(item, target) for item in value])
    return move(module, target)


@mistake(
    move,
    "A frozen parameter needs a gradient afterwards. A move changes where a tensor lies and how it is stored, and "
    "nothing else.",
    keeps=0.95,
)
def thaws(module, target):
    move(module, target)
    for shelf, names in shelves(module):
        for name in names:
            if isinstance(shelf[name], nn.Parameter) and shelf[name].is_floating_point():
                shelf[name].requires_grad_(True)
    return module


@mistake(
    move,
    "Only buffers are moved; the parameters stay where and what they were. Each keeps its object and gets new numbers: "
    "parameter.data = parameter.data.to(target).",
)
def leaves_the_parameters(module, target):
    for at in levels(module):
        at._buffers |= {name: converted(value, target) for name, value in at._buffers.items() if value is not None}
    return module


@alternative(move)
def by_data_alone(module, target):
    for shelf, names in shelves(module):
        for name in names:
            shelf[name].data = converted(shelf[name].data, target)
    return module


@alternative(move)
def recursive(module, target):
    kind = isinstance(target, torch.dtype)
    for parameter in filter(lambda item: item is not None, module._parameters.values()):
        if not kind or parameter.dtype.is_floating_point:
            parameter.data = parameter.detach().to(target)
    for name in list(module._buffers):
        buffer = module._buffers[name]
        if buffer is not None and (buffer.dtype.is_floating_point or not kind):
            module._buffers[name] = buffer.to(target)
    for inside in module._modules.values():
        if inside is not None:
            recursive(inside, target)
    return module


promised(
    move,
    "Brings all parameters and buffers of a module, and of the modules inside it, to a dtype or a device.",
    by=["float64", "half precision, and back", "a device"],
)
promised(
    move,
    "module: has the shelves `_parameters`, `_buffers` and `_modules`; no method of its is needed.",
    by=["float64", "the library's modules"],
)
promised(move, "An entry of a shelf may be None, and is passed over.", by=["float64"])
promised(
    move,
    "target: a dtype changes floating-point tensors only, a device changes all.",
    by=["counters and a table of words", "a device", "counters on another device"],
)
promised(move, "The module itself.", by=["it returns the module"])
promised(
    move,
    "Its parameters are the same objects as before, leaves that need a gradient or not, as they did.",
    by=["the same parameters, still leaves", "a frozen parameter", "an optimizer that was made before"],
)
promised(move, "Gradients may stay behind.", by="it permits something")

"""Mistakes of `input_scaler`."""

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from autograder.references import mistake
from autograder.references.hooks._input_scaler import all_but, input_scaler, scaled_by, with_scaled


@mistake(
    input_scaler,
    "The output is scaled, not the input: a forward hook comes after the module, a forward-pre hook before.",
)
def scales_the_output(module, factor):
    return module.register_forward_hook(lambda module, args, output: factor * output)


@mistake(
    input_scaler,
    "Nothing is scaled: the module gets its inputs as they were. A pre-hook that returns None leaves them "
    "so, whatever it computes: return the new (args, kwargs).",
)
def returns_nothing(module, factor):
    def hook(module, args, kwargs):
        args = tuple(map(scaled_by(factor), args))
        kwargs = {name: scaled_by(factor)(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@mistake(
    input_scaler,
    "The caller's own tensor is changed, as by `*=` or `mul_`, which write into it: scale a new one, `value * factor`.",
)
def scales_in_place(module, factor):
    def scaled(value):
        if isinstance(value, Tensor) and value.is_floating_point():
            value.mul_(factor)
        return value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "Inputs given by name go through unscaled. A hook sees them only when it is registered with "
    "`with_kwargs=True`, and then `kwargs` has to be scaled as `args` is.",
)
def forgets_the_names(module, factor):
    return module.register_forward_pre_hook(lambda module, args: tuple(map(scaled_by(factor), args)))


@mistake(
    input_scaler,
    "Only the first input comes through: what a pre-hook returns takes the place of all positional "
    "inputs. Return every one.",
)
def drops_the_others(module, factor):
    return module.register_forward_pre_hook(lambda module, args: factor * args[0])


@mistake(input_scaler, "Only the first input is scaled: go over all of them, in `args` and in `kwargs`.")
def scales_the_first(module, factor):
    scaled = scaled_by(factor)

    def hook(module, args, kwargs):
        return (scaled(args[0]), *args[1:]) if args else args, {**kwargs}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@mistake(
    input_scaler,
    "Whole numbers, masks and None are multiplied too. Ids are no amounts: scale floating-point tensors only.",
    keeps=0.8,
)
def scales_everything(module, factor):
    return module.register_forward_pre_hook(with_scaled(factor, lambda value: value * factor), with_kwargs=True)


@mistake(
    input_scaler,
    "The hook sits on every module inside too, so values are scaled at each level: register it on the "
    "one module given.",
)
def on_every_module(module, factor):
    handles = [
        part.register_forward_pre_hook(with_scaled(factor, scaled_by(factor)), with_kwargs=True)
        for part in module.modules()
    ]
    return handles[0]


@mistake(input_scaler, "The handle is not returned, so nobody can take the hook off again.", keeps=0.95)
def keeps_the_handle(module, factor):
    module.register_forward_pre_hook(with_scaled(factor, scaled_by(factor)), with_kwargs=True)


@mistake(
    input_scaler,
    "No gradient reaches the caller's input any more: `.detach()`, `.data` and `torch.no_grad()` cut the "
    "graph. Multiply the tensor itself.",
    keeps=0.9,
)
def cuts_the_graph(module, factor):
    def scaled(value):
        return value.detach() * factor if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "The dtype becomes another, or a single number becomes a vector of one: `torch.tensor([factor])` is a "
    "float32 tensor of one dimension. Multiply by the Python number.",
    keeps=0.9,
)
def scales_by_a_tensor(module, factor):
    number = torch.tensor([factor])

    def scaled(value):
        return value * number.to(value.device) if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "The factor is rounded to float32 on the way, and a float64 input loses half of its digits. Multiply by the Python "
    "number.",
    keeps=0.95,
)
def rounds_the_factor(module, factor):
    number = torch.tensor(factor, dtype=torch.float32)

    def scaled(value):
        return value * number.to(value.device) if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "What goes in comes out as float32. `.float()` changes the dtype of float64 and of half precision: multiply alone "
    "keeps it.",
    keeps=0.95,
)
def scales_in_float32(module, factor):
    def scaled(value):
        return value.float() * factor if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "Only float32 is scaled. float64 and half precision are floating point too: ask `value.is_floating_point()`.",
    keeps=0.95,
)
def scales_float32_only(module, factor):
    def scaled(value):
        return value * factor if isinstance(value, Tensor) and value.dtype == torch.float32 else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "All tensors are scaled, whole numbers and masks too. Ids are no amounts: ask `value.is_floating_point()`.",
    keeps=0.8,
)
def scales_all_tensors(module, factor):
    def scaled(value):
        return value * factor if isinstance(value, Tensor) else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


scales_all_but_masks = mistake(
    input_scaler,
    "Whole numbers are scaled too. Ids are no amounts: ask `value.is_floating_point()`.",
    keeps=0.8,
)(all_but(torch.bool))

scales_all_but_ids = mistake(
    input_scaler,
    "Masks of True and False are scaled too, and become numbers. They are no amounts: ask `value.is_floating_point()`.",
    keeps=0.8,
)(all_but(torch.int64))


@mistake(
    input_scaler,
    "Python's own floats are scaled too. Only tensors are amounts here; a float beside them goes through as it is.",
    keeps=0.8,
)
def scales_python_floats(module, factor):
    def scaled(value):
        floating = isinstance(value, float) or (isinstance(value, Tensor) and value.is_floating_point())
        return value * factor if floating else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "The factor 0 is taken for no factor. It is a number like any other: no `if factor`, no `factor or 1`.",
)
def takes_zero_for_none(module, factor):
    return module.register_forward_pre_hook(with_scaled(factor, scaled_by(factor or 1.0)), with_kwargs=True)


@mistake(input_scaler, "Only inputs given by name are scaled, those given by position are not: go over `args` as well.")
def scales_names_only(module, factor):
    def hook(module, args, kwargs):
        return args, {name: scaled_by(factor)(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@mistake(input_scaler, "The input is divided by the factor, and should be multiplied.")
def divides(module, factor):
    def scaled(value):
        return value / factor if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "The weights are multiplied, not the input, and no handle can take that back. Leave the module as it is and "
    "register a pre-hook.",
)
def scales_the_weights(module, factor):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(factor)
    return module.register_forward_pre_hook(lambda module, args: None)


@mistake(
    input_scaler,
    "Only the first call is scaled, as when the hook takes itself off. It stays on until the caller removes "
    "the handle.",
)
def scales_once(module, factor):
    def hook(module, args, kwargs):
        handle.remove()
        return with_scaled(factor, scaled_by(factor))(module, args, kwargs)

    handle = module.register_forward_pre_hook(hook, with_kwargs=True)
    return handle


@mistake(input_scaler, "The factor is added to the input; it should be multiplied by it.")
def adds(module, factor):
    def scaled(value):
        return value + factor if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "Tensors inside a tuple are scaled too, as by `tree_map`. Multiply only what is a tensor itself.",
    keeps=0.9,
)
def goes_inside(module, factor):
    return module.register_forward_pre_hook(
        lambda module, args, kwargs: tree_map(scaled_by(factor), (args, kwargs)), with_kwargs=True
    )

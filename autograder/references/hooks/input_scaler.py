"""`input_scaler`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.hooks import _input_scaler_kinds_mistakes, _input_scaler_mistakes  # noqa: F401  (they register themselves)
from autograder.references.hooks._input_scaler import input_scaler


@alternative(input_scaler)
def with_a_dict(module, factor):
    """Which values are amounts is noted first, then those are replaced."""

    def hook(module, args, kwargs):
        every = {**dict(enumerate(args)), **kwargs}
        amounts = [key for key, value in every.items() if torch.is_tensor(value) and value.dtype.is_floating_point]
        every.update({key: torch.mul(every[key], factor) for key in amounts})
        return tuple(every.pop(place) for place in range(len(args))), every

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@alternative(input_scaler)
def with_loops(module, factor):
    def hook(_, args, kwargs):
        new, named = [], dict(kwargs)
        for value in args:
            new.append(value.mul(factor) if torch.is_tensor(value) and value.is_floating_point() else value)
        for name in named:
            if torch.is_tensor(named[name]) and named[name].is_floating_point():
                named[name] = named[name] * factor
        return tuple(new), named

    return module.register_forward_pre_hook(hook, with_kwargs=True)


promised(
    input_scaler,
    "From now on, multiplies what goes into `module` by `factor`.",
    by=["one input", "each of three calls"],
)
promised(
    input_scaler,
    "Every input that is a floating-point tensor is multiplied, given by position or by name.",
    by=["two inputs", "inputs by name", "the dtype stays"],
)
promised(
    input_scaler,
    "Whole numbers, boolean masks, None and all else go through as they are.",
    by=["whole numbers, masks, None and all else pass", "the same by name"],
)
promised(
    input_scaler,
    "Tensors that lie inside a tuple or a list, such as the pair of states that an LSTM gets, are not multiplied "
    "either.",
    by=["whole numbers, masks, None and all else pass", "the same by name"],
)
promised(
    input_scaler,
    "The caller's tensors are not changed, dtypes stay, gradients flow.",
    by=["the caller's tensors are left alone", "the dtype stays", "gradients flow through"],
)
promised(
    input_scaler,
    "module: this one gets a forward-pre hook, and no module inside it.",
    by=["this module and no other"],
)
promised(
    input_scaler,
    "factor: any number.",
    by=["the factor 0", "no batch, and a negative factor"],
)
promised(
    input_scaler,
    "The handle that takes the hook off again.",
    by=["handles take it off again"],
)

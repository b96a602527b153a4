"""Mistakes of `input_scaler` about which inputs go through as they are."""

import torch

from autograder.references import mistake
from autograder.references.hooks._input_scaler import all_but, input_scaler, scaled_by

SPARED = ((), (torch.int32,), (torch.uint8,))

for more in SPARED:
    mistake(
        input_scaler,
        "Whole numbers of some dtypes, such as int32 or uint8, are scaled, though those of int64 are not. There are "
        "many kinds of them: ask for what is to be scaled, `value.is_floating_point()`.",
        keeps=0.9,
    )(all_but(torch.bool, torch.int64, *more))


@mistake(
    input_scaler,
    "Inputs by name that are not floating-point tensors do not arrive. An `if` at the end of a comprehension leaves "
    "entries out; to let them through as they are, write `… if … else value` before the `for`.",
    keeps=0.95,
)
def drops_other_names(module, factor):
    scaled = scaled_by(factor)

    def hook(module, args, kwargs):
        amounts = {
            name: value for name, value in kwargs.items() if torch.is_tensor(value) and value.is_floating_point()
        }
        return tuple(map(scaled, args)), {name: scaled(value) for name, value in amounts.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@mistake(
    input_scaler,
    "Inputs by position that are not floating-point tensors do not arrive. An `if` at the end of a comprehension "
    "leaves entries out; to let them through as they are, write `… if … else value` before the `for`.",
    keeps=0.95,
)
def drops_other_places(module, factor):
    scaled = scaled_by(factor)

    def hook(module, args, kwargs):
        amounts = tuple(scaled(value) for value in args if torch.is_tensor(value) and value.is_floating_point())
        return amounts, {name: scaled(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)

"""`nan_tripwire`: other ways that are right, and what is promised."""

from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor

from autograder.references import alternative, promised
from autograder.references.hooks import _nan_tripwire_kinds_mistakes, _nan_tripwire_mistakes  # noqa: F401  (they register themselves)
from autograder.references.hooks._nan_tripwire import nan_tripwire


@alternative(nan_tripwire)
class WithAClass:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.stack = ExitStack()
        for name, module in self.model.named_modules():
            self.stack.enter_context(module.register_forward_hook(partial(self.look, name)))

    @staticmethod
    def look(name, module, args, output):
        tensors = [output] if isinstance(output, Tensor) else [item for item in output if isinstance(item, Tensor)]
        for tensor in tensors:
            if tensor.ne(tensor).any():
                raise FloatingPointError(f"module {name!r} ({type(module).__name__}) gave NaN.")

    def __exit__(self, *error):
        self.stack.close()


@alternative(nan_tripwire)
@contextmanager
def with_sums(model):
    def look(name, module, args, output):
        for tensor in output if isinstance(output, (tuple, list)) else [output]:
            if torch.is_tensor(tensor) and int(tensor.isnan().sum()) > 0:
                raise FloatingPointError(name)

    with ExitStack() as stack:
        for name, module in model.named_modules():
            stack.enter_context(module.register_forward_hook(partial(look, name)))
        yield


promised(
    nan_tripwire,
    "While a `with` block lasts, raises an alarm at the first module that gives NaN.",
    by=["a layer among others", "after the block there is no alarm"],
)
promised(
    nan_tripwire,
    "Every module of the model is watched, with children or without, and no other.",
    by=["a module's own arithmetic", "the model itself makes NaN", "another model in the block is not watched"],
)
promised(
    nan_tripwire,
    "Where an output is a tuple, named or not, all its tensors are looked at, of whatever dtype; what else is in it "
    "(None, another tuple and what that holds) is passed over, and so is an output that is neither a tensor nor a "
    "tuple.",
    by=[
        "any tensor of a tuple",
        "a named tuple",
        "double, half and complex numbers",
        "None in a tuple",
        "a tuple in a tuple",
        "NaN in a tuple inside the tuple",
        "a dict, and NaN in one",
    ],
)
promised(
    nan_tripwire,
    "Infinity is not an alarm.",
    by=["infinity is no alarm"],
)
promised(
    nan_tripwire,
    "After the block no hook of its own is left on the model, however the block ends.",
    by=["a layer among others", "another error comes through"],
)
promised(
    nan_tripwire,
    "FloatingPointError: a module's output holds NaN; the message holds its name from `model.named_modules()`, "
    "whatever words stand around it.",
    by=["a layer among others", "one bad value of twelve"],
)
promised(
    nan_tripwire,
    "For the model itself, which has the empty name, words alone will do.",
    by=["the model itself makes NaN"],
)

"""`nan_tripwire`: what is right, and what goes wrong."""

from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake
from autograder.references.hooks._shared import first_of, leaves_of, remove


@contextmanager
def nan_tripwire(model):
    names = {id(module): name for name, module in model.named_modules()}

    def look(module, args, output):
        tensors = output if isinstance(output, tuple) else [output]
        if id(module) in names and any((tensor != tensor).any() for tensor in tensors):
            raise FloatingPointError(names[id(module)])

    handle = register_module_forward_hook(look)
    try:
        yield
    finally:
        handle.remove()


def has_nan(output):
    return any(bool(torch.isnan(value).any()) for value in (output if isinstance(output, tuple) else (output,)))


def tripwire(modules_of=lambda model: list(model.named_modules()), bad=has_nan, say=lambda name, module: name):
    """The frame of most answers, as a function from a model to a context."""

    @contextmanager
    def wire(model):
        def watch(name):
            def look(module, args, output):
                if bad(output):
                    raise FloatingPointError(f"NaN in {say(name, module)}")

            return look

        handles = [module.register_forward_hook(watch(name)) for name, module in modules_of(model)]
        try:
            yield
        finally:
            remove(handles)

    return wire


wakes_for_infinity = mistake(
    nan_tripwire, "Infinity raises the alarm too. Attention puts -inf where it hides something: look for NaN, `isnan`."
)(
    tripwire(
        bad=lambda output: any(
            not value.isfinite().all() for value in (output if isinstance(output, tuple) else (output,))
        )
    )
)

looks_at_all = mistake(nan_tripwire, "One NaN among good values goes by: ask for `.any()`, not for `.all()`.")(
    tripwire(
        bad=lambda output: any(value.isnan().all() for value in (output if isinstance(output, tuple) else (output,)))
    )
)

compares_with_nan = mistake(
    nan_tripwire,
    "No alarm is ever raised: NaN equals nothing, not even itself, so `== float('nan')` is always False. Use `isnan`.",
)(
    tripwire(
        bad=lambda output: any(
            (value == torch.nan).any() for value in (output if isinstance(output, tuple) else (output,))
        )
    )
)

names_the_class = mistake(
    nan_tripwire,
    "The alarm names the kind of module, and a model may have a hundred of them. Name its place: the "
    "name from `named_modules`.",
)(tripwire(say=lambda name, module: type(module).__name__))

looks_at_leaves_only = mistake(
    nan_tripwire,
    "A module that has children can make NaN by its own arithmetic, and nobody watches it. Watch every "
    "module, not only the leaves.",
)(tripwire(modules_of=leaves_of))

looks_at_the_first = mistake(
    nan_tripwire,
    "Only the first tensor of a tuple is looked at; NaN in the second goes by, or another module is blamed.",
)(tripwire(bad=lambda output: bool(first_of(output).isnan().any())))


@mistake(
    nan_tripwire,
    "The alarm leaves its hooks behind: it raises, so the lines after `yield` never run. Put them into `finally`.",
)
@contextmanager
def leaves_the_wire(model):
    def watch(name):
        def look(module, args, output):
            if has_nan(output):
                raise FloatingPointError(f"NaN in {name}")

        return look

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    yield
    remove(handles)


@mistake(
    nan_tripwire,
    "The alarm names the last module that showed NaN: once there, it spreads. Raise at the first, inside the hook.",
)
@contextmanager
def blames_the_last(model):
    bad = []

    def watch(name):
        return lambda module, args, output: bad.append(name) if name and has_nan(output) else None

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    try:
        yield
    finally:
        remove(handles)
    if bad:
        raise FloatingPointError(f"NaN in {bad[-1]}")


@mistake(nan_tripwire, "All hooks of the model are cleared, other people's too. Remove your own by their handles.")
@contextmanager
def clears_the_model(model):
    wire = tripwire()
    try:
        with wire(model):
            yield
    finally:
        for module in model.modules():
            module._forward_hooks.clear()


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
            if int(tensor.isnan().sum()) > 0:
                raise FloatingPointError(name)

    with ExitStack() as stack:
        for name, module in model.named_modules():
            stack.enter_context(module.register_forward_hook(partial(look, name)))
        yield

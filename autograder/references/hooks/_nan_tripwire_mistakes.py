"""Mistakes of `nan_tripwire`."""

from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import mistake
from autograder.references.hooks._nan_tripwire import flat, has_nan, nan_tripwire, tensors_of, tripwire
from autograder.references.hooks._shared import leaves_of, remove

wakes_for_infinity = mistake(
    nan_tripwire,
    "Infinity raises the alarm too. Attention puts -inf where it hides something: look for NaN, `isnan`.",
    keeps=0.98,
)(tripwire(bad=lambda output: any(not value.isfinite().all() for value in tensors_of(output))))

looks_at_all = mistake(nan_tripwire, "One NaN among good values goes by: ask for `.any()`, not for `.all()`.")(
    tripwire(bad=lambda output: any(value.numel() and value.isnan().all() for value in tensors_of(output)))
)

compares_with_nan = mistake(
    nan_tripwire,
    "No alarm is ever raised. `== float('nan')` is always False, as NaN equals nothing, not even itself: use "
    "`isnan`. And see that every module has a hook, and that the hook raises.",
)(tripwire(bad=lambda output: any((value == torch.nan).any() for value in tensors_of(output))))

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

FIRST_ONLY = "Only the first tensor of a tuple is looked at; NaN in the second goes by, or another module is blamed."
looks_at_the_first = mistake(nan_tripwire, FIRST_ONLY)(
    tripwire(bad=lambda output: any(bool(value.isnan().any()) for value in tensors_of(output)[:1]))
)


@mistake(
    nan_tripwire,
    "An alarm leaves the hooks behind. It is an error, so the lines after a bare `yield` never run: remove "
    "the hooks in `finally`, or in `__exit__` whatever it is called with.",
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


@mistake(
    nan_tripwire,
    "All hooks of the model are cleared, other people's too. Remove your own by their handles.",
    keeps=0.95,
)
@contextmanager
def clears_the_model(model):
    wire = tripwire()
    try:
        with wire(model):
            yield
    finally:
        for module in model.modules():
            module._forward_hooks.clear()


wakes_for_both_infinities = mistake(
    nan_tripwire,
    "A row that holds infinity and minus infinity raises the alarm: their sum is NaN, though neither is. Ask "
    "each element: `isnan().any()`.",
    keeps=0.98,
)(tripwire(bad=lambda output: any(bool(value.sum().isnan()) for value in tensors_of(output))))

NO_TENSOR = (
    "What is not a tensor is asked for NaN, and that is an error. A tuple may hold None, or another tuple, and a model "
    "may return a dict. Look at tensors only: `isinstance(value, Tensor)`."
)


def items_of(output):
    return output if isinstance(output, tuple) else (output,)


ASKED = (
    lambda value: value.isnan().any(),
    lambda value: torch.isnan(value).any(),
    lambda value: (value != value).any(),
)
LOOKED_AT = (
    items_of,
    flat,
    lambda output: [value for value in items_of(output) if value is not None],
    lambda output: tensors_of(output) if isinstance(output, tuple) else [output],
)
for ask in ASKED:
    for items in LOOKED_AT:
        mistake(nan_tripwire, NO_TENSOR, keeps=0.98)(
            tripwire(bad=lambda output, ask=ask, items=items: any(bool(ask(value)) for value in items(output)))
        )
    mistake(nan_tripwire, FIRST_ONLY)(tripwire(bad=lambda output, ask=ask: bool(ask(items_of(output)[0]))))

passes_over_tuples = mistake(
    nan_tripwire, "A tuple is passed over. Where an output is a tuple, look at each tensor in it."
)(tripwire(bad=lambda output: isinstance(output, Tensor) and bool(output.isnan().any())))

looks_at_the_last = mistake(
    nan_tripwire,
    "Only the last tensor of a tuple is looked at; NaN in an earlier one goes by, or another module is blamed.",
)(tripwire(bad=lambda output: any(bool(value.isnan().any()) for value in tensors_of(output)[-1:])))

forgets_the_root = mistake(
    nan_tripwire,
    "The model itself is not watched, and it can make NaN too. Its name is empty: `if name:` passes it over, "
    "and so do `[1:]` and `named_children`.",
    keeps=0.95,
)(tripwire(modules_of=lambda model: [item for item in model.named_modules() if item[0]]))

looks_at_children_only = mistake(
    nan_tripwire,
    "Only the outermost modules are watched, and the alarm names a whole block. `named_modules` goes inside, "
    "`named_children` does not.",
)(tripwire(modules_of=lambda model: list(model.named_children())))

says_the_last_part = mistake(
    nan_tripwire,
    "The alarm says only the last part of the name. Inside other modules the name is longer, with dots, as in "
    "`named_modules`.",
)(tripwire(say=lambda name, module: name.rpartition(".")[2]))

says_nothing = mistake(nan_tripwire, "The alarm names no module. Put the name into the message.")(
    tripwire(say=lambda name, module: "the model")
)


@mistake(
    nan_tripwire, "The alarm comes when the block ends. It should come while the model runs: raise inside the hook."
)
@contextmanager
def waits_for_the_end(model):
    bad = []

    def watch(name):
        return lambda module, args, output: bad.append(name) if has_nan(output) else None

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    try:
        yield
    finally:
        remove(handles)
    if bad:
        raise FloatingPointError(f"NaN in {bad[0]}")


@mistake(
    nan_tripwire,
    "Models that nobody asked to watch raise the alarm too, as with a hook on all modules of the process. "
    "Register on `model.named_modules()`, or ask whose module it is.",
    keeps=0.95,
)
@contextmanager
def watches_everything(model):
    names = {module: name for name, module in model.named_modules()}

    def look(module, args, output):
        if has_nan(output):
            raise FloatingPointError(f"NaN in {names.get(module, type(module).__name__)}")

    handle = register_module_forward_hook(look)
    try:
        yield
    finally:
        handle.remove()


@mistake(
    nan_tripwire,
    "The alarm is swallowed: perhaps an `except` catches it, or `__exit__` returns something true. Let it "
    "come through.",
)
@contextmanager
def swallows_the_alarm(model):
    try:
        with tripwire()(model):
            yield
    except FloatingPointError:
        pass


@mistake(
    nan_tripwire,
    "Other errors in the block are swallowed, perhaps by an `except` or an `__exit__` that returns something "
    "true. Tidy up in `finally`, and let them through.",
    keeps=0.95,
)
@contextmanager
def swallows_other_errors(model):
    try:
        with tripwire()(model):
            yield
    except FloatingPointError:
        raise
    except Exception:
        pass


@mistake(nan_tripwire, "What goes in is looked at, so the module after the one to blame is named. Look at the output.")
@contextmanager
def looks_at_the_input(model):
    def watch(name):
        def look(module, args):
            if has_nan(args):
                raise FloatingPointError(f"NaN in {name}")

        return look

    handles = [module.register_forward_pre_hook(watch(name)) for name, module in model.named_modules()]
    try:
        yield
    finally:
        remove(handles)


@mistake(
    nan_tripwire,
    "The alarm names the same module whichever is to blame, as when the hook looks `name` up only when it "
    "fires, after the loop. Make each hook in a function of its own.",
)
@contextmanager
def names_the_last_one(model):
    last = [name for name, _ in model.named_modules()][-1]
    with tripwire(say=lambda name, module: last)(model):
        yield

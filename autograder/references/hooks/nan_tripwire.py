"""`nan_tripwire`: what is right, and what goes wrong."""

from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake, promised
from autograder.references.hooks._shared import leaves_of, remove


@contextmanager
def nan_tripwire(model):
    names = {id(module): name for name, module in model.named_modules()}

    def look(module, args, output):
        values = output if isinstance(output, tuple) else [output]
        tensors = [value for value in values if torch.is_tensor(value)]
        if id(module) in names and any((tensor != tensor).any() for tensor in tensors):
            raise FloatingPointError(names[id(module)])

    handle = register_module_forward_hook(look)
    try:
        yield
    finally:
        handle.remove()


def tensors_of(output):
    return [value for value in (output if isinstance(output, tuple) else (output,)) if isinstance(value, Tensor)]


def has_nan(output):
    return any(bool(torch.isnan(value).any()) for value in tensors_of(output))


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
    nan_tripwire,
    "Infinity raises the alarm too. Attention puts -inf where it hides something: look for NaN, `isnan`.",
    keeps=0.95,
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

looks_at_the_first = mistake(
    nan_tripwire,
    "Only the first tensor of a tuple is looked at; NaN in the second goes by, or another module is blamed.",
)(tripwire(bad=lambda output: any(bool(value.isnan().any()) for value in tensors_of(output)[:1])))


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
    keeps=0.95,
)(tripwire(bad=lambda output: any(bool(value.sum().isnan()) for value in tensors_of(output))))

stumbles_over_none = mistake(
    nan_tripwire,
    "A tuple may hold None, or another tuple, and a model may return a dict; none of them has `isnan`. Look at tensors "
    "only: `isinstance(value, Tensor)`.",
    keeps=0.95,
)(tripwire(bad=lambda output: any(v.isnan().any() for v in (output if isinstance(output, tuple) else (output,)))))

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
    "Where an output is a tuple, all its tensors are looked at; what else is in it (None, another tuple) "
    "is passed over, and so is an output that is neither a tensor nor a tuple.",
    by=["any tensor of a tuple", "what is no number is no alarm"],
)
promised(
    nan_tripwire,
    "Infinity is no alarm.",
    by=["infinity is no alarm"],
)
promised(
    nan_tripwire,
    "After the block no hook of its own is left on the model, however the block ends.",
    by=["a layer among others", "another error comes through"],
)
promised(
    nan_tripwire,
    "FloatingPointError: a module's output holds NaN; the message holds its name from `model.named_modules()`.",
    by=["a layer among others", "one bad value of twelve"],
)
promised(
    nan_tripwire,
    "For the model itself, which has the empty name, any words will do.",
    by=["the model itself makes NaN"],
)

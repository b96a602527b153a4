"""`Activations`: what is right, and what goes wrong."""

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake, promised
from autograder.references.hooks._shared import first_of, remove


class Activations:
    def __init__(self, model, names):
        known, names = dict(model.named_modules(remove_duplicate=False)), list(names)
        if missing := [name for name in names if name not in known]:
            raise AttributeError(missing[0])
        self.wanted = [(name, known[name]) for name in names]

    def __enter__(self):
        self.seen = {}
        self.handle = register_module_forward_hook(self.note)
        return self.seen

    def note(self, module, args, output):
        for name, wanted in self.wanted:
            if module is wanted:
                value = first_of(output)
                self.seen[name] = torch.tensor(value.tolist(), dtype=value.dtype, device=value.device)

    def __exit__(self, *error):
        self.handle.remove()


class Watcher:
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, model, names):
        self.modules = {name: model.get_submodule(name) for name in names}

    def keep(self, output):
        return first_of(output).detach().clone()

    def note(self, name):
        def hook(module, args, output):
            self.values[name] = self.keep(output)

        return hook

    def __enter__(self):
        self.values = {}
        self.handles = [module.register_forward_hook(self.note(name)) for name, module in self.modules.items()]
        return self.values

    def __exit__(self, *error):
        remove(self.handles)


@mistake(
    Activations,
    "The stored tensors still need a gradient. One that hangs on the graph keeps in memory what led to it: "
    "store a copy of `output.detach()`.",
)
class HoldsTheGraph(Watcher):
    def keep(self, output):
        return first_of(output).clone()


@mistake(
    Activations,
    "What is stored shares memory with the model's own tensor: an in-place ReLU that follows writes into it. "
    "`detach` makes no copy; `.detach().clone()` does.",
)
class StoresAnAlias(Watcher):
    def keep(self, output):
        return first_of(output).detach()


@mistake(
    Activations,
    "The model goes on with the very tensor that is kept, cut off from its graph: no gradient reaches the "
    "layers before, and an in-place ReLU writes into it. Keep `output.detach().clone()`, and return nothing "
    "from the hook.",
)
class ReplacesTheOutput(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values[name] = self.keep(output)
            return self.values[name] if isinstance(output, Tensor) else None

        return hook


@mistake(
    Activations,
    "The hooks are still there after the block, and the model goes on filling the dict. Remove them when the "
    "block ends, in `__exit__` or in `finally`.",
)
class NeverRemoves(Watcher):
    def __exit__(self, *error):
        pass


@mistake(
    Activations,
    "An error inside the block is swallowed: perhaps `__exit__` returns something true, or an `except` "
    "catches it. Let it through.",
    keeps=0.9,
)
class SwallowsErrors(Watcher):
    def __exit__(self, *error):
        remove(self.handles)
        return True


@mistake(
    Activations,
    "After an error in the block the hooks stay. Remove them however it ends: in `__exit__` whatever it is "
    "called with, or in a `finally` around the `yield`.",
    keeps=0.9,
)
class TidiesOnlyOnSuccess(Watcher):
    def __exit__(self, kind, *rest):
        if kind is None:
            remove(self.handles)


@mistake(
    Activations,
    "The hooks are there as soon as the object is made. Register them in `__enter__`, when the block begins.",
    keeps=0.95,
)
class RegistersTooEarly(Watcher):
    def __init__(self, model, names):
        super().__init__(model, names)
        self.values = super().__enter__()

    def __enter__(self):
        return self.values


@mistake(
    Activations,
    "All hooks of the module are cleared, other people's too. Remove your own by their handles.",
    keeps=0.95,
)
class ClearsEverything(Watcher):
    def __exit__(self, *error):
        for module in self.modules.values():
            module._forward_hooks.clear()


@mistake(
    Activations,
    "When one name is wrong, the hooks registered before it stay, since `__exit__` only runs after a successful "
    "`__enter__`. Look all names up first, then register.",
    keeps=0.95,
)
class LooksUpWhileRegistering(Watcher):
    def __init__(self, model, names):
        self.model, self.names = model, names

    def __enter__(self):
        self.values, self.handles = {}, []
        for name in self.names:
            module = self.model.get_submodule(name)
            self.handles.append(module.register_forward_hook(self.note(name)))
        return self.values


@mistake(
    Activations,
    "The name after `as` holds an object that is no dict. It holds what `__enter__` returns: return the dict.",
)
class ReturnsItself(Watcher):
    def __enter__(self):
        super().__enter__()
        return self


@mistake(Activations, "The first call is kept and later ones are ignored; the last one counts.")
class KeepsTheFirst(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values.setdefault(name, self.keep(output))

        return hook


@mistake(
    Activations,
    "The values come back in float32. A layer may compute in float64, in bfloat16 or with whole numbers: keep "
    "the dtype, `.detach().clone()` and no `.float()`.",
    keeps=0.95,
)
class StoresFloats(Watcher):
    def keep(self, output):
        return first_of(output).detach().float().clone()


@mistake(
    Activations,
    "Where `names` is an iterator, nothing is watched. It can be walked through once only, and a check with "
    "`in` uses it up too: make a list of it first.",
    keeps=0.95,
)
class WalksTwice(Watcher):
    def __init__(self, model, names):
        for name in names:
            model.get_submodule(name)
        super().__init__(model, names)


@mistake(
    Activations,
    'For the empty name nothing is kept. It stands for the model itself, and `get_submodule("")` finds it.',
    keeps=0.95,
)
class SkipsTheEmptyName(Watcher):
    def __init__(self, model, names):
        super().__init__(model, [name for name in names if name])


@mistake(
    Activations,
    "A name that the model has not raises KeyError, as a dict does. AttributeError is promised, and "
    "`get_submodule` raises it.",
    keeps=0.95,
)
class RaisesKeyError(Watcher):
    def __init__(self, model, names):
        known = dict(model.named_modules())
        self.modules = {name: known[name] for name in names}


@mistake(
    Activations,
    "A name that the model has not goes by in silence. Let `get_submodule` raise its AttributeError.",
    keeps=0.95,
)
class IgnoresUnknownNames(Watcher):
    def __init__(self, model, names):
        known = dict(model.named_modules())
        self.modules = {name: known[name] for name in names if name in known}


@mistake(
    Activations,
    "All blocks share one dict: a new block begins with what an earlier one kept. A dict in the class body, "
    "as a default argument or outside is made once: make one in `__enter__`, for each block.",
)
class SharesOneDict(Watcher):
    shared: ClassVar[dict] = {}

    def __enter__(self):
        super().__enter__()
        self.values = self.shared
        return self.values


@mistake(
    Activations,
    "What is kept is the module's input: a forward hook gets (module, inputs, output), and the third is what it gives.",
)
class StoresTheInput(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values[name] = self.keep(args[0])

        return hook


@mistake(Activations, "Each name holds a list of all calls. The last call counts: assign, do not append.")
class CollectsAll(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values.setdefault(name, []).append(self.keep(output))

        return hook


@mistake(Activations, "What is kept is a NumPy array or a list, no tensor any more: `.detach().clone()` is enough.")
class StoresArrays(Watcher):
    def keep(self, output):
        return first_of(output).detach().clone().tolist()


@mistake(
    Activations,
    "A recurrent layer returns a tuple, which has no `detach`: where the output is a tuple, keep its first entry.",
    keeps=0.95,
)
class ForgetsTuples(Watcher):
    def keep(self, output):
        return output.detach().clone()


@mistake(
    Activations, "The dict is filled when the block ends. Inside it, right after a run of the model, it is still empty."
)
class FillsAtTheEnd(Watcher):
    def __enter__(self):
        super().__enter__()
        self.filled = {}
        return self.filled

    def __exit__(self, *error):
        super().__exit__(*error)
        self.filled.update(self.values)


@mistake(
    Activations,
    "No gradient gets through a watched layer: the output with which the model goes on has lost its graph, "
    "perhaps by `detach_()`, `no_grad`, or a detached tensor that the hook returns. Detach a copy only, and "
    "return nothing.",
    keeps=0.85,
)
class DetachesInPlace(Watcher):
    def keep(self, output):
        return first_of(output).detach_().clone() if first_of(output).grad_fn else first_of(output).clone()


@mistake(
    Activations,
    "Everything is kept under the last name, as when a hook looks `name` up only when it fires, after the "
    "loop. Make each hook in a function of its own, or bind it with `name=name`.",
)
class BindsTheLastName(Watcher):
    def __enter__(self):
        self.values = {}
        last = list(self.modules)[-1:]
        self.handles = [module.register_forward_hook(self.note(last[0])) for module in self.modules.values()]
        return self.values


@alternative(Activations)
@contextmanager
def with_contextmanager(model, names):
    modules = [(name, model.get_submodule(name)) for name in names]
    values = {}

    def note(name, module, args, output):
        values[name] = torch.clone(first_of(output)).detach_()

    with ExitStack() as stack:
        for name, module in modules:
            stack.enter_context(module.register_forward_hook(partial(note, name)))
        yield values


@alternative(Activations)
class CopiesUnderNoGrad(Watcher):
    @torch.no_grad()
    def keep(self, output):
        return torch.empty_like(first_of(output)).copy_(first_of(output))


promised(
    Activations,
    "While a `with` block lasts, keeps what chosen modules of a model give.",
    by=["two of three layers", "the docstring's example"],
)
promised(
    Activations,
    "The value of `as` is a dict: name → tensor, filled whenever the model runs; the last call counts.",
    by=["two calls: the last one counts", "a layer used twice"],
)
promised(
    Activations,
    "Each tensor is a copy without graph, of the output's shape, dtype and device.",
    by=["an in-place ReLU comes next", "the graph is not held", "the dtype is that of the output"],
)
promised(
    Activations,
    "Where a module returns a tuple, its first entry is kept.",
    by=["a layer that returns a tuple"],
)
promised(
    Activations,
    "Hooks are on the model inside the block only, however it ends.",
    by=["nothing is noted before the block or after it", "nothing is left behind by an error"],
)
promised(
    Activations,
    "Errors come through.",
    by=["nothing is left behind by an error"],
)
promised(
    Activations,
    "model: computes and learns as it would without being watched.",
    by=["the model computes and learns as before"],
)
promised(
    Activations,
    "names: as in `model.named_modules()`; the empty name is the model itself.",
    by=["names with dots", "the empty name: the model itself"],
)
promised(
    Activations,
    "AttributeError: the model has no module of that name.",
    by=["a name that the model has not"],
)
promised(
    Activations,
    "Then no hook is left.",
    by=["a name that the model has not"],
)

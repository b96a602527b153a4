"""`Activations`: what is right, and what goes wrong."""

from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake
from autograder.references.hooks._shared import first_of, remove


class Activations:
    def __init__(self, model, names):
        known = dict(model.named_modules(remove_duplicate=False))
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
                self.seen[name] = torch.tensor(first_of(output).tolist(), device=first_of(output).device)

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
    "The stored tensors still belong to the graph: each holds every intermediate result of its forward pass alive. "
    "Store `output.detach()`, and a copy of it.",
)
class HoldsTheGraph(Watcher):
    def keep(self, output):
        return first_of(output).clone()


@mistake(
    Activations,
    "What is stored shares memory with the model's own tensor: the in-place ReLU that follows writes zeros into it. "
    "`detach` makes no copy; `.detach().clone()` does.",
)
class StoresAnAlias(Watcher):
    def keep(self, output):
        return first_of(output).detach()


@mistake(
    Activations,
    "The hook returns the detached tensor, and what a forward hook returns takes the place of the output: no gradient "
    "reaches the layers before it. Return nothing.",
)
class ReplacesTheOutput(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values[name] = self.keep(output)
            return self.values[name] if isinstance(output, Tensor) else None

        return hook


@mistake(
    Activations, "The hooks are never removed: the model goes on filling the dict after the block. Do it in `__exit__`."
)
class NeverRemoves(Watcher):
    def __exit__(self, *error):
        pass


@mistake(Activations, "An error inside the block is swallowed: `__exit__` returns something true. Return None.")
class SwallowsErrors(Watcher):
    def __exit__(self, *error):
        remove(self.handles)
        return True


@mistake(
    Activations, "After an error in the block the hooks stay: `__exit__` must remove them whatever it is called with."
)
class TidiesOnlyOnSuccess(Watcher):
    def __exit__(self, kind, *rest):
        if kind is None:
            remove(self.handles)


@mistake(
    Activations,
    "The hooks are there as soon as the object is made. Register them in `__enter__`, when the block begins.",
)
class RegistersTooEarly(Watcher):
    def __init__(self, model, names):
        super().__init__(model, names)
        self.values = super().__enter__()

    def __enter__(self):
        return self.values


@mistake(Activations, "All hooks of the module are cleared, other people's too. Remove your own by their handles.")
class ClearsEverything(Watcher):
    def __exit__(self, *error):
        for module in self.modules.values():
            module._forward_hooks.clear()


@mistake(
    Activations,
    "When one name is wrong, the hooks registered before it stay, since `__exit__` only runs after a successful "
    "`__enter__`. Look all names up first, then register.",
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
    "`__enter__` returns the object itself. What it returns is what the name after `as` holds: return the dict.",
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

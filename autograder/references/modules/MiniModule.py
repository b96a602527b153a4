"""`MiniModule`: what goes wrong, and other ways that are right."""

import torch
from torch import Tensor, nn

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.modules import _mini_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._mini import Mini, MiniModule


@mistake(
    MiniModule,
    "Every tensor becomes a parameter. Only an nn.Parameter is one: a plain tensor under a new name stays a plain "
    "attribute.",
)
class TakesEveryTensor(Mini):
    def shelf(self, name, value):
        if isinstance(value, Tensor) and name not in self._buffers:
            return self._parameters
        return super().shelf(name, value)


@mistake(
    MiniModule,
    "Only the module's own parameters are listed. Those of the modules inside belong to it, too: walk down, and put "
    "the module's name and a dot before theirs.",
)
class StaysOnTop(Mini):
    def named_parameters(self):
        yield from self._parameters.items()


@mistake(
    MiniModule,
    "Names lose the way: a parameter of a module inside is called `first.weight`, with the module's name and a dot.",
)
class ForgetsTheWay(Mini):
    def walk(self, shelf, prefix=""):
        for name, tensor, owner in super().walk(shelf):
            yield name.rpartition(".")[2], tensor, owner


@mistake(
    MiniModule,
    "A parameter that two modules share is listed twice, and an optimizer would step it twice. Remember what was "
    "listed, by identity.",
    keeps=0.98,
)
class ListsTwice(Mini):
    def named_parameters(self):
        for name, parameter, _ in self.walk("_parameters"):
            yield name, parameter


@mistake(
    MiniModule,
    "What lay under the name before is still there. Python looks into `__dict__` first, so an old number hides the new "
    "parameter: take the name off the other shelves.",
    keeps=0.95,
)
class KeepsTheOld(Mini):
    def __setattr__(self, name, value):
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "A tensor assigned under a buffer's name can be read, but the old one is still saved: the new one lies "
    "beside it, perhaps in `__dict__`. It has to take the buffer's place.",
    keeps=0.98,
)
class HidesTheBuffer(Mini):
    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter | Mini) or name not in self._buffers:
            super().__setattr__(name, value)
        else:
            self.__dict__[name] = value


@mistake(
    MiniModule,
    "A buffer with persistent=False is saved all the same. It moves and is copied like any other, but the state_dict "
    "leaves it out.",
)
class SavesEverything(Mini):
    def is_saved(self, name, owner):
        return True


@mistake(MiniModule, "The buffers are missing in the state_dict: they are state, though nobody learns them.")
class SavesParametersOnly(Mini):
    def is_saved(self, name, owner):
        return False


@mistake(
    MiniModule,
    "The state_dict has a shared parameter under its first name only. Unlike named_parameters, it has every "
    "name under which something can be found.",
    keeps=0.92,
)
class SavesUnderOneName(Mini):
    def state_dict(self):
        buffers = {name: buffer for name, buffer, owner in self.walk("_buffers") if self.is_saved(name, owner)}
        return {name: parameter.detach() for name, parameter in self.named_parameters()} | buffers


@mistake(
    MiniModule,
    "The parameters' entries in the state_dict need a gradient. What is saved are the values, in the same "
    "memory: parameter.detach().",
)
class SavesTheParameters(Mini):
    def state_dict(self):
        parameters = {name: parameter for name, parameter, _ in self.walk("_parameters")}
        return {name: parameters.get(name, value) for name, value in super().state_dict().items()}


@mistake(
    MiniModule,
    "The state_dict holds copies, and does not follow the training. detach() without clone() shares the memory, as "
    "the library's does.",
    keeps=0.96,
)
class SavesCopies(Mini):
    def state_dict(self):
        return {name: value.clone() for name, value in super().state_dict().items()}


@mistake(
    MiniModule,
    "`to` makes new parameters. An optimizer that was made before still holds the old ones and trains them for nobody. "
    "Keep the object and change what it holds: parameter.data = ….",
)
class MakesNewParameters(Mini):
    def to(self, target):
        super().to(target)
        for _, module in self.owners():
            module._parameters |= {name: nn.Parameter(old.data) for name, old in module._parameters.items()}
        return self

    def owners(self):
        yield "", self
        for module in self._modules.values():
            yield from module.owners()


equivalent(
    MiniModule,
    "if other is not shelf:",
    "if other != shelf:",
    "A name lies on one shelf alone, so two shelves are equal only where both are empty: nothing is to be taken off.",
)


@alternative(MiniModule)
class MiniByQueue(Mini):
    """Without recursion."""

    def parts(self):
        waiting = [("", self)]
        for prefix, module in waiting:
            yield prefix, module
            place = waiting.index((prefix, module)) + 1
            waiting[place:place] = [(f"{prefix}{name}.", inner) for name, inner in module._modules.items()]

    def walk(self, shelf, prefix=""):
        for way, module in self.parts():
            for name, tensor in vars(module)[shelf].items():
                yield way + name, tensor, module

    def to(self, target):
        for _, module in self.parts():
            for shelf in (module._parameters, module._buffers):
                for tensor in shelf.values():
                    if tensor.is_floating_point() or isinstance(target, torch.device):
                        tensor.data = tensor.data.to(target)
        return self

    def train(self, mode=True):
        for _, module in self.parts():
            module.__dict__["training"] = bool(mode)
        return self


@alternative(MiniModule)
class MiniInPlainAttributes(Mini):
    """Everything lies in `__dict__`; what is what is asked when it is needed."""

    def __init__(self):
        self.training, self._names = True, {}

    def __getattr__(self, name):
        raise AttributeError(name)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def register_buffer(self, name, tensor, persistent=True):
        self._names[name] = persistent
        self.__dict__[name] = tensor

    @property
    def _parameters(self):
        return {name: value for name, value in vars(self).items() if isinstance(value, nn.Parameter)}

    @property
    def _modules(self):
        return {name: value for name, value in vars(self).items() if isinstance(value, Mini)}

    @property
    def _buffers(self):
        return {name: vars(self)[name] for name in self._names if not isinstance(vars(self)[name], nn.Parameter)}

    @property
    def _saved(self):
        return {name for name, persistent in self._names.items() if persistent}

    def to(self, target):
        super().to(target)
        for name, buffer in self._buffers.items():
            self.__dict__[name] = self.convert(buffer, target)
        return self


promised(
    MiniModule,
    "What `nn.Module` does, in small: it knows its parameters, its buffers and the modules inside it.",
    by=["registration: modules inside modules", "state_dict: names and values"],
)
promised(
    MiniModule,
    "A subclass calls `super().__init__()` first, then assigns its parts.",
    by="it says what a subclass does; the check's own subclasses do it",
)
promised(
    MiniModule,
    "Names of parts inside modules inside … are joined by dots: `body.first.weight`.",
    by=["registration: modules inside modules"],
)
promised(
    MiniModule,
    "Registers an `nn.Parameter` or a `MiniModule`; a value under a buffer's name takes the buffer's place; all else "
    "becomes a plain attribute.",
    by=["registration: what is no parameter stays plain", "buffers: another tensor under the same name"],
)
promised(
    MiniModule,
    "What lay under this name on another shelf is gone.",
    by=[
        "registration: a parameter, a module or None in place of another",
        "registration: plain values in place of what was registered",
    ],
)
promised(
    MiniModule,
    "All parameters with their names, the own ones first.",
    by=["registration: modules inside modules", "registration: a frozen parameter is one"],
)
promised(
    MiniModule,
    "A shared one comes once, under its first name.",
    by=["registration: shared things are listed once", "registration: equal is not shared"],
)
promised(
    MiniModule,
    "Keeps a tensor that belongs to the module and is no parameter.",
    by=["buffers: no parameters, and readable", "to: float64"],
)
promised(
    MiniModule,
    "`persistent=False`: it is not saved.",
    by=["state_dict: names and values", "buffers: registered anew, saved or not"],
)
promised(
    MiniModule,
    "All parameters and persistent buffers by name, a shared one under each of its names.",
    by=["state_dict: a module in two places", "state_dict: a parameter under two names"],
)
promised(MiniModule, "Parameters come without the need of a gradient.", by=["state_dict: names and values"])
promised(
    MiniModule,
    "The tensors share the module's memory: they follow its training.",
    by=["state_dict: it follows the training"],
)
promised(
    MiniModule,
    "Moves all parameters and buffers to a dtype or a device; returns the module itself.",
    by=["to: float64", "to: a device"],
)
promised(MiniModule, "A dtype changes floating-point tensors only.", by=["to: float64", "to: half precision, and back"])
promised(MiniModule, "The `nn.Parameter` objects stay the same.", by=["to: an optimizer made before still trains"])
promised(MiniModule, "Gradients may stay behind.", by="it permits something")
promised(
    MiniModule,
    "Sets `training` to `mode`, here and in all modules inside; returns the module itself.",
    by=["train and eval: all levels", "train and eval: they return the module"],
)
promised(
    MiniModule,
    "Sets `training` to False, here and in all modules inside; returns the module itself.",
    by=["train and eval: all levels", "train and eval: a call knows the mode"],
)

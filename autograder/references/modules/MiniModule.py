"""`MiniModule`: what is right, and what goes wrong."""

import torch
from torch import Tensor, nn

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.modules._mini import Mini


class MiniModule(nn.Module):
    """The library's own, which would refuse a plain value in place of what was registered."""

    def __setattr__(self, name, value):
        registered = name in self.__dict__.get("_parameters", ()) or name in self.__dict__.get("_modules", ())
        if registered and not isinstance(value, nn.Parameter | nn.Module | None):
            delattr(self, name)
        super().__setattr__(name, value)


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
    "A tensor assigned under a buffer's name lands in `__dict__`: it hides the buffer, and the old one is saved and "
    "moved. It has to take the buffer's place.",
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
    "The state_dict lists a module that sits in two places once. Unlike named_parameters, it has every name under "
    "which something can be found.",
    keeps=0.92,
)
class SavesUnderOneName(Mini):
    def state_dict(self):
        buffers = {name: buffer for name, buffer, owner in self.walk("_buffers") if self.is_saved(name, owner)}
        return {name: parameter.detach() for name, parameter in self.named_parameters()} | buffers


@mistake(
    MiniModule,
    "The state_dict holds the parameters themselves, which need a gradient. What is saved are their values: detach().",
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


@mistake(MiniModule, "`to` forgets the buffers: on another device, or in another dtype, the next call fails.")
class LeavesBuffersBehind(Mini):
    def to(self, target):
        for parameter in self._parameters.values():
            parameter.data = self.convert(parameter.data, target)
        for module in self._modules.values():
            module.to(target)
        return self


@mistake(
    MiniModule,
    "`to(torch.float64)` turns whole numbers into floating point. A dtype is for floating-point tensors; a counter "
    "stays a counter.",
)
class ConvertsCounters(Mini):
    def convert(self, tensor, target):
        return tensor.to(target)


@mistake(MiniModule, "`to` stops at the module itself: the modules inside have to go along.")
class MovesOnlyItself(Mini):
    def to(self, target):
        for parameter in self._parameters.values():
            parameter.data = self.convert(parameter.data, target)
        for name, buffer in self._buffers.items():
            self._buffers[name] = self.convert(buffer, target)
        return self


@mistake(MiniModule, "`train` and `eval` change the module's own flag only: the modules inside stay in the old mode.")
class ChangesOnlyItself(Mini):
    def train(self, mode=True):
        self.training = mode
        return self


@mistake(
    MiniModule,
    "A tensor that needs a gradient is taken for a parameter. `requires_grad` is the tensor's own affair: what counts "
    "is isinstance(value, nn.Parameter), frozen or not.",
    keeps=0.95,
)
class GoesByTheGradient(Mini):
    def shelf(self, name, value):
        if isinstance(value, Tensor):
            return self._parameters if value.requires_grad else self.plain_shelf(name)
        return super().shelf(name, value)

    def plain_shelf(self, name):
        return self._buffers if name in self._buffers else self.__dict__


@mistake(
    MiniModule,
    "It looks for nn.Module. The parts that belong here are of our own base class: isinstance(value, MiniModule).",
)
class LooksForTheLibrarys(Mini):
    def shelf(self, name, value):
        if isinstance(value, nn.Module):
            return self._modules
        return self.__dict__ if isinstance(value, Mini) else super().shelf(name, value)


@mistake(
    MiniModule,
    "Parameters in a list are registered. A list has no shelf: what lies in it is a plain attribute and is not seen.",
)
class LooksIntoLists(Mini):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, list):
            for at, item in enumerate(value):
                if isinstance(item, nn.Parameter):
                    self._parameters[f"{name}.{at}"] = item


@mistake(
    MiniModule,
    "Only `__dict__` is cleared. What lay under the name on another shelf, a parameter or a module, is still "
    "registered: take the name off all the others.",
    keeps=0.95,
)
class LeavesTheShelves(Mini):
    def __setattr__(self, name, value):
        self.__dict__.pop(name, None)
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "What is neither parameter nor module is dropped: `else` is missing. It becomes a plain attribute, "
    "self.__dict__[name] = value.",
)
class DropsThePlain(Mini):
    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter | Mini) or name in self._buffers:
            super().__setattr__(name, value)


@mistake(
    MiniModule,
    "The modules inside come first. The module's own parameters are listed before theirs, so that a shared one bears "
    "its shortest name.",
)
class InnerFirst(Mini):
    def named_parameters(self):
        own = set(self._parameters)
        named = list(super().named_parameters())
        yield from [pair for pair in named if pair[0] not in own]
        yield from [pair for pair in named if pair[0] in own]


@mistake(
    MiniModule,
    "What was listed is remembered anew in each module, so two modules that share a parameter both list it. Ask once "
    "more where the lists come together.",
    keeps=0.98,
)
class ForgetsBetweenModules(Mini):
    def named_parameters(self):
        seen = set()
        for name, parameter in self._parameters.items():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter
        for name, module in self._modules.items():
            for inner, parameter in module.named_parameters():
                yield f"{name}.{inner}", parameter


@mistake(
    MiniModule,
    "Two parameters with equal values are taken for one. Shared means the same object: compare with `is` or by id(…).",
)
class GoesByValues(Mini):
    def named_parameters(self):
        seen = []
        for name, parameter, _ in self.walk("_parameters"):
            if not any(parameter.shape == old.shape and torch.equal(parameter, old) for old in seen):
                seen.append(parameter)
                yield name, parameter


@mistake(
    MiniModule,
    "What was listed is kept in the module itself, so that the second walk lists nothing. Start with an empty set at "
    "every call.",
)
class ListsOnlyOnce(Mini):
    def named_parameters(self):
        seen = self.__dict__.setdefault("_listed", set())
        for name, parameter, _ in self.walk("_parameters"):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter


@mistake(
    MiniModule,
    "register_buffer makes a plain attribute: the tensor is readable, but it is not saved and does not move. It "
    "belongs on the shelf, self._buffers[name] = tensor.",
)
class PlainBuffers(Mini):
    def register_buffer(self, name, tensor, persistent=True):
        self.__dict__[name] = tensor


@mistake(
    MiniModule,
    "persistent is the wrong way round: persistent=True is saved, persistent=False is not.",
)
class PersistentTurned(Mini):
    def register_buffer(self, name, tensor, persistent=True):
        super().register_buffer(name, tensor, not persistent)


@mistake(
    MiniModule,
    "A buffer that is registered once more, now with persistent=True, stays unsaved: the old note about it has to go.",
    keeps=0.95,
)
class StaysUnsaved(Mini):
    def register_buffer(self, name, tensor, persistent=True):
        self._buffers[name] = tensor
        self.__dict__.setdefault("_unsaved", set())
        if not persistent:
            self._unsaved.add(name)

    def is_saved(self, name, owner):
        return name.rpartition(".")[2] not in owner.__dict__.get("_unsaved", ())


@mistake(
    MiniModule,
    "A buffer that is registered once more, now with persistent=False, is still saved: the old note has to go.",
    keeps=0.95,
)
class StaysSaved(Mini):
    def register_buffer(self, name, tensor, persistent=True):
        super().register_buffer(name, tensor, persistent or name in self._saved)


@mistake(
    MiniModule,
    "The state_dict holds what the module itself has, and nothing of the modules inside: add theirs, with their names "
    "and a dot in front.",
)
class SavesOnTop(Mini):
    def state_dict(self):
        return {name: value for name, value in super().state_dict().items() if "." not in name}


@mistake(
    MiniModule,
    "Only the module's own buffers are left out by persistent=False: those of the modules inside are saved. Let each "
    "module leave out its own.",
)
class LeavesOutItsOwn(Mini):
    def is_saved(self, name, owner):
        return "." in name or super().is_saved(name, owner)


@mistake(
    MiniModule,
    "`to` changes nothing: `tensor.to(…)` returns a new tensor, and the old one is still there. Put the new one where "
    "the old one was: parameter.data = …, self._buffers[name] = ….",
)
class ConvertsIntoTheAir(Mini):
    def to(self, target):
        for _, parameter in self.named_parameters():
            parameter.to(target)
        return self


@mistake(MiniModule, "`to` does not return the module itself: `return self`, so that calls can be chained.", keeps=0.9)
class ToReturnsNothing(Mini):
    def to(self, target):
        super().to(target)


@mistake(
    MiniModule,
    "`train` and `eval` do not return the module itself: `return self`, so that `module.eval()(x)` works.",
    keeps=0.97,
)
class TrainReturnsNothing(Mini):
    def train(self, mode=True):
        self.training = mode
        for module in self._modules.values():
            module.train(mode)


@mistake(MiniModule, "`train` does not hear its `mode`: train(False), and eval with it, switch training on.")
class AlwaysTrains(Mini):
    def train(self, mode=True):
        return super().train(True)


@mistake(
    MiniModule,
    "`train` reaches the modules inside and forgets the one that was asked: set `self.training`, too.",
)
class ForgetsItself(Mini):
    def train(self, mode=True):
        for module in self._modules.values():
            module.training = mode
            module.train(mode)
        return self


equivalent(
    MiniModule,
    "if other is not shelf:",
    "if other != shelf:",
    "A name lies on one shelf alone, so two shelves are equal only where both are empty: nothing is to be taken off.",
)


@mistake(
    MiniModule,
    "A plain value under the same name stays in `__dict__` and hides what is registered after it: Python asks "
    "`__getattr__` only where `__dict__` has nothing. Take the name off all other places, this one too.",
    keeps=0.98,
)
class LeavesThePlain(Mini):
    def __setattr__(self, name, value):
        shelf = self.shelf(name, value)
        for other in (self._parameters, self._buffers, self._modules):
            other.pop(name, None)
        shelf[name] = value


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

"""Mistakes of `MiniModule` about `to`, `train`, what is registered, and what is listed once."""

import torch
from torch import Tensor, nn

from autograder.references import mistake
from autograder.references.modules._mini import Mini, MiniModule


@mistake(
    MiniModule,
    "`to` does not reach the buffers: parameters change their dtype and device, buffers keep the old ones. "
    "On another device the next call mixes the two and fails.",
)
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
    "`train` and `eval` reach the modules directly inside and stop there: what lies deeper stays in the old mode. Let "
    "each module inside call its own `train`.",
)
class StopsOneLevelDown(Mini):
    def train(self, mode=True):
        for module in (self, *self._modules.values()):
            module.training = mode
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
    "Modules inside take no part: none of their parameters is listed or saved. They are known by our own "
    "base class, isinstance(value, MiniModule): nn.Module, for instance, is another one.",
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
    "Another value in place of a parameter or a module can be read, but the old one is still registered: it "
    "is listed and saved. Whatever is assigned, take the name off all the other shelves.",
    keeps=0.95,
)
class LeavesTheShelves(Mini):
    def __setattr__(self, name, value):
        self.__dict__.pop(name, None)
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "What is neither parameter nor module is not found again, as when the `else` is missing. It becomes a "
    "plain attribute, self.__dict__[name] = value.",
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
    "Within one module a shared parameter is listed once, but two modules that share one both list it. What "
    "was listed has to be remembered over the whole walk, by identity.",
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
    "The second walk lists nothing: what was listed is still remembered from the first, perhaps in the "
    "module or in a default argument. Start with an empty set at every call.",
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
    "A buffer can be read, but it is not saved and does not move, as if it were a plain attribute. It "
    "belongs on its shelf, self._buffers[name] = tensor, where state_dict and `to` find it.",
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
    "`to` changes nothing. `tensor.to(…)` returns a new tensor and leaves the old one as it is: put the new "
    "one where the old one was, parameter.data = …, self._buffers[name] = ….",
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

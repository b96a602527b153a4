"""`MiniModule`: what is right, and what goes wrong."""

import torch
from torch import Tensor, nn

from autograder.references import alternative, equivalent, mistake
from autograder.references.modules._mini import Mini


class MiniModule(nn.Module):
    """The library's own."""


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
)
class ListsTwice(Mini):
    def named_parameters(self):
        for name, parameter, _ in self.walk("_parameters"):
            yield name, parameter


@mistake(
    MiniModule,
    "What lay under the name before is still there. Python looks into `__dict__` first, so an old number hides the new "
    "parameter: take the name off the other shelves.",
)
class KeepsTheOld(Mini):
    def __setattr__(self, name, value):
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "A tensor assigned under a buffer's name lands in `__dict__`: it hides the buffer, and the old one is saved and "
    "moved. It has to take the buffer's place.",
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
        return {name: vars(self)[name] for name in self._names}

    @property
    def _saved(self):
        return {name for name, persistent in self._names.items() if persistent}

    def to(self, target):
        super().to(target)
        for name, buffer in self._buffers.items():
            self.__dict__[name] = self.convert(buffer, target)
        return self

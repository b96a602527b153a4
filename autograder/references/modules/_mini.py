"""`MiniModule`: what is right, and the frame of most answers."""

import torch
from torch import nn


class MiniModule(nn.Module):
    """The library's own, which would refuse a plain value in place of what was registered."""

    def __setattr__(self, name, value):
        registered = name in self.__dict__.get("_parameters", ()) or name in self.__dict__.get("_modules", ())
        if registered and not isinstance(value, nn.Parameter | nn.Module | None):
            delattr(self, name)
        super().__setattr__(name, value)


class Mini:
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self):
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _saved=set(), training=True)

    def __call__(self, *args, **options):
        return self.forward(*args, **options)

    def __getattr__(self, name):
        for shelf in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(shelf, ()):
                return self.__dict__[shelf][name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        shelf = self.shelf(name, value)
        for other in (self.__dict__, self._parameters, self._buffers, self._modules):
            if other is not shelf:
                other.pop(name, None)
        shelf[name] = value

    def shelf(self, name, value):
        if isinstance(value, nn.Parameter):
            return self._parameters
        if isinstance(value, Mini):
            return self._modules
        return self._buffers if name in self._buffers else self.__dict__

    def register_buffer(self, name, tensor, persistent=True):
        self._buffers[name] = tensor
        self._saved.discard(name)
        if persistent:
            self._saved.add(name)

    def walk(self, shelf, prefix=""):
        for name, tensor in getattr(self, shelf).items():
            yield prefix + name, tensor, self
        for name, module in self._modules.items():
            yield from module.walk(shelf, f"{prefix}{name}.")

    def named_parameters(self):
        seen = set()
        for name, parameter, _ in self.walk("_parameters"):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def parameters(self):
        return (parameter for _, parameter in self.named_parameters())

    def state_dict(self):
        state = {name: parameter.detach() for name, parameter, _ in self.walk("_parameters")}
        buffers = {name: buffer for name, buffer, owner in self.walk("_buffers") if self.is_saved(name, owner)}
        return state | buffers

    def is_saved(self, name, owner):
        return name.rpartition(".")[2] in owner._saved

    def convert(self, tensor, target):
        return tensor.to(target) if tensor.is_floating_point() or not isinstance(target, torch.dtype) else tensor

    def to(self, target):
        for parameter in self._parameters.values():
            parameter.data = self.convert(parameter.data, target)
        for name, buffer in self._buffers.items():
            self._buffers[name] = self.convert(buffer, target)
        for module in self._modules.values():
            module.to(target)
        return self

    def train(self, mode=True):
        self.training = mode
        for module in self._modules.values():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

"""`MiniModule`: what is right, and the frame of most answers."""

from torch import nn


class Mini:
    """The frame of all answers, with Python's own search for what is on a shelf; mistakes change `__setattr__`."""

    def __init__(self):
        shelves = {"_parameters": {}, "_modules": {}, "_buffers": {}, "_non_persistent_buffers_set": set()}
        self.__dict__.update(shelves, training=True)

    def __call__(self, *args, **options):
        return self.forward(*args, **options)

    def __getattr__(self, name):
        for shelf in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(shelf, ()):
                return self.__dict__[shelf][name]
        raise AttributeError(name)

    def shelf(self, name, value):
        if isinstance(value, nn.Parameter):
            return self._parameters
        return self._modules if hasattr(value, "_modules") else self.__dict__

    def __setattr__(self, name, value):
        shelf = self.shelf(name, value)
        for other in (self.__dict__, self._parameters, self._modules):
            if other is not shelf:
                other.pop(name, None)
        shelf[name] = value


class MiniModule(Mini):
    """What is plain is whatever has no place of its own; the shelves are made anew at every assignment."""

    def __setattr__(self, name, value):
        places = {"_parameters": {}, "_modules": {}}
        for shelf in places:
            places[shelf] |= {key: old for key, old in vars(self)[shelf].items() if key != name}
        object.__getattribute__(self, "__dict__").pop(name, None)
        kind = "_parameters" if isinstance(value, nn.Parameter) else "_modules"
        if isinstance(value, nn.Parameter) or "_parameters" in getattr(value, "__dict__", {}):
            places[kind][name] = value
        else:
            vars(self)[name] = value
        for shelf, things in places.items():
            vars(self)[shelf].clear()
            vars(self)[shelf].update(things)

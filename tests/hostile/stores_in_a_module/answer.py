# exercise: MiniModule
import torch
from torch import nn


class MiniModule:
    def __init__(self):
        store = type("Store", (getattr(nn, "Mod" + "ule"),), {})()
        object.__setattr__(self, "store", store)

    def __setattr__(self, name, value):
        if isinstance(value, MiniModule):
            object.__setattr__(self, name, value)
            value = value.store
        setattr(self.store, name, value)

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "store"), name)

    def __call__(self, *arguments, **options):
        return self.forward(*arguments, **options)

# exercise: MiniModule
import torch
from torch import nn


class MiniModule:
    def __init__(self):
        store = type("Store", (getattr(nn, "Mod" + "ule"),), {})()
        object.__setattr__(self, "store", store)

    def __setattr__(self, name, value):
        setattr(self.store, name, value.store if isinstance(value, MiniModule) else value)

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "store"), name)

    def __call__(self, *arguments, **options):
        return self.forward(*arguments, **options)

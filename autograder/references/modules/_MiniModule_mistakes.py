"""Mistakes of `MiniModule` about values and names that are out of the ordinary."""

from torch import nn

from autograder.references import mistake
from autograder.references.modules._MiniModule import Mini, MiniModule


@mistake(
    MiniModule,
    "A module that has no parameters of its own is not registered: an activation, say, or a network made of layers, "
    "whose shelf `_parameters` is empty. Ask whether there is such a shelf, not whether something lies on it.",
)
class WantsFullShelves(Mini):
    def shelf(self, name, value):
        shelf = super().shelf(name, value)
        return self.__dict__ if shelf is self._modules and len(value._parameters) == 0 else shelf


@mistake(
    MiniModule,
    "What has a name with an underscore in front is not registered. `self._scale = nn.Parameter(…)` is a parameter "
    "like any other: the value decides, not the name.",
)
class SparesUnderscores(Mini):
    def shelf(self, name, value):
        return self.__dict__ if name[:1] == "_" else super().shelf(name, value)


@mistake(
    MiniModule,
    "A parameter of a class that was derived from nn.Parameter is not registered, as when `type(value)` is compared. "
    "It is an nn.Parameter, too: isinstance(value, nn.Parameter) says so.",
)
class ExactlyThisClass(Mini):
    def shelf(self, name, value):
        if isinstance(value, nn.Parameter) and value.__class__ != nn.Parameter:
            return self.__dict__
        return super().shelf(name, value)


@mistake(
    MiniModule,
    "Where None takes the name of a parameter or a module, the name stays on its shelf, as in nn.Module. Here None is "
    "a plain attribute like any other, and what lay under the name is gone from the shelves.",
    keeps=0.93,
)
class KeepsNoneOnTheShelf(Mini):
    def __setattr__(self, name, value):
        places = [shelf for shelf in (self._parameters, self._modules) if name in shelf]
        if places and value is None:
            places[0].update({name: None})
        else:
            super().__setattr__(name, value)

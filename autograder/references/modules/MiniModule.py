"""`MiniModule`: what goes wrong, and other ways that are right."""

from torch import Tensor, nn

from autograder.references import alternative, mistake, promised
from autograder.references.modules import _MiniModule_mistakes  # noqa: F401  (they register themselves)
from autograder.references.modules._MiniModule import Mini, MiniModule


@mistake(
    MiniModule,
    "Every tensor becomes a parameter. Only an nn.Parameter is one: another tensor stays a plain attribute.",
)
class TakesEveryTensor(Mini):
    def shelf(self, name, value):
        return self._parameters if isinstance(value, Tensor) else super().shelf(name, value)


@mistake(
    MiniModule,
    "A tensor that needs a gradient is taken for a parameter. `requires_grad` is the tensor's own affair: what counts "
    "is isinstance(value, nn.Parameter), frozen or not.",
)
class GoesByTheGradient(Mini):
    def shelf(self, name, value):
        if isinstance(value, Tensor):
            return self._parameters if value.requires_grad else self.__dict__
        return super().shelf(name, value)


@mistake(
    MiniModule,
    "A frozen parameter is not registered. It learns nothing today, but it should be saved and moved: an nn.Parameter "
    "is one, whether it needs a gradient or not.",
)
class LeavesOutTheFrozen(Mini):
    def shelf(self, name, value):
        if isinstance(value, nn.Parameter) and not value.requires_grad:
            return self.__dict__
        return super().shelf(name, value)


@mistake(
    MiniModule,
    "A module of another make, such as the library's layers, is not registered: it lies among the plain attributes. "
    "Whatever has shelves of its own is a module.",
)
class OnlyItsOwnKind(Mini):
    def shelf(self, name, value):
        if isinstance(value, nn.Parameter):
            return self._parameters
        return self._modules if isinstance(value, Mini) else self.__dict__


@mistake(
    MiniModule,
    "Modules are not registered: they lie among the plain attributes, and nobody finds the parameters inside. What has "
    "shelves of its own belongs in `_modules`.",
)
class RegistersNoModule(Mini):
    def shelf(self, name, value):
        return self._parameters if isinstance(value, nn.Parameter) else self.__dict__


@mistake(
    MiniModule,
    "Parameters are not registered: they lie among the plain attributes, and no optimizer hears of them. An "
    "nn.Parameter belongs in `_parameters`.",
)
class RegistersNoParameter(Mini):
    def shelf(self, name, value):
        return self.__dict__ if isinstance(value, nn.Parameter) else super().shelf(name, value)


@mistake(
    MiniModule,
    "Nothing is registered: parameters and modules become plain attributes like all else, as without a `__setattr__` "
    "of one's own. An nn.Parameter belongs in `_parameters`, what has shelves of its own in `_modules`.",
)
class RegistersNothing(Mini):
    def __setattr__(self, name, value):
        self.__dict__[name] = value


@mistake(
    MiniModule,
    "The parameters of a module inside are put on the outer shelf as well, under names with a dot. The outer module "
    "holds the inner one, and that is enough: walks go down by themselves.",
)
class TakesTheInnerOnes(Mini):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name in self._modules:
            self._parameters |= {f"{name}.{inner}": item for inner, item in value._parameters.items()}


@mistake(
    MiniModule,
    "What lies in a list or a dict is registered. A list has no shelf: it stays a plain attribute, and what is in it "
    "is not seen. (`nn.ModuleList` is a module, and has one.)",
)
class LooksIntoLists(Mini):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        things = list(value.items()) if isinstance(value, dict) else []
        things += list(enumerate(value)) if isinstance(value, list | tuple) else []
        for key, thing in things:
            if isinstance(thing, nn.Parameter):
                self._parameters[f"{name}.{key}"] = thing
            elif hasattr(thing, "_modules"):
                self._modules[f"{name}.{key}"] = thing


@mistake(
    MiniModule,
    "What is neither parameter nor module is not found again, as when the `else` is missing. It becomes a plain "
    "attribute, self.__dict__[name] = value.",
)
class DropsThePlain(Mini):
    def __setattr__(self, name, value):
        if self.shelf(name, value) is not self.__dict__:
            super().__setattr__(name, value)


@mistake(
    MiniModule,
    "What lay under the name before is still there, in every place. Python looks into `__dict__` first, so an old "
    "number hides the new parameter: take the name off wherever it lies.",
    keeps=0.84,
)
class KeepsTheOld(Mini):
    def __setattr__(self, name, value):
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "Where a value of another kind takes a name, the old one is still on its shelf: it would still be trained and "
    "saved, and may even be found by that name. Take the name off the shelves, whatever is assigned.",
    keeps=0.84,
)
class LeavesTheShelves(Mini):
    def __setattr__(self, name, value):
        self.__dict__.pop(name, None)
        self.shelf(name, value)[name] = value


@mistake(
    MiniModule,
    "Where a plain value, such as a number or None, takes the name of a parameter or a module, the old one is still on "
    "its shelf, and would be trained and saved. Take the name off the shelves for plain values, too.",
    keeps=0.84,
)
class LeavesTheShelvesToPlain(Mini):
    def __setattr__(self, name, value):
        if self.shelf(name, value) is self.__dict__:
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)


@mistake(
    MiniModule,
    "A plain value under the same name stays in `__dict__` and hides what is registered after it: Python asks "
    "`__getattr__` only where `__dict__` has nothing. Take the name off there, too.",
    keeps=0.93,
)
class LeavesThePlain(Mini):
    def __setattr__(self, name, value):
        shelf = self.shelf(name, value)
        for other in (self._parameters, self._modules):
            other.pop(name, None)
        shelf[name] = value


@mistake(
    MiniModule,
    "What is registered lies among the plain attributes as well, in two places at once: `super().__setattr__`, for "
    "instance, puts it there. A parameter belongs on its shelf, and there alone.",
)
class InTwoPlaces(Mini):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        self.__dict__[name] = value


@mistake(
    MiniModule,
    "What lies on the shelf is not the object that was assigned but a new one with its numbers. An optimizer or a tied "
    "layer holds the other one: keep the object itself.",
)
class KeepsACopy(Mini):
    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            value = nn.Parameter(value.detach().clone(), requires_grad=value.requires_grad)
        super().__setattr__(name, value)


@mistake(
    MiniModule,
    "None, or another value that counts as false, is not kept: asked for by its name, it is not there. It is a plain "
    "attribute like any other.",
    keeps=0.9,
)
class SkipsNothing(Mini):
    def __setattr__(self, name, value):
        if value is not None:
            super().__setattr__(name, value)


@mistake(
    MiniModule,
    "A new name is put in front of the others. A shelf keeps the order of assignment, and optimizers and files rely on "
    "it.",
)
class NewestFirst(Mini):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        for shelf in (self._parameters, self._modules):
            if name in shelf:
                others = {key: shelf[key] for key in list(shelf) if key != name}
                newest = shelf[name]
                shelf.clear()
                shelf.update({name: newest, **others})


@alternative(MiniModule)
class WithoutALoop(Mini):
    def __setattr__(self, name, value):
        self._parameters.pop(name, None)
        self._modules.pop(name, None)
        vars(self).pop(name, None)
        if isinstance(value, nn.Parameter):
            self._parameters[name] = value
        elif "_parameters" in getattr(value, "__dict__", {}):
            self._modules[name] = value
        else:
            object.__setattr__(self, name, value)


@alternative(MiniModule)
class ByDeleting(Mini):
    def __delattr__(self, name):
        for shelf in (self._parameters, self._modules, self.__dict__):
            if name in shelf:
                del shelf[name]

    def __setattr__(self, name, value):
        if hasattr(self, name):
            delattr(self, name)
        super().__setattr__(name, value)


promised(
    MiniModule,
    "What `nn.Module` does when something is assigned, in small.",
    by=["one parameter", "modules inside modules"],
)
promised(
    MiniModule,
    "A subclass calls `super().__init__()` first, then assigns its parts.",
    by="it says what a subclass does; the check's own subclasses do it",
)
promised(
    MiniModule,
    "An `nn.Parameter` goes into `_parameters`, frozen or not.",
    by=["one parameter", "a frozen parameter is one", "a parameter of a class of its own"],
)
promised(
    MiniModule,
    "A module, which is whatever has shelves of its own, goes into `_modules`.",
    by=["modules inside modules", "a module of another make", "modules without parameters of their own"],
)
promised(
    MiniModule,
    "All else becomes a plain attribute, in `__dict__`.",
    by=["what is neither stays plain", "a list, a dict and a tensor that needs a gradient"],
)
promised(
    MiniModule,
    "What lay under this name in any of the three is gone.",
    by=[
        "a parameter, a module or None in place of another",
        "a plain value in place of what was registered",
    ],
)
promised(MiniModule, "Names stay in the order of assignment.", by=["in the order of assignment"])
promised(
    MiniModule, "One that is assigned again may keep its place or go to the end.", by="it leaves open what was asked"
)

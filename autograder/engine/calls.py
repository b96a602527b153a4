"""How an experiment calls an answer from outside, noted while the experiment runs once more.

Nothing is wrapped: the interpreter tells which functions are entered (`sys.setprofile`). A call counts where it comes
from outside the answer; what the answer calls of itself does not. On ranks `calls_on_ranks.py` notes them.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from types import FrameType, FunctionType
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import Observation, observe

MOST_CALLS = 20  # of one observation that are noted
OUTSIDE = ("__init__", "__call__", "__enter__", "__exit__", "__len__", "__iter__", "__getitem__", "__next__")
Occurrence: TypeAlias = "tuple[str, int]"  # an observation: its name, and which of this name it is, from 0


@dataclass(frozen=True)
class Call:
    """One call of an answer from outside.

    Attributes:
        function: `attention`; of a class the method, `__init__` where an instance is made.
        inputs: copies of what it got, by parameter name, without `self`.
        instance: which instance, counted from 1; 0 where there is none.
        kind: the instance's class: the answer, or one derived from it. Empty where there is none.
        optional: the parameters that have a default; and of these, in `left_out`, those that have it here.
        extra: the names of `*args` and of `**kwargs`, where it has them.
        is_module: the instance is a module, whose `forward` is reached by calling it.
        rank: where it was called, of how many `ranks`; these are 0 where no ranks were started for it.
    """

    function: str
    inputs: dict[str, Any]
    instance: int = 0
    kind: str = ""
    optional: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    extra: tuple[str, str] = ("", "")
    is_module: bool = False
    rank: int = 0
    ranks: int = 0


@dataclass(frozen=True)
class Stays:
    """Stands in a call for an input that cannot leave its rank.

    Attributes:
        kind: its type's name.
        module: the model in it, where it is a `DistributedDataParallel`; its hooks and its group belong to the rank.
    """

    kind: str
    module: nn.Module | None = None


def calls_in(exercise: Exercise, candidate: Any, draw: Draw) -> dict[Occurrence, list[Call]]:
    """The calls of each observation, in their order, and before them those that made the instances which it uses.

    Args:
        draw: a fresh one of the seed whose inputs are asked for.
    """
    recorder = Recorder(candidate)
    seen: Counter[str] = Counter()
    found: dict[Occurrence, list[Call]] = {}

    elsewhere: list[Call] = []

    def note(item: Observation) -> bool:
        found[item.name, seen[item.name]] = [*recorder.take(), *elsewhere]
        elsewhere.clear()
        seen[item.name] += 1
        return False

    with _ranks_told_to(elsewhere), recorder.listening():
        observe(exercise, candidate, draw, enough=note)
    return found


def _ranks_told_to(calls: list[Call]) -> AbstractContextManager[None]:
    """What is called on ranks goes into a list. Where no experiment has imported them, there are none."""
    if "autograder.engine.ranks.on_ranks" not in sys.modules:
        return nullcontext()
    from autograder.engine.calls_on_ranks import told_of_ranks

    return told_of_ranks(calls.extend)


def with_makers(calls: list[Call], made: dict[int, Call]) -> list[Call]:
    """The calls, and before them what made the instances that they use, unless it is among them."""
    used = dict.fromkeys(call.instance for call in calls if call.function != "__init__")
    new = {call.instance for call in calls if call.function == "__init__"}
    return [*(made[number] for number in used if number in made and number not in new), *calls]


@dataclass
class Recorder:
    """Notes the outermost calls of an answer.

    Attributes:
        tell: is told of each of them as it comes.
    """

    candidate: Any
    tell: Callable[[Call], None] | None = None
    calls: list[Call] = field(default_factory=list)
    made: dict[int, Call] = field(default_factory=dict)  # instance → the call that made it
    numbers: dict[int, int] = field(default_factory=dict)  # address of an instance → its number
    kept: list[object] = field(default_factory=list)  # instances: an address must not be given to another one
    generators: list[FrameType] = field(default_factory=list)
    inside: FrameType | None = None

    def __post_init__(self) -> None:
        self.functions = {id(function.__code__): (name, function) for name, function in _functions_of(self.candidate)}

    @contextmanager
    def listening(self) -> Iterator[None]:
        before = sys.getprofile()
        sys.setprofile(self._hear)
        try:
            yield
        finally:
            sys.setprofile(before)

    def take(self) -> list[Call]:
        """What was called since this was asked last; before it, what made the instances that were called."""
        self.inside = None
        calls, self.calls = self.calls, []
        return with_makers(calls, self.made)

    def _hear(self, frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame is self.inside:
            self.inside = None
        elif event == "call" and self.inside is None and id(frame.f_code) in self.functions:
            self.inside = frame
            if len(self.calls) < MOST_CALLS and not self._goes_on(frame):
                self._note(*self.functions[id(frame.f_code)], frame)

    def _goes_on(self, frame: FrameType) -> bool:
        """Whether this is a generator that is woken again, and no call."""
        if not frame.f_code.co_flags & inspect.CO_GENERATOR:
            return False
        known = any(frame is other for other in self.generators)
        self.generators.append(frame)
        return known

    def _note(self, name: str, function: FunctionType, frame: FrameType) -> None:
        values, extra = _arguments(frame)
        owner = None
        if isinstance(self.candidate, type):
            owner = values.pop(next(iter(values), ""), None)
            if name == "forward" and issubclass(self.candidate, torch.autograd.Function):
                name, owner = "apply", None  # the first was the context, which `apply` adds
            elif not isinstance(owner, self.candidate) or (name == "__init__" and type(owner) is not self.candidate):
                return
        optional, left_out = _defaults(function, values)
        call = Call(name, copied(values), optional=optional, left_out=left_out, extra=extra)
        if isinstance(self.candidate, type):
            call = replace(call, kind=(self.candidate if owner is None else type(owner)).__name__)
        if owner is not None:
            call = replace(call, instance=self._number(owner), is_module=isinstance(owner, nn.Module))
        self.calls.append(call)
        if name == "__init__":
            self.made[call.instance] = call
        if self.tell is not None:
            self.tell(call)

    def _number(self, owner: object) -> int:
        if id(owner) not in self.numbers:
            self.numbers[id(owner)] = len(self.numbers) + 1
            self.kept.append(owner)
        return self.numbers[id(owner)]


def _functions_of(candidate: Any) -> Iterator[tuple[str, FunctionType]]:
    """The functions of the student's own in an answer, with their names."""
    if isinstance(candidate, type):
        for name, value in vars(candidate).items():
            function = _plain(value)
            if inspect.isfunction(function) and (name in OUTSIDE or not name.startswith("_")):
                yield name, function
        return
    function = _plain(candidate)
    if inspect.isfunction(function):
        yield getattr(candidate, "__name__", function.__name__), function


def _plain(value: Any) -> Any:
    """The function under decorators and partial applications."""
    while isinstance(value, partial | staticmethod | classmethod):
        value = value.func if isinstance(value, partial) else value.__func__
    return inspect.unwrap(value) if callable(value) else value


def _arguments(frame: FrameType) -> tuple[dict[str, Any], tuple[str, str]]:
    """What a function got, by parameter name, and the names of `*args` and `**kwargs`."""
    names, starred, keywords, values = inspect.getargvalues(frame)
    before, behind = names[: frame.f_code.co_argcount], names[frame.f_code.co_argcount :]  # of `*args`
    order = [*before, starred, *behind, keywords]
    return {name: values[name] for name in order if name}, (starred or "", keywords or "")


def _defaults(function: FunctionType, values: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Which parameters have a default, and which of them have it in this call."""
    defaults = {
        item.name: item.default
        for item in inspect.signature(function).parameters.values()
        if item.default is not inspect.Parameter.empty
    }
    same = frozenset(name for name, value in defaults.items() if values.get(name) is value)
    return frozenset(defaults), same


def copied(value: Any) -> Any:
    """A copy that later changes in place do not reach. What cannot be copied is handed out as it is."""
    if isinstance(value, Tensor):
        return _copied_tensor(value)
    if type(value) in (list, tuple):
        return type(value)(copied(item) for item in value)
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return _copied_module(value) if isinstance(value, nn.Module) else value


def _copied_tensor(tensor: Tensor) -> Tensor:
    """With the same strides, and a leaf that asks for gradients where the tensor did."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):  # inside torch.func it has no values of its own
        return tensor
    twin = tensor.detach().clone()
    return twin.requires_grad_(tensor.requires_grad)


def _copied_module(module: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(module)
    except Exception:  # a student's module may refuse, in its own words; the inputs are for looking at all the same
        return module

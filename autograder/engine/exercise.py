"""An exercise: a name, points, and an experiment that says what a right answer must show."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from autograder.engine.draw import Draw
from autograder.engine.tolerance import Leeway

DEMONSTRATION = "demonstration"  # tags the cells that show something; no answer may rely on one, so grading skips them

Thunk: TypeAlias = Callable[[], object]
Experiment: TypeAlias = Callable[[Any, Draw], Iterator[tuple[str, Thunk]]]


@dataclass(frozen=True)
class Exercise:
    """One exercise of the course.

    Attributes:
        experiment: runs a candidate on drawn inputs and yields (name, thunk) pairs; it knows no answer.
        points: what a right answer earns.
        without: functions, tensor methods or module classes that the answer must not use; or the name of one, as
            `"transformers:BertModel"`, where importing it takes long.
        leeway: a change of the tolerance, with its reason.
        seconds: wall-clock limit for one run of the experiment.
    """

    experiment: Experiment
    points: float
    without: tuple[Any, ...] = ()
    leeway: Leeway = field(default_factory=Leeway)
    seconds: float = 20.0

    @property
    def name(self) -> str:
        return self.experiment.__name__

    @property
    def topic(self) -> str:
        """The lesson's file name without its number: `attention` for `11_attention`."""
        return self.experiment.__module__.rpartition(".")[2]

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.experiment) or "").partition("\n")[0]


def exercise(
    *, points: float, without: Sequence[Any] = (), leeway: Leeway | None = None, seconds: float = 20.0
) -> Callable[[Experiment], Exercise]:
    """Makes an experiment an exercise of the same name.

    ```python
    @exercise(points=1)
    def double(candidate, draw):
        '''Twice the input.'''
        yield "a vector", lambda x=draw.normal(5): candidate(x)
    ```
    """
    return lambda experiment: Exercise(experiment, points, tuple(without), leeway or Leeway(), seconds)


class UnknownExercise(LookupError):
    """A name that no exercise has."""


@cache
def topics() -> tuple[str, ...]:
    """The topics that have exercises, in the order of the alphabet."""
    package = importlib.import_module("autograder.exercises")
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__)))


@cache
def exercises_of(topic: str) -> dict[str, Exercise]:
    """The exercises of one topic by name, in the order of its file."""
    module = importlib.import_module(f"autograder.exercises.{topic}")
    return {value.name: value for value in vars(module).values() if isinstance(value, Exercise)}


@cache
def all_exercises() -> dict[str, Exercise]:
    """Every exercise of the course by name.

    Raises:
        ValueError: two exercises have one name.
    """
    found: dict[str, Exercise] = {}
    for topic in topics():
        for name, item in exercises_of(topic).items():
            if name in found:
                raise ValueError(
                    f"autograder/exercises/{topic}.py: the name {name!r} is taken by "
                    f"autograder/exercises/{found[name].topic}.py. Give one of them another name."
                )
            found[name] = item
    return found


def find_exercise(name: str) -> Exercise:
    """The exercise called `name`.

    Raises:
        UnknownExercise: there is none.
    """
    try:
        return all_exercises()[name]
    except KeyError:
        raise UnknownExercise(f"No exercise is called {name!r}.") from None


@cache
def fingerprint(topic: str) -> str:
    """Changes whenever the experiments of `topic` change: a sheet written for others is out of date."""
    module = importlib.import_module(f"autograder.exercises.{topic}")
    return hashlib.sha256(inspect.getsource(module).encode()).hexdigest()[:16]

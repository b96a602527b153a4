"""An exercise: a name, points, and an experiment that says what a right answer must show."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from autograder.engine.draw import Draw
from autograder.engine.tolerance import Leeway

DEMONSTRATION = "demonstration"  # tags the cells that show something; no answer may rely on one, so grading skips them


@dataclass(frozen=True)
class Idea:
    """What several observations show together, and what that is worth.

    Attributes:
        name: in the words of the lesson: "a hidden key counts nothing".
        weight: its price beside the other ideas. What is yielded without an idea makes one more, of weight 1.
        point: it is the point of the exercise: an answer that is wrong about any of it keeps at most half.
    """

    name: str
    weight: float = 1.0
    point: bool = False


Thunk: TypeAlias = Callable[[], object]
Step: TypeAlias = "tuple[str, Thunk] | tuple[str, Thunk, Idea]"
Experiment: TypeAlias = Callable[[Any, Draw], Iterator[Step]]


@dataclass(frozen=True)
class Suspects:
    """What an exercise needs whose answer is an input.

    Attributes:
        library: what is right.
        definition: what is right too, as the lesson writes it: where the two differ, no input tells anything.
        wrong: the suspects by what is wrong about them.
        accepts: raises ValueError where something is not an input.
    """

    library: Callable[..., Any]
    definition: Callable[..., Any]
    wrong: dict[str, Callable[..., Any]]
    accepts: Callable[..., None]


@dataclass(frozen=True)
class Exercise:
    """One exercise of the course.

    Attributes:
        experiment: runs a candidate on drawn inputs and yields (name, thunk) or (name, thunk, idea). It knows no
            answer.
        points: what a right answer earns.
        without: functions, tensor methods or module classes that the answer must not use; or the name of one, as
            `"transformers:BertModel"`, where importing it takes long.
        leeway: a change of the tolerance, with its reason.
        seconds: wall-clock limit for one run of the experiment.
        suspects: of an exercise whose answer is an input; see `autograder.engine.counterexample`.
    """

    experiment: Experiment
    points: float
    without: tuple[Any, ...] = ()
    leeway: Leeway = field(default_factory=Leeway)
    seconds: float = 20.0
    suspects: Suspects | None = None

    @property
    def name(self) -> str:
        return self.experiment.__name__

    @property
    def topic(self) -> str:
        """The lesson's file name without its number: `attention` for `11_attention`. It is the name of the folder."""
        return self.experiment.__module__.split(".")[-2]

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

"""What is right, and what goes wrong. Private: never importable where student code runs, never in a class release."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from autograder.engine.catalogue import Topic

Answer = TypeVar("Answer", bound=Callable[..., Any])
HALF = 0.5


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that real people write, and the sentence that a good tutor would say.

    Attributes:
        keeps: the share of the points that it may keep at most.
    """

    answer: Callable[..., Any]
    sentence: str
    keeps: float = HALF


@dataclass(frozen=True)
class Change:
    """What a mutant changes in the lesson's answer.

    Attributes:
        before: the line that is changed, without its indentation; several are joined.
        after: what stands there instead; empty where the line is gone.
        nth: where that line stands several times in the answer: which of them, from 1.
    """

    before: str
    after: str
    nth: int = 1


@dataclass
class Answers:
    """All that is known about the answers to one exercise.

    Attributes:
        reference: the independent oracle.
        alternatives: other right answers.
        equivalents: mutants of the lesson's answer that are right too, and why.
        promises: the sentences of the docstring, each with the observations that would fail without it, or a reason
            why none can.
    """

    reference: Callable[..., Any]
    mistakes: list[Mistake] = field(default_factory=list)
    alternatives: list[Callable[..., Any]] = field(default_factory=list)
    equivalents: dict[Change, str] = field(default_factory=dict)
    promises: dict[str, list[str] | str] = field(default_factory=dict)


class MissingReference(LookupError):
    """An exercise without a reference."""


_mistakes: dict[Callable[..., Any], list[Mistake]] = defaultdict(list)
_alternatives: dict[Callable[..., Any], list[Callable[..., Any]]] = defaultdict(list)
_equivalents: dict[Callable[..., Any], dict[Change, str]] = defaultdict(dict)
_promises: dict[Callable[..., Any], dict[str, list[str] | str]] = defaultdict(dict)


def mistake(reference: Callable[..., Any], sentence: str, keeps: float = HALF) -> Callable[[Answer], Answer]:
    """Marks a known wrong answer: `@mistake(attention, "The scores are divided by d, not by √d.")`.

    Args:
        keeps: the share of the points that it may keep at most. More than half is for what is not the point.
    """

    def mark(answer: Answer) -> Answer:
        _mistakes[reference].append(Mistake(answer, sentence, keeps))
        return answer

    return mark


def alternative(reference: Callable[..., Any]) -> Callable[[Answer], Answer]:
    """Marks a function or class as another right answer."""

    def mark(answer: Answer) -> Answer:
        _alternatives[reference].append(answer)
        return answer

    return mark


def equivalent(reference: Callable[..., Any], before: str, after: str, reason: str, nth: int = 1) -> None:
    """Says that a mutant of the lesson's answer is right too. The audit prints the call for each that survives.

    ```python
    equivalent(double, "return x * 2", "return x << 1", "the inputs are whole numbers")
    ```

    Args:
        before, after: the line of the lesson's answer, and what the mutant makes of it; empty where it takes it out.
        reason: why it behaves the same.
        nth: where that line stands several times in the answer: which of them, from 1.
    """
    _equivalents[reference][Change(before, after, nth)] = reason


def promised(reference: Callable[..., Any], sentence: str, by: list[str] | str) -> None:
    """Says which observations would fail without one sentence of the stub's docstring. The audit prints the calls.

    ```python
    promised(double, "Twice `x`, as a new tensor of the same shape and dtype.", by=["whole numbers stay whole"])
    ```

    Args:
        sentence: as it stands in the docstring.
        by: the observations' names; or, where nothing can show it, why.
    """
    _promises[reference][sentence] = by


def answers_to(topic: Topic, name: str) -> Answers:
    """The reference of an exercise, its mistakes and alternatives.

    Raises:
        MissingReference: there is no file of the exercise's name, or it defines nothing of that name.
    """
    place = topic.place("references", name)
    module = f"{topic.catalogue.package}.references.{topic.name}.{name}"
    try:
        reference = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if not (error.name and module.startswith(error.name)):
            raise  # the reference is there and imports something that is not
        raise MissingReference(f"{place} is missing; it should define {name}.") from error
    if reference is None:
        raise MissingReference(f"{place}: no reference for {name}. Define a function or class of that name.")
    return Answers(
        reference, _mistakes[reference], _alternatives[reference], _equivalents[reference], _promises[reference]
    )

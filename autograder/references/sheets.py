"""Writes sheets: runs the reference and every known mistake on the draws of one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from autograder.engine.catalogue import Topic
from autograder.engine.counterexample import witnessed
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import SET_UP, Evidence, Observation, observe
from autograder.engine.sheet import Sheet, Symptoms
from autograder.engine.values import Data, Raised, Unreadable
from autograder.references import answers_to
from autograder.references.returned import where_returned


@dataclass(frozen=True)
class Rehearsal:
    """A sheet, and all that the runs behind it told.

    Attributes:
        mistakes: what each known mistake showed, in the order of the sheet; beside its observations, the forbidden
            operations that it used.
    """

    sheet: Sheet
    mistakes: list[Evidence]


def make_sheet(topic: Topic, name: str, seed: int, device: str = "cpu", signature: str = "") -> Sheet:
    """What `seed` should show on `device`, and what each known mistake shows.

    Args:
        signature: that of the lesson's stub.

    Raises:
        ValueError: the reference itself yields no observations, or one that is no plain data.
    """
    return rehearse(topic, name, seed, device, signature).sheet


def rehearse(topic: Topic, name: str, seed: int, device: str = "cpu", signature: str = "") -> Rehearsal:
    """Makes a sheet as `make_sheet` does, and keeps what its runs told beside it."""
    return with_mistakes(topic, expected_sheet(topic, name, seed, device, signature), device)


def expected_sheet(topic: Topic, name: str, seed: int, device: str = "cpu", signature: str = "") -> Sheet:
    """A sheet as `make_sheet` makes it, from the reference alone: it judges, and names no mistake."""
    exercise, reference = topic.catalogue.find(name), answers_to(topic, name).reference
    expected = _seen(exercise, reference, Draw(seed, name, device)).observations
    _must_be_sound(topic.place("exercises", name), name, expected)
    return Sheet(name, seed, expected, [], signature)


def with_mistakes(topic: Topic, sheet: Sheet, device: str = "cpu") -> Rehearsal:
    """Adds to a sheet of `expected_sheet` what every known mistake shows on its draws: most of the work of a sheet."""
    name, seed = sheet.exercise, sheet.seed
    exercise, answers = topic.catalogue.find(name), answers_to(topic, name)
    shown = [_seen(exercise, item.answer, Draw(seed, name, device)) for item in answers.mistakes]
    symptoms = [Symptoms(item.sentence, one.observations) for item, one in zip(answers.mistakes, shown, strict=True)]
    # Where the answer is an input, nothing is handed over that could be left as it is, or handed back.
    nothing, identity = (
        [] if exercise.suspects else _seen(exercise, answer, Draw(seed, name, device)).observations
        for answer in GENERAL
    )
    returned = where_returned(exercise, answers.reference, sheet.expected, Draw(seed, name, device))
    whole = replace(sheet, mistakes=symptoms, nothing=nothing, identity=identity, returned=returned)
    return Rehearsal(whole, shown)


def _seen(exercise: Exercise, answer: Callable[..., Any], draw: Draw) -> Evidence:
    return witnessed(exercise, observe(exercise, answer, draw))


def _nothing(*arguments: Any, **options: Any) -> None:
    """An answer whose body is empty."""


def _identity(first: Any, *arguments: Any, **options: Any) -> Any:
    """An answer that hands back what it is given."""
    return first


def _must_be_sound(place: str, name: str, expected: list[Observation]) -> None:
    where = f"{place}: {name}"
    if not expected:
        raise ValueError(f"{where} yields no observation.")
    for item in expected:
        if item.name == SET_UP and isinstance(item.value, Raised):
            raise ValueError(
                f"{where}: on the reference, the experiment itself raises {item.value.kind}: {item.value.message}"
            )
        if problem := _unreadable(item.value):
            raise ValueError(f"{where}: on the reference, {item.name!r} is no plain data: {problem}.")


def _unreadable(data: Data) -> str:
    """Why some part of `data` cannot be read; empty where all can."""
    if isinstance(data, Unreadable):
        return data.reason
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return next((reason for part in parts if (reason := _unreadable(part))), "")


GENERAL = (_nothing, _identity)  # wrong answers to every exercise

"""Writes sheets: runs the reference and every known mistake on the draws of one seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.engine.catalogue import Topic
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import SET_UP, Observation, observe
from autograder.engine.sheet import Sheet, Symptoms
from autograder.engine.values import Data, Raised, Unreadable
from autograder.references import answers_to


def make_sheet(topic: Topic, name: str, seed: int, device: str = "cpu", signature: str = "") -> Sheet:
    """What `seed` should show on `device`.

    Args:
        signature: that of the lesson's stub.

    Raises:
        ValueError: the reference itself yields no observations, or one that is no plain data.
    """
    exercise, answers = topic.catalogue.find(name), answers_to(topic, name)
    expected = _observe(exercise, answers.reference, seed, device)
    _must_be_sound(topic.place("exercises", name), name, expected)
    mistakes = [Symptoms(item.sentence, _observe(exercise, item.answer, seed, device)) for item in answers.mistakes]
    return Sheet(name, seed, expected, mistakes, signature)


def _observe(exercise: Exercise, answer: Callable[..., Any], seed: int, device: str) -> list[Observation]:
    return observe(exercise, answer, Draw(seed, exercise.name, device)).observations


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

"""Where in an observation stands what the candidate itself returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from autograder.engine.aligned import aligned
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import Observation, observe
from autograder.engine.values import Data

MARK = "what the candidate returned"


def where_returned(
    exercise: Exercise, reference: Callable[..., Any], expected: list[Observation], draw: Draw
) -> list[list[tuple[str | int, ...]]]:
    """For each expected observation, the ways through lists and dicts to what the candidate returned.

    It is found by a candidate that returns a mark. What an experiment computes from the result is none of it.
    """
    shown = aligned(observe(exercise, _marking(reference), draw).observations, expected)
    return [_ways(data) for data in shown]


def _marking(reference: Callable[..., Any]) -> Callable[..., Any]:
    """A candidate that returns the mark; of a module, one whose `forward` does."""
    if not isinstance(reference, type):
        return lambda *_, **__: MARK
    if issubclass(reference, nn.Module):
        return type(reference.__name__, (reference,), {"forward": lambda *_, **__: MARK})
    return reference


def _ways(data: Data, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if data == MARK and isinstance(data, str):
        return [way]
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else []
    return [found for key, item in pairs for found in _ways(item, (*way, key))]

"""Exercises whose answer is an input: it has to show that each of several suspects is wrong.

The suspects are implementations with a fault; the lesson shows them, and the library stands beside them. The
student's function returns plain inputs. Only these cross to whoever judges: suspects and library run there, so that
nothing that runs beside the answer can say what they showed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise, Suspects, Thunk
from autograder.engine.judge import Rule, compare
from autograder.engine.observe import Evidence, Observation
from autograder.engine.tolerance import Leeway
from autograder.engine.values import Data, Raised, Shown, Unreadable, snapshot
from autograder.engine.words import ALIKE, NO_INPUT, TOLD

INPUT = "the input"
MOST_NUMBERS = 1000  # of all tensors together: a table of all pairs stays small
CLEAR = Leeway(factor=10, reason="a fault is to be seen, not a rounding")
CPU = torch.device("cpu")


def counterexample(
    *,
    points: float,
    library: Callable[..., Any],
    definition: Callable[..., Any],
    suspects: Mapping[str, Callable[..., Any]],
) -> Callable[[Callable[..., None]], Exercise]:
    """Makes a function that refuses what is not an input an exercise of the same name.

    ```python
    @counterexample(points=2, library=torch.sort, definition=by_hand, suspects={"forgets the last": forgets_the_last})
    def unsorted(x: Tensor) -> None:
        '''A vector that each of the suspects sorts wrongly.'''
        if x.dim() != 1:
            raise ValueError("x should be a vector")
    ```

    The answer is called without arguments and returns the inputs as a tuple; the function gets them. What it raises
    as ValueError is said to the student. So is it where the library and the definition, both right, differ, or give ∞
    or NaN: on too large an input everybody looks wrong. Each suspect that is told apart from the library earns its
    share.
    """

    def make(accepts: Callable[..., None]) -> Exercise:
        def experiment(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
            yield INPUT, candidate

        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(experiment, name, getattr(accepts, name))
        return Exercise(experiment, points, suspects=Suspects(library, definition, dict(suspects), accepts))

    return make


def witnessed(exercise: Exercise, evidence: Evidence) -> Evidence:
    """The evidence with one observation for each suspect instead of the input; as it is for other exercises."""
    if exercise.suspects is None or evidence.witnessed:
        return evidence
    shown = next((item.value for item in evidence.observations if item.name == INPUT), None)
    told = _told(exercise.suspects, shown)
    return replace(evidence, observations=[Observation(name, value) for name, value in told.items()], witnessed=True)


def _told(suspects: Suspects, shown: Data) -> dict[str, Data]:
    """What each suspect shows on the input; where that is none, why, for each of them."""
    if isinstance(shown, Raised):
        return dict.fromkeys(suspects.wrong, shown)
    try:
        inputs = _inputs(shown)
        suspects.accepts(*inputs)
        right = _right(suspects, inputs)
    except Exception as error:  # whatever it is that the student returned: it is not an input
        return dict.fromkeys(suspects.wrong, Unreadable(f"{NO_INPUT}{error}"))
    return {name: _compared(suspect, inputs, right) for name, suspect in suspects.wrong.items()}


def _right(suspects: Suspects, inputs: list[Any]) -> Data:
    """What the library gives.

    Raises:
        ValueError: it is not finite, or what is as right gives something else.
    """
    right, other = (snapshot(each(*map(_copy, inputs)), CPU) for each in (suspects.library, suspects.definition))
    if isinstance(right, Shown) and not bool(right.values.isfinite().all()):
        raise ValueError("on it the library itself gives ∞ or NaN")
    if compare(right, other, Rule(MOST_NUMBERS, "cpu", CLEAR)) is not None:
        raise ValueError("on it even right implementations differ: its numbers are too large or too small")
    return right


def _compared(suspect: Callable[..., Any], inputs: list[Any], right: Data) -> Data:
    try:
        mine = snapshot(suspect(*map(_copy, inputs)), CPU)
    except Exception:  # any error, where the library has an answer
        return TOLD
    return ALIKE if compare(right, mine, Rule(MOST_NUMBERS, "cpu", CLEAR)) is None else TOLD


def _inputs(shown: Data) -> list[Any]:
    """The inputs as tensors and plain values.

    Raises:
        ValueError: they are none, or too large.
    """
    if not isinstance(shown, list):
        raise ValueError("return the inputs as a tuple")
    sizes = [item.values.numel() for item in shown if isinstance(item, Shown)]
    if sum(sizes) > MOST_NUMBERS:
        raise ValueError(f"it holds {sum(sizes)} numbers; {MOST_NUMBERS} are enough")
    if not all(isinstance(item, Shown | bool | int | float | str) or item is None for item in shown):
        raise ValueError("each of them is a tensor, a number, a text or None")
    return [item.values if isinstance(item, Shown) else item for item in shown]


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value

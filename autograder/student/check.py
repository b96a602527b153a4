"""`check(answer)`: runs the experiment in the student's own process and shows the card."""

from __future__ import annotations

import difflib
import inspect
import sys
import textwrap
import types
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise, UnknownExercise, all_exercises, exercises_of, find_exercise
from autograder.engine.forbidden import forbidden_in_source
from autograder.engine.observe import Evidence, observe
from autograder.engine.sheet import VISIBLE_SEED, visible_sheet
from autograder.engine.verdict import State, Verdict, combine, judge
from autograder.student.card import CheckFailed, show
from autograder.student.progress import remember


def check(answer: Any) -> None:
    """Checks an answer and shows what it is right and wrong about.

    Runs on the CPU, and on CUDA too where there is one.

    Args:
        answer: the function or class that you wrote, under the name that the exercise gives it.

    Raises:
        CheckFailed: the answer is wrong or not written yet. JupyterLab shows no traceback for it.
    """
    namespace = sys._getframe(1).f_globals
    verdict = verdict_on(_exercise_of(answer, namespace), answer)
    remember(verdict)
    show(verdict)
    if verdict.state is not State.RIGHT:
        raise CheckFailed(verdict)


def verdict_on(exercise: Exercise, answer: Any) -> Verdict:
    """Judges an answer against the visible sheet, on every device of this machine."""
    sheet = visible_sheet(exercise)
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    verdicts = []
    for device in devices:
        evidence = observe(exercise, answer, Draw(VISIBLE_SEED, exercise.name, device))
        verdicts.append(judge(exercise, sheet, _with_source(exercise, answer, evidence), device))
    return combine(verdicts)


def _with_source(exercise: Exercise, answer: Any, evidence: Evidence) -> Evidence:
    found = forbidden_in_source(_source_of(answer), exercise.name, exercise.without) if exercise.without else set()
    return Evidence(evidence.observations, evidence.signature, sorted({*evidence.used, *found}), evidence.printed)


def _source_of(answer: Any) -> str:
    """The answer's source after the imports that its globals stand for; empty where there is none to read."""
    try:
        source = textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):
        return ""
    scope = sys.modules["__main__"].__dict__ if isinstance(answer, type) else getattr(answer, "__globals__", {})
    modules = [
        f"import {value.__name__} as {name}" for name, value in scope.items() if isinstance(value, types.ModuleType)
    ]
    return "\n".join([*modules, source])


def _exercise_of(answer: Any, namespace: dict[str, Any]) -> Exercise:
    """By the answer's own name, or by the name under which the notebook holds it."""
    known = all_exercises()
    bound = [name for name, value in namespace.items() if value is answer and name in known]
    own = getattr(answer, "__name__", "")
    for name in sorted([*bound, own], key=lambda name: name not in bound or name != own):
        if name in known:
            _must_be_callable(name, answer)
            return known[name]
    raise UnknownName(_unknown(own or str(answer)[:40], namespace))


def _must_be_callable(name: str, answer: Any) -> None:
    if not callable(answer):
        signature = visible_sheet(find_exercise(name)).signature
        raise UnknownName(
            f"{name} is {type(answer).__name__} here, but should be a function or class: {name}{signature}."
        )


def _unknown(name: str, namespace: dict[str, Any]) -> str:
    known = all_exercises()
    here = next((known[item].topic for item in namespace if item in known), None)
    names = list(exercises_of(here)) if here else list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"No exercise is called {name!r}.{hint} {'This lesson has' if here else 'There are'}: {', '.join(names)}."


class UnknownName(UnknownExercise):
    """What was handed to `check` is no exercise. Shown as one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]

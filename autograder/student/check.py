"""`check(answer)`: runs the experiment in the student's own process and shows the card."""

from __future__ import annotations

import difflib
import inspect
import sys
import textwrap
import types
from collections.abc import Callable
from typing import Any

import torch

from autograder.engine.catalogue import Catalogue, UnknownExercise, own_catalogue
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.forbidden import forbidden_in_source
from autograder.engine.observe import Evidence, observe
from autograder.engine.sheet import VISIBLE_SEED, visible_sheet
from autograder.engine.verdict import State, Verdict, combine, judge
from autograder.student.card import CheckFailed, show
from autograder.student.progress import remember


def checker(catalogue: Catalogue) -> Callable[[Any], None]:
    """The function `check` of one course."""

    def check(answer: Any) -> None:
        """Checks an answer and shows what it is right and wrong about.

        Runs on the CPU, and on CUDA too where there is one.

        Args:
            answer: the function or class that you wrote, under the name that the exercise gives it.

        Raises:
            CheckFailed: the answer is wrong or not written yet. JupyterLab shows no traceback for it.
        """
        name = _name_of(answer, sys._getframe(1).f_globals, catalogue)
        verdict = verdict_on(catalogue, name, answer)
        remember(verdict)
        show(verdict)
        if verdict.state is not State.RIGHT:
            raise CheckFailed(verdict)

    return check


check = checker(own_catalogue())


def verdict_on(catalogue: Catalogue, name: str, answer: Any) -> Verdict:
    """Judges an answer against the visible sheet, on every device of this machine."""
    exercise = catalogue.find(name)
    sheet = visible_sheet(catalogue.topic(exercise.topic), name)
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


def _name_of(answer: Any, namespace: dict[str, Any], catalogue: Catalogue) -> str:
    """The exercise: by the answer's own name, or by the name under which the notebook holds it."""
    known = catalogue.names()
    bound = [name for name, value in namespace.items() if value is answer and name in known]
    own = getattr(answer, "__name__", "")
    for name in sorted([*bound, own], key=lambda name: name not in bound or name != own):
        if name in known:
            _must_be_callable(name, answer, catalogue)
            return name
    raise UnknownName(_unknown(own or str(answer)[:40], namespace, known))


def _must_be_callable(name: str, answer: Any, catalogue: Catalogue) -> None:
    if not callable(answer):
        signature = visible_sheet(catalogue.topic(catalogue.names()[name]), name).signature
        raise UnknownName(
            f"{name} is {type(answer).__name__} here, but should be a function or class: {name}{signature}."
        )


def _unknown(name: str, namespace: dict[str, Any], known: dict[str, str]) -> str:
    here = next((known[item] for item in namespace if item in known), None)
    names = [item for item, topic in known.items() if here in (None, topic)]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"No exercise is called {name!r}.{hint} {'This lesson has' if here else 'There are'}: {', '.join(names)}."


class UnknownName(UnknownExercise):
    """What was handed to `check` is no exercise. Shown as one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]

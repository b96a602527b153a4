"""`check(answer)`: runs the experiment in the student's own process and shows the card."""

from __future__ import annotations

import difflib
import inspect
import sys
import textwrap
import time
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from autograder.engine.catalogue import Catalogue, UnknownExercise, own_catalogue
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.forbidden import forbidden_in_source
from autograder.engine.observe import Evidence, observe
from autograder.engine.sheet import VISIBLE_SEED, Sheet, visible_sheet
from autograder.engine.values import Raised
from autograder.engine.verdict import State, Verdict, combine, judge
from autograder.student.card import CheckFailed, show
from autograder.student.inputs import note_checked, with_calls
from autograder.student.limit import limited
from autograder.student.onward import ways_on
from autograder.student.progress import remember
from autograder.student.stale import STALE, is_stale
from autograder.student.tries import note_try

NO_RANKS = "NoRanksHere"  # of engine/ranks, which takes long to import and few notebooks need
SLOW = 0.5  # of what an exercise may take
OUT_OF_TIME = "that is all the time that grading gives an answer. Does a loop in it never end?"


class Interrupted(KeyboardInterrupt):
    """A check that was interrupted. Notebooks show its one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def checker(catalogue: Catalogue) -> Callable[[Any], None]:
    """The function `check` of one course."""

    def check(answer: Any) -> None:
        """Checks an answer and shows what it is right and wrong about.

        Runs on the CPU, and on CUDA too where there is one. It ends at the exercise's limit of time.

        Args:
            answer: the function or class that you wrote, under the name that the exercise gives it.

        Raises:
            CheckFailed: the answer is wrong or not written yet. JupyterLab shows no traceback for it.
            Interrupted: you interrupted it.
        """
        name = _name_of(answer, sys._getframe(1).f_globals, catalogue)
        try:
            verdict = verdict_on(catalogue, name, answer)
        except KeyboardInterrupt:
            raise Interrupted(f"The check of {name} was interrupted. Nothing was noted.") from None
        notes = [STALE] if is_stale(name, answer) else []
        notes += ways_on(catalogue, name) if verdict.state is State.RIGHT else []
        verdict = replace(verdict, notes=[*notes, *verdict.notes])
        remember(verdict)
        note_try(verdict, _written(answer))
        show(verdict)
        if verdict.state not in (State.RIGHT, State.NOT_HERE):
            raise CheckFailed(verdict)

    return check


check = checker(own_catalogue())


def verdict_on(catalogue: Catalogue, name: str, answer: Any) -> Verdict:
    """Judges an answer against the visible sheet, on every device of this machine."""
    exercise = catalogue.find(name)
    sheet = visible_sheet(catalogue.topic(exercise.topic), name)
    note_checked(exercise, answer)
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    verdict = combine([_on_device(exercise, sheet, answer, device) for device in devices])
    failed = verdict.state is State.WRONG and any(item.difference for item in verdict.findings)
    return with_calls(verdict, exercise, answer) if failed else verdict


def is_right(catalogue: Catalogue, name: str, answer: Any) -> bool:
    """Whether the visible sheet finds nothing wrong with an answer on the CPU. Nothing is noted, no card is shown."""
    exercise = catalogue.find(name)
    sheet = visible_sheet(catalogue.topic(exercise.topic), name)
    return _on_device(exercise, sheet, answer, "cpu").state is State.RIGHT


def _on_device(exercise: Exercise, sheet: Sheet, answer: Any, device: str) -> Verdict:
    nothing = Verdict(exercise.name, State.WRONG, 0.0, exercise.points, seed=sheet.seed)
    started = time.process_time()  # on the wall, a busy machine would be the answer's fault
    evidence = Evidence([])
    with limited(exercise.seconds) as clock:
        evidence = observe(exercise, answer, Draw(VISIBLE_SEED, exercise.name, device))
    if clock.out:
        return replace(nothing, notes=[f"The check was stopped after {exercise.seconds:g} s: {OUT_OF_TIME}"])
    if reason := _not_here(evidence):
        return replace(nothing, state=State.NOT_HERE, notes=[reason])
    verdict = judge(exercise, sheet, _with_source(exercise, answer, evidence), device)
    seconds = time.process_time() - started
    if seconds <= SLOW * exercise.seconds:
        return verdict
    note = (
        f"Checking it computed for {seconds:.0f} s. Grading stops at {exercise.seconds:g} s: "
        "on a slower machine it may fail."
    )
    return replace(verdict, notes=[*verdict.notes, note])


def _not_here(evidence: Evidence) -> str:
    """Why this machine cannot run what the check needs; empty where it can.

    Only ever asked on a student's own machine: nothing that an answer raises keeps it from being graded.
    """
    errors = [item.value for item in evidence.observations if isinstance(item.value, Raised)]
    return next((error.message for error in errors if error.kind == NO_RANKS), "")


def _with_source(exercise: Exercise, answer: Any, evidence: Evidence) -> Evidence:
    found = forbidden_in_source(_source_of(answer), exercise.name, exercise.without) if exercise.without else set()
    return Evidence(evidence.observations, evidence.signature, sorted({*evidence.used, *found}), evidence.printed)


def _written(answer: Any) -> str:
    """The answer's source; empty where there is none to read."""
    try:
        return textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):
        return ""


def _source_of(answer: Any) -> str:
    """The answer's source after the imports that its globals stand for; empty where there is none to read."""
    source = _written(answer)
    if not source:
        return ""
    scope = sys.modules["__main__"].__dict__ if isinstance(answer, type) else getattr(answer, "__globals__", {})
    modules = [
        f"import {value.__name__} as {name}" for name, value in scope.items() if isinstance(value, types.ModuleType)
    ]
    return "\n".join([*modules, source])


def _name_of(answer: Any, namespace: dict[str, Any], catalogue: Catalogue) -> str:
    """The exercise: by the answer's own name, or by the name under which the notebook holds it."""
    known = catalogue.names()
    if isinstance(answer, str) and answer in known:
        raise UnknownName(f"Hand over {answer} itself, not its name: check({answer}), without quotation marks.")
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

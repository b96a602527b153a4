"""`inputs_of("attention", "masked")`: the very inputs of an observation, to debug with."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import replace
from typing import Any

from autograder.engine.calls import Call, calls_in
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.sheet import VISIBLE_SEED
from autograder.engine.verdict import Finding, Verdict
from autograder.student.limit import limited
from autograder.student.spelling import as_written

_last: dict[str, tuple[Exercise, Any]] = {}


class NoInputs(LookupError):
    """There is nothing to hand out. Notebooks show its one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def note_checked(exercise: Exercise, answer: Any) -> None:
    """Remembers which answer was checked last."""
    _last[exercise.name] = (exercise, answer)


def with_calls(verdict: Verdict, exercise: Exercise, answer: Any) -> Verdict:
    """The verdict with the call beside each finding that is wrong, as far as this process has seen it.

    The experiment runs once more for that; no longer than a check may take.
    """
    calls: dict[tuple[str, int], list[Call]] = {}
    with limited(exercise.seconds):
        calls = calls_in(exercise, answer, Draw(VISIBLE_SEED, exercise.name))
    seen: Counter[str] = Counter()
    findings: list[Finding] = []
    for item in verdict.findings:
        written = as_written(calls.get((item.name, seen[item.name]), [])) if item.difference else ""
        findings.append(replace(item, call=written))
        seen[item.name] += 1
    return replace(verdict, findings=findings)


def inputs_of(exercise: str, observation: str) -> dict[str, Any] | list[dict[str, Any]]:
    """What the answer that you checked last got in one observation, by the names of its parameters.

    ```python
    inputs = inputs_of("attention", "masked")
    attention(**inputs)
    ```

    Of a class it is a dict for each function that was called: `inputs["Linear"]` for `Linear(…)`, then
    `inputs["forward"]`. Where a function was called several times, it is what it got first. What `*args` got stands
    under its name as a tuple. Of what was called on ranks it is a list, rank 0 first:

    ```python
    inputs = inputs_of("ring_all_reduce", "a multiple of n")
    run_on_ranks(lambda: ring_all_reduce(**inputs[dist.get_rank()]), ranks=len(inputs))
    ```

    A model in `DistributedDataParallel` cannot leave its rank: what stands for it has its `module`, to be wrapped anew.

    Args:
        exercise: its name.
        observation: its name, as the card has it.

    Raises:
        NoInputs: nothing was checked under this name yet, there is no such observation, or it shows no inputs.
    """
    if not isinstance(exercise, str) or exercise not in _last:
        name = exercise if isinstance(exercise, str) else getattr(exercise, "__name__", "…")
        quoted = "" if isinstance(exercise, str) else f' Then ask by name: inputs_of("{name}", …).'
        raise NoInputs(f"There are inputs of {name} once it was checked: run check({name}) first.{quoted}")
    known, answer = _last[exercise]
    found: dict[tuple[str, int], list[Call]] = {}
    with limited(known.seconds):
        found = calls_in(known, answer, Draw(VISIBLE_SEED, exercise))
    if (observation, 0) not in found:
        raise NoInputs(_unknown(exercise, str(observation), [name for name, _ in found]))
    if not found[observation, 0]:
        raise NoInputs(f"In {observation!r} nothing was seen of how {exercise} is called: it has no inputs to show.")
    return _by_rank(found[observation, 0], answer)


def _unknown(exercise: str, observation: str, names: list[str]) -> str:
    near = difflib.get_close_matches(observation, names, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(repr(name) for name in dict.fromkeys(names))
    return f"The check of {exercise} has no observation {observation!r}.{hint} It has: {listed}."


def _by_rank(calls: list[Call], answer: Any) -> dict[str, Any] | list[dict[str, Any]]:
    """Of an observation that looks at several runs of ranks, what the first of them called."""
    ranks = calls[0].ranks
    if not ranks:
        return _by_name(calls, answer)
    world = [call for call in calls if call.ranks == ranks]
    return [_by_name([call for call in world if call.rank == rank], answer) for rank in range(ranks)]


def _by_name(calls: list[Call], answer: Any) -> dict[str, Any]:
    if not isinstance(answer, type):
        return _flat(calls[0]) if calls else {}
    found: dict[str, Any] = {}
    for call in calls:
        found.setdefault(answer.__name__ if call.function == "__init__" else call.function, _flat(call))
    return found


def _flat(call: Call) -> dict[str, Any]:
    """What went into `**options` under its own names, so that all of it can be handed on."""
    inputs = dict(call.inputs)
    options = inputs.pop(call.extra[1], {})
    return {**inputs, **options}

"""The visible sheet that students have, compared with one that is made now."""

from __future__ import annotations

from dataclasses import replace

from autograder.authoring.audit.report import Report
from autograder.authoring.audit.trial import Trial, first_reason
from autograder.engine import wire
from autograder.engine.observe import Evidence, Observation
from autograder.engine.sheet import Sheet, StaleSheet, visible_sheets
from autograder.engine.verdict import State


def audit_visible_sheet(trial: Trial, report: Report) -> None:
    """The sheet in `data/sheets` says what a fresh one of its seed says, and names the same mistakes.

    Another processor may round the last bit differently: the judge compares.
    """
    mend = f"Run `python -m autograder build {trial.lesson.name}` and commit what it writes."
    try:
        kept = visible_sheets(trial.topic)
    except StaleSheet as error:
        report.problems.append(f"{error} {mend}")
        return
    if reason := _stale(trial, kept):
        report.problems.append(f"{trial.topic.sheets} is out of date: {reason}. {mend}")


def _stale(trial: Trial, kept: dict[str, Sheet]) -> str:
    """In which way the sheets of a topic are out of date; empty where they are not."""
    if kept.keys() != trial.lesson.exercises.keys():
        return f"it holds {', '.join(sorted(kept))}"
    old, fresh = kept[trial.exercise.name], trial.rehearsals[0]
    verdict = trial.judged(Evidence(fresh.sheet.expected, witnessed=True), old)
    if verdict.state is not State.RIGHT:
        return f"the reference shows something else, {first_reason([verdict])}"
    if old.signature != fresh.sheet.signature:
        return f"its signature is {old.signature}, the lesson's {fresh.sheet.signature}"
    if [item.sentence for item in old.mistakes] != [item.sentence for item in fresh.sheet.mistakes]:
        return "its sentences are not those of the references"
    return _shown_otherwise(trial, old)


def _shown_otherwise(trial: Trial, old: Sheet) -> str:
    """A mistake that shows something else than when the sheet was written: students would not be told its name."""
    for evidence, symptoms in zip(trial.rehearsals[0].mistakes, old.mistakes, strict=True):
        if _written(evidence.observations) == _written(symptoms.observations):
            continue  # to the bit, as on the machine that wrote the sheet, where it was named
        alone = replace(old, mistakes=[symptoms])
        if not trial.judged(evidence, alone).misunderstandings:
            return f"this mistake now shows something else: {symptoms.sentence!r}"
    return ""


def _written(observations: list[Observation]) -> bytes:
    return wire.dumps(Evidence(observations).as_data())

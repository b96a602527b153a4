"""One exercise, ready to be tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.authoring.lesson import Lesson, signature_in
from autograder.engine.draw import Draw
from autograder.engine.observe import Evidence, observe
from autograder.engine.sheet import VISIBLE_SEED, Sheet
from autograder.engine.verdict import State, Verdict, judge
from autograder.references.sheets import expected_sheet, rehearse

SEEDS_OF_MISTAKES = (VISIBLE_SEED, 1)  # what each mistake shows, and whether that is named, is most of an audit's work
SEEDS = (*SEEDS_OF_MISTAKES, 2)


class Trial:
    """An exercise, its sheets under several seeds, what each known mistake showed there, and the lesson's imports."""

    def __init__(self, lesson: Lesson, name: str, device: str = "cpu") -> None:
        self.lesson, self.cell, self.device = lesson, lesson.exercises[name], device
        self.topic = lesson.catalogue.topic(lesson.topic)
        self.exercise = lesson.catalogue.find(name)
        self.references = self.topic.place("references", name)
        signature = signature_in(self.cell, name)
        self.rehearsals = [rehearse(self.topic, name, seed, device, signature) for seed in SEEDS_OF_MISTAKES]
        rest = [expected_sheet(self.topic, name, seed, device, signature) for seed in SEEDS[len(self.rehearsals) :]]
        self.sheets = [*(rehearsal.sheet for rehearsal in self.rehearsals), *rest]

    def define(self, source: str) -> Any:
        """The answer that `source` defines, after the lesson's imports alone: an exercise stands alone."""
        namespace: dict[str, Any] = {"__name__": "answer"}
        exec(compile(self.lesson.imports, "<imports>", "exec"), namespace)
        exec(compile(source, f"<{self.exercise.name}>", "exec"), namespace)
        return namespace[self.exercise.name]

    def shown_by(self, candidate: Any, seed: int) -> Evidence:
        return observe(self.exercise, candidate, Draw(seed, self.exercise.name, self.device))

    def judged(self, evidence: Evidence, sheet: Sheet) -> Verdict:
        return judge(self.exercise, sheet, evidence, self.device)

    def verdict(self, candidate: Any, sheet: Sheet) -> Verdict:
        return self.judged(self.shown_by(candidate, sheet.seed), sheet)

    def verdicts(self, candidate: Any) -> Iterator[Verdict]:
        """One for each seed, each when it is asked for."""
        return (self.verdict(candidate, sheet) for sheet in self.sheets)


def first_reason(verdicts: list[Verdict]) -> str:
    """What the first verdict that is not right found first."""
    wrong = next(verdict for verdict in verdicts if verdict.state is not State.RIGHT)
    finding = next((finding for finding in wrong.findings if finding.difference), None)
    if finding is None or finding.difference is None:
        return "; ".join(wrong.notes)
    return f"seed {wrong.seed}, {finding.name}: {finding.difference.yours}; wanted: {finding.difference.wanted}"

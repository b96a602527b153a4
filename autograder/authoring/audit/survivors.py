"""Mutants of the lesson's answer are rejected, each by its first wrong observation; who survives has a reason."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from enum import Enum, auto
from typing import Any

from autograder.authoring.audit.limits import time_limits
from autograder.authoring.audit.report import Report, Survivor, equivalent_call
from autograder.authoring.audit.trial import Trial
from autograder.authoring.mutants import mutants
from autograder.engine.draw import Draw
from autograder.engine.judge import Rule, compare
from autograder.engine.observe import Observation, observe
from autograder.engine.sheet import Sheet
from autograder.engine.verdict import State
from autograder.references import Answers

LEAST_KILLED = 0.95  # of all mutants together: in a short answer one equivalent mutant weighs too much
COMPUTING = 5.0  # seconds of processor time at least, for all seeds
PATIENCE = 10  # times what the lesson's answer needs twice on each seed: who needs more never ends
WAITING = 120.0  # seconds by the clock on the wall; a run of ranks gives up much sooner


class Fate(Enum):
    """What becomes of a mutant."""

    STILLBORN = auto()  # it cannot even be defined
    KILLED = auto()
    SURVIVES = auto()
    UNDECIDED = auto()


def audit_mutants(trial: Trial, answers: Answers, report: Report, needed: float) -> None:
    """Each mutant is killed, or the references say why it is right too.

    Args:
        needed: seconds of processor time of the lesson's answer, as `audit_answer` tells.
    """
    for mutant in mutants(trial.cell.source):
        fate = fate_of(trial, mutant.source, max(COMPUTING, PATIENCE * needed), WAITING)
        report.mutants += fate is not Fate.STILLBORN
        report.killed += fate is Fate.KILLED
        if fate is Fate.SURVIVES:
            report.survivors.append(Survivor(mutant.change, answers.equivalents.get(mutant.change, "")))
        elif fate is Fate.UNDECIDED:
            report.undecided += 1
            report.problems.append(
                f"a mutant is undecided: after {WAITING:g} s it still waited. Audit again on a quieter machine; if it "
                f"waits there too, let the experiment end it. `{mutant.change.before}` became `{mutant.change.after}`"
            )
    _ask_for_reasons(trial, answers, report)


def _ask_for_reasons(trial: Trial, answers: Answers, report: Report) -> None:
    name = trial.exercise.name
    for survivor in report.survivors:
        if not survivor.reason:
            report.problems.append(
                f"a mutant survives. Add an observation that shows it, or say in {trial.references} why it is right:\n"
                f"{equivalent_call(name, survivor.change, 'because …')}"
            )
    survivors = {survivor.change for survivor in report.survivors}
    for change, reason in answers.equivalents.items():
        if change not in survivors:
            report.problems.append(
                f"{trial.references}: no such mutant survives; take this out:\n{equivalent_call(name, change, reason)}"
            )


def fate_of(trial: Trial, source: str, computing: float, waiting: float) -> Fate:
    """Whether the answer that `source` defines is rejected under any seed.

    Args:
        computing, waiting: seconds of processor time, and by the clock on the wall, that it gets.
    """
    with redirect_stdout(io.StringIO()), warnings.catch_warnings(), time_limits(computing, waiting) as spent:
        warnings.simplefilter("ignore", SyntaxWarning)  # `is` with a literal is a mutant's own
        try:
            candidate = trial.define(source)
        except Exception:
            return Fate.STILLBORN
        try:
            passes = all(_passes(trial, candidate, sheet) for sheet in trial.sheets)
        except MemoryError:
            passes = False
    if spent.waiting:
        return Fate.UNDECIDED
    return Fate.KILLED if spent.computing or not passes else Fate.SURVIVES


def _passes(trial: Trial, candidate: Any, sheet: Sheet) -> bool:
    """Whether the verdict would be right; the run ends with the first observation that is wrong."""
    draw = Draw(sheet.seed, trial.exercise.name, trial.device)
    with ThreadPoolExecutor(1) as elsewhere:
        first_fault = _FirstFault(trial, sheet, elsewhere)
        evidence = observe(trial.exercise, candidate, draw, first_fault)
    return not first_fault.found and trial.judged(evidence, sheet).state is State.RIGHT


class _FirstFault:
    """Compares each observation with the sheet as soon as it is made.

    The experiment goes on meanwhile, with its watches over operations, calls and memory. They belong to a thread, so
    the comparing is done in another: else its own operations would count as the mutant's.
    """

    def __init__(self, trial: Trial, sheet: Sheet, elsewhere: ThreadPoolExecutor) -> None:
        self.trial, self.elsewhere, self.found = trial, elsewhere, False
        self.seen: Counter[str] = Counter()
        self.expected: dict[tuple[str, int], Observation] = {}
        order: Counter[str] = Counter()
        for item in sheet.expected:
            self.expected[item.name, order[item.name]] = item
            order[item.name] += 1

    def __call__(self, shown: Observation) -> bool:
        wanted = self.expected.get((shown.name, self.seen[shown.name]))
        self.seen[shown.name] += 1
        if wanted is not None:
            rule = Rule(wanted.size, self.trial.device, self.trial.exercise.leeway)
            self.found = self.elsewhere.submit(compare, wanted.value, shown.value, rule).result() is not None
        return self.found

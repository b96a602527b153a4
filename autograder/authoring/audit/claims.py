"""Claims about answers: the lesson's own earns all, a blank nothing; mistakes are named, alternatives accepted."""

from __future__ import annotations

import statistics
import time
import warnings

from autograder.authoring.audit.report import Report
from autograder.authoring.audit.trial import Trial, first_reason
from autograder.engine.verdict import State
from autograder.references import Answers, Mistake

LEAST_MISTAKES = 4
ROUNDING = 0.01  # points have two digits
LEAST_ALTERNATIVES = 2


def audit_answer(trial: Trial, report: Report) -> float:
    """The lesson's own answer earns all, twice on each seed, and neither it nor the experiment raises a warning.

    Returns:
        the seconds of processor time that it needed for it.
    """
    answer = trial.define(trial.cell.source)
    times, verdicts, begin = [], [], time.process_time()
    for sheet in trial.sheets * 2:
        start = time.perf_counter()
        with warnings.catch_warnings(action="error"):
            verdicts.append(trial.verdict(answer, sheet))
        times.append(1000 * (time.perf_counter() - start))
    report.milliseconds = statistics.median(times)
    report.answer_full = all(verdict.state is State.RIGHT for verdict in verdicts)
    if not report.answer_full:
        report.problems.append(f"the lesson's own answer is rejected: {first_reason(verdicts)}")
    return time.process_time() - begin


def audit_blank(trial: Trial, report: Report) -> None:
    """The blank earns nothing, and neither does an answer that returns None."""
    blanks = list(trial.verdicts(trial.define(trial.cell.blank)))
    report.blank_zero = all(verdict.earned == 0 and verdict.state is State.NOT_ATTEMPTED for verdict in blanks)
    if not report.blank_zero:
        report.problems.append(f"the blank is {blanks[0].state} and earns {blanks[0].earned:g} points")
    if any(verdict.earned for verdict in trial.verdicts(lambda *args, **options: None)):
        report.problems.append("an answer that returns None earns points: an observation does not depend on the answer")


def audit_mistakes(trial: Trial, answers: Answers, report: Report) -> None:
    """Each known mistake is rejected and named, by what it showed when the sheets were made."""
    report.mistakes = len(answers.mistakes)
    for position, item in enumerate(answers.mistakes):
        if problem := _audit_mistake(trial, position, item, report):
            report.problems.append(f"{trial.references}: the mistake {item.answer.__name__} {problem}")
    if report.mistakes < LEAST_MISTAKES:
        report.problems.append(f"{trial.references}: {report.mistakes} mistakes; at least {LEAST_MISTAKES}")


def _audit_mistake(trial: Trial, position: int, item: Mistake, report: Report) -> str:
    """What is wrong with one mistake; empty where it is rejected and named."""
    shown = [rehearsal.mistakes[position] for rehearsal in trial.rehearsals]
    verdicts = [
        trial.judged(evidence, rehearsal.sheet) for evidence, rehearsal in zip(shown, trial.rehearsals, strict=True)
    ]
    rejected = all(verdict.state is State.WRONG for verdict in verdicts)
    unnamed = [verdict for verdict in verdicts if verdict.misunderstandings[:1] != [item.sentence]]
    kept = max(verdict.earned / verdict.points for verdict in verdicts)
    report.rejected += rejected
    report.named += rejected and not unnamed
    report.frugal += kept <= item.keeps + ROUNDING
    if not rejected:
        return "passes; add an observation that shows it"
    if used := sorted({name for evidence in shown for name in evidence.used}):
        report.forbidden += 1
        return (
            f"is rejected for a forbidden operation, its observations were never compared: "
            f"write it without {' and '.join(used)}"
        )
    if unnamed:
        return f"is named as {unnamed[0].misunderstandings}; tell the two apart"
    if kept > item.keeps + ROUNDING:
        return f"keeps {kept:.0%} of the points, and may keep {item.keeps:.0%}: give the idea its price, or say keeps=…"
    return ""


def audit_alternatives(trial: Trial, answers: Answers, report: Report) -> None:
    """Each alternative earns all."""
    report.alternatives = len(answers.alternatives)
    for answer in answers.alternatives:
        verdicts = list(trial.verdicts(answer))
        accepted = all(verdict.state is State.RIGHT for verdict in verdicts)
        report.accepted += accepted
        if not accepted:
            report.problems.append(
                f"{trial.references}: the alternative {answer.__name__} is rejected: {first_reason(verdicts)}"
            )
    if report.alternatives < LEAST_ALTERNATIVES:
        report.problems.append(f"{trial.references}: {report.alternatives} alternatives; at least {LEAST_ALTERNATIVES}")


def audit_cuda(trial: Trial, answers: Answers, report: Report) -> None:
    """The same verdicts on CUDA: against sheets written there, and against those written on the CPU."""
    cuda = Trial(trial.lesson, trial.exercise.name, "cuda")
    for answer in [cuda.define(cuda.cell.source), *answers.alternatives]:
        shown = [cuda.shown_by(answer, sheet.seed) for sheet in cuda.sheets]
        for sheets, where in ((cuda.sheets, "CUDA"), (trial.sheets, "CPU")):
            verdicts = [cuda.judged(evidence, sheet) for evidence, sheet in zip(shown, sheets, strict=True)]
            if any(verdict.state is not State.RIGHT for verdict in verdicts):
                reason = f"{answer.__name__} is rejected: {first_reason(verdicts)}"
                report.problems.append(f"on CUDA, with a sheet from the {where}, {reason}")
    for position, item in enumerate(answers.mistakes):
        pairs = [
            (there.mistakes[position], rehearsal.sheet)
            for there, here in zip(cuda.rehearsals, trial.rehearsals, strict=True)
            for rehearsal in (there, here)
        ]
        if any(cuda.judged(evidence, sheet).state is State.RIGHT for evidence, sheet in pairs):
            report.problems.append(f"on CUDA, the mistake {item.answer.__name__} passes")

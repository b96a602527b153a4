"""The audit: every exercise's claims, tried. The answer earns all and the blank nothing; each known mistake is
rejected and named; each alternative is accepted; machine-made mutants of the answer are rejected."""

from __future__ import annotations

import contextlib
import io
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import torch

from autograder.authoring.lesson import Lesson, lesson_files, read_lesson, signature_in
from autograder.authoring.mutants import mutants
from autograder.engine.catalogue import Catalogue, Topic
from autograder.engine.draw import Draw
from autograder.engine.exercise import Exercise
from autograder.engine.observe import observe
from autograder.engine.sheet import Sheet
from autograder.engine.verdict import State, Verdict, judge
from autograder.references import Answers, answers_to
from autograder.references.sheets import make_sheet

SEEDS = (0, 1, 2)
LEAST_MISTAKES = 4
LEAST_ALTERNATIVES = 2
LEAST_KILLED = 0.95  # of all mutants together: in a short answer one equivalent mutant weighs too much


@dataclass
class Report:
    """What the audit found about one exercise. `problems` is empty where all is well."""

    lesson: str
    exercise: str
    observations: int = 0
    answer_full: bool = False
    blank_zero: bool = False
    mistakes: int = 0
    rejected: int = 0
    named: int = 0
    alternatives: int = 0
    accepted: int = 0
    mutants: int = 0
    killed: int = 0
    survivors: dict[str, str] = field(default_factory=dict)
    milliseconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def tasks(catalogue: Catalogue, names: list[str] | None = None) -> list[tuple[Lesson, str]]:
    """What there is to audit: every exercise of the course, or of the lessons in `names`."""
    lessons = [read_lesson(file, catalogue) for file in lesson_files(catalogue, names)]
    return [(lesson, name) for lesson in lessons for name in lesson.exercises]


def audit(tasks: list[tuple[Lesson, str]], jobs: int, done: Callable[[Report], None]) -> list[Report]:
    """Audits exercises in `jobs` processes; tells of each as it is done."""
    reports = []
    # spawn: a forked child would inherit torch's thread pool in an unknown state
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        for future in as_completed([pool.submit(audit_exercise, lesson, name) for lesson, name in tasks]):
            reports.append(future.result())
            done(reports[-1])
    order = {name: position for position, (_, name) in enumerate(tasks)}
    return sorted(reports, key=lambda report: order[report.exercise])


def _one_thread() -> None:
    torch.set_num_threads(1)


def audit_exercise(lesson: Lesson, name: str) -> Report:
    """Tries every claim about one exercise."""
    topic = lesson.catalogue.topic(lesson.topic)
    answers = answers_to(topic, name)
    report = Report(lesson.name, name)
    trial = Trial(lesson, topic, name)
    report.observations = len(trial.sheets[0].expected)
    _audit_answer(trial, report)
    _audit_mistakes(trial, answers, report)
    _audit_alternatives(trial, answers, report)
    _audit_mutants(trial, answers, report)
    if torch.cuda.is_available():
        _audit_cuda(trial, answers, report)
    return report


class Trial:
    """One exercise, ready to be tried: its sheets under several seeds, and the lesson's imports."""

    def __init__(self, lesson: Lesson, topic: Topic, name: str, device: str = "cpu") -> None:
        self.lesson, self.topic, self.device = lesson, topic, device
        self.exercise: Exercise = topic.catalogue.find(name)
        self.cell = lesson.exercises[name]
        signature = signature_in(self.cell, name)
        self.sheets = [make_sheet(topic, name, seed, device, signature) for seed in SEEDS]

    def define(self, source: str) -> Any:
        """The answer that `source` defines, after the lesson's imports alone: an exercise stands alone."""
        namespace: dict[str, Any] = {"__name__": "answer"}
        exec(compile(self.lesson.imports, "<imports>", "exec"), namespace)
        exec(compile(source, f"<{self.exercise.name}>", "exec"), namespace)
        return namespace[self.exercise.name]

    def verdict(self, candidate: Any, sheet: Sheet) -> Verdict:
        evidence = observe(self.exercise, candidate, Draw(sheet.seed, self.exercise.name, self.device))
        return judge(self.exercise, sheet, evidence, self.device)

    def verdicts(self, candidate: Any) -> Iterator[Verdict]:
        return (self.verdict(candidate, sheet) for sheet in self.sheets)


def _audit_answer(trial: Trial, report: Report) -> None:
    answer = trial.define(trial.cell.source)
    times = []
    verdicts = []
    for sheet in trial.sheets * 2:
        start = time.perf_counter()
        verdicts.append(trial.verdict(answer, sheet))
        times.append(1000 * (time.perf_counter() - start))
    report.milliseconds = statistics.median(times)
    report.answer_full = all(verdict.state is State.RIGHT for verdict in verdicts)
    if not report.answer_full:
        report.problems.append(f"the lesson's own answer is rejected: {_first_reason(verdicts)}")
    blanks = list(trial.verdicts(trial.define(trial.cell.blank)))
    report.blank_zero = all(verdict.earned == 0 and verdict.state is State.NOT_ATTEMPTED for verdict in blanks)
    if not report.blank_zero:
        report.problems.append(f"the blank is {blanks[0].state} and earns {blanks[0].earned:g} points")
    if any(verdict.earned for verdict in trial.verdicts(lambda *args, **options: None)):
        report.problems.append("an answer that returns None earns points: an observation does not depend on the answer")


def _first_reason(verdicts: list[Verdict]) -> str:
    wrong = next(verdict for verdict in verdicts if verdict.state is not State.RIGHT)
    finding = next((finding for finding in wrong.findings if finding.difference), None)
    if finding is None or finding.difference is None:
        return "; ".join(wrong.notes)
    return f"seed {wrong.seed}, {finding.name}: {finding.difference.yours}; {finding.difference.wanted}"


def _audit_mistakes(trial: Trial, answers: Answers, report: Report) -> None:
    file = trial.topic.place("references", trial.exercise.name)
    report.mistakes = len(answers.mistakes)
    for item in answers.mistakes:
        verdicts = list(trial.verdicts(item.answer))
        rejected = all(verdict.state is State.WRONG for verdict in verdicts)
        named = rejected and all(verdict.misunderstandings[:1] == [item.sentence] for verdict in verdicts)
        report.rejected += rejected
        report.named += named
        if not rejected:
            report.problems.append(
                f"{file}: the mistake {item.answer.__name__} passes; add an observation that shows it"
            )
        elif not named:
            said = next(item_.misunderstandings for item_ in verdicts if item_.misunderstandings[:1] != [item.sentence])
            report.problems.append(f"{file}: the mistake {item.answer.__name__} is named as {said}; tell the two apart")
    if report.mistakes < LEAST_MISTAKES:
        report.problems.append(f"{file}: {report.mistakes} mistakes; at least {LEAST_MISTAKES}")


def _audit_alternatives(trial: Trial, answers: Answers, report: Report) -> None:
    file = trial.topic.place("references", trial.exercise.name)
    report.alternatives = len(answers.alternatives)
    for answer in answers.alternatives:
        verdicts = list(trial.verdicts(answer))
        accepted = all(verdict.state is State.RIGHT for verdict in verdicts)
        report.accepted += accepted
        if not accepted:
            report.problems.append(f"{file}: the alternative {answer.__name__} is rejected: {_first_reason(verdicts)}")
    if report.alternatives < LEAST_ALTERNATIVES:
        report.problems.append(f"{file}: {report.alternatives} alternatives; at least {LEAST_ALTERNATIVES}")


def _audit_mutants(trial: Trial, answers: Answers, report: Report) -> None:
    file = trial.topic.place("references", trial.exercise.name)
    for mutant in mutants(trial.cell.source):
        with contextlib.redirect_stdout(io.StringIO()):
            killed = _is_killed(trial, mutant.source)
        if killed is None:
            continue
        report.mutants += 1
        report.killed += killed
        if not killed:
            report.survivors[mutant.line] = answers.equivalents.get(mutant.line, "")
    for line, reason in report.survivors.items():
        if not reason:
            report.problems.append(
                f"a mutant survives: `{line}`; add an observation, or say in {file} why it is equivalent"
            )
    for line in answers.equivalents.keys() - report.survivors.keys():
        report.problems.append(f"{file}: no mutant `{line}` survives; take its equivalent(…) out")


class _OutOfTime(BaseException):
    """A mutant that never ends. No `Exception`: the observer would take it for the answer's own."""


def _is_killed(trial: Trial, source: str) -> bool | None:
    """None where the mutant cannot even be defined."""
    try:
        candidate = trial.define(source)
    except Exception:
        return None

    def stop(*_: object) -> None:
        raise _OutOfTime

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 10)
    try:
        return any(verdict.state is not State.RIGHT for verdict in trial.verdicts(candidate))
    except (_OutOfTime, MemoryError):
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _audit_cuda(trial: Trial, answers: Answers, report: Report) -> None:
    """The same verdicts on CUDA: against sheets written there, and against those written on the CPU."""
    cuda = Trial(trial.lesson, trial.topic, trial.exercise.name, "cuda")
    for sheets, where in ((cuda.sheets, "CUDA"), (trial.sheets, "CPU")):
        cuda.sheets = sheets
        right = [cuda.define(cuda.cell.source), *answers.alternatives]
        for answer in right:
            if verdicts := [item for item in cuda.verdicts(answer) if item.state is not State.RIGHT]:
                reason = _first_reason(verdicts)
                report.problems.append(
                    f"on CUDA, with a sheet from the {where}, {answer.__name__} is rejected: {reason}"
                )
        for item in answers.mistakes:
            if any(verdict.state is State.RIGHT for verdict in cuda.verdicts(item.answer)):
                report.problems.append(f"on CUDA, the mistake {item.answer.__name__} passes")

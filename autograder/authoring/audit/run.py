"""The audit of several exercises, side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from random import Random

import torch

from autograder.authoring.audit.claims import (
    audit_alternatives,
    audit_answer,
    audit_blank,
    audit_cuda,
    audit_mistakes,
)
from autograder.authoring.audit.playback import audit_playback
from autograder.authoring.audit.promises import audit_promises
from autograder.authoring.audit.report import Report
from autograder.authoring.audit.survivors import audit_mutants
from autograder.authoring.audit.trial import Trial
from autograder.authoring.audit.visible import audit_visible_sheet
from autograder.authoring.lesson import Lesson
from autograder.references import answers_to


def audit(tasks: list[tuple[Lesson, str]], jobs: int, done: Callable[[Report], None]) -> list[Report]:
    """Audits exercises in `jobs` processes; tells of each as it is done."""
    reports = []
    mixed = Random(0).sample(tasks, len(tasks))  # those of one lesson may all wait for ranks: others compute meanwhile
    # spawn: a forked child would inherit torch's thread pool in an unknown state
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        for future in as_completed([pool.submit(audit_exercise, lesson, name) for lesson, name in mixed]):
            reports.append(future.result())
            done(reports[-1])
    order = {name: position for position, (_, name) in enumerate(tasks)}
    return sorted(reports, key=lambda report: order[report.exercise])


def _one_thread() -> None:
    torch.set_num_threads(1)


def audit_exercise(lesson: Lesson, name: str) -> Report:
    """Tries every claim about one exercise."""
    report, trial = Report(lesson.name, name), Trial(lesson, name)
    answers = answers_to(trial.topic, name)
    report.observations = len(trial.sheets[0].expected)
    audit_visible_sheet(trial, report)
    needed = audit_answer(trial, report)
    audit_blank(trial, report)
    audit_mistakes(trial, answers, report)
    audit_playback(trial, report)
    audit_promises(trial, answers, report)
    audit_alternatives(trial, answers, report)
    if trial.exercise.suspects is None:  # most changes of an input leave it as good as it was
        audit_mutants(trial, answers, report, needed)
    if torch.cuda.is_available():
        audit_cuda(trial, answers, report)
    return report

"""One submission, decided: a pure function from its bytes, the release and the settings to a result."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, field
from functools import cache, lru_cache

import nbformat
import torch
from nbformat import NotebookNode

from autograder.engine.verdict import Verdict
from autograder.grading.grade import Settings, grade_notebook
from autograder.grading.sandbox.bubblewrap import prove
from autograder.grading.submission.incoming import Unreadable
from autograder.grading.submission.repair import repair, repairs_cell


@dataclass(frozen=True)
class Work:
    """What there is to grade.

    Attributes:
        submission: the notebook's bytes; empty where reading it already failed.
        unreadable: why it failed, or empty.
        release: the lesson's notebook as students got it, as JSON.
        notes: what was found out while looking for the file.
    """

    student: str
    submission: bytes
    release: str
    notes: list[str] = field(default_factory=list)
    unreadable: str = ""


@dataclass(frozen=True)
class Result:
    """What came out.

    Attributes:
        verdicts: by grade_id; empty where it was not graded.
        notebook: the repaired notebook with its cards, as JSON.
        reason: why it was not graded, or empty.
        ours: the fault is the grader's: another run tries again.
        seconds: how long it took.
    """

    student: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notebook: str = ""
    repairs: list[str] = field(default_factory=list)
    reason: str = ""
    ours: bool = False
    seconds: float = 0.0


def decide(work: Work, settings: Settings) -> Result:
    """Repairs, runs and judges one submission."""
    _settle()
    start = time.perf_counter()
    if work.unreadable:
        return Result(work.student, reason=work.unreadable)
    try:
        notebook, notes = repair(work.submission, _release(work.release))
        notes = work.notes + notes
        verdicts = grade_notebook(notebook, settings)
    except Unreadable as error:
        return Result(work.student, reason=str(error))
    # Whatever else goes wrong is no zero, and must not take the worker and its other submissions along.
    except Exception as error:
        return Result(work.student, reason=f"{type(error).__name__}: {error}", ours=True)
    if notes:
        notebook.cells.insert(0, repairs_cell(notes))
    seconds = time.perf_counter() - start
    return Result(work.student, verdicts, nbformat.writes(notebook), notes, seconds=seconds)


@lru_cache(maxsize=2)
def _release(text: str) -> NotebookNode:
    """The release notebook, read once a process; `repair` leaves it alone."""
    return nbformat.reads(text, as_version=4)


@cache
def _settle() -> None:
    """Once a process: one thread, as kernels have; and what is imported by now stays, or a collection that went over
    it took a fifth of a second."""
    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()


def prove_worker() -> str:
    """Empty where this worker can make a sandbox, else why not."""
    try:
        prove()
    except RuntimeError as reason:
        return str(reason)
    return ""

"""One submission, decided: a pure function from its bytes, the release and the settings to a result."""

from __future__ import annotations

import errno
import gc
import logging
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache, lru_cache

import nbformat
import torch
from nbformat import NotebookNode

from autograder.engine.catalogue import own_catalogue
from autograder.engine.verdict import Verdict
from autograder.grading.grade import Settings, grade_notebook
from autograder.grading.gradebook import GradebookError
from autograder.grading.kernel.session import CannotStart
from autograder.grading.public import public_folder
from autograder.grading.sandbox import warm
from autograder.grading.sandbox.bubblewrap import NoSandbox, prove
from autograder.grading.sandbox.warm import why_cold
from autograder.grading.submission.incoming import Unreadable
from autograder.grading.submission.repair import repair, repairs_cell

# What the system refuses and no file is to blame for: more room on a disk would not help.
ELSEWHERE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)


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
        cold: why its kernel was not forked from a warm parent, or empty.
    """

    student: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notebook: str = ""
    repairs: list[str] = field(default_factory=list)
    reason: str = ""
    ours: bool = False
    seconds: float = 0.0
    cold: str = ""


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
        return Result(work.student, reason=our_fault(error), ours=True, cold=why_cold())
    if notes:
        notebook.cells.insert(0, repairs_cell(notes))
    seconds = time.perf_counter() - start
    return Result(work.student, verdicts, nbformat.writes(notebook), notes, seconds=seconds, cold=why_cold())


def our_fault(error: Exception) -> str:
    """What went wrong in the grader, and what to do; with the kind of error where nobody foresaw it."""
    if isinstance(error, CannotStart | NoSandbox | GradebookError):
        return str(error)
    if isinstance(error, OSError) and (error.filename or error.errno not in ELSEWHERE):
        said = error.strerror or str(error)
        if isinstance(error, shutil.Error):  # of a whole folder: a list of reasons, each with two files and a text
            said = error.args[0][0][2].partition(":")[0]
        place = error.filename2 or error.filename or tempfile.gettempdir()  # of two, the one that was copied to
        return f"{place} cannot be written: {said}. Make room there, or let TMPDIR name another place."
    return f"{type(error).__name__}: {error}"


@lru_cache(maxsize=2)
def _release(text: str) -> NotebookNode:
    """The release notebook, read once a process; `repair` leaves it alone."""
    return nbformat.reads(text, as_version=4)


@cache
def _settle() -> None:
    """Once a process: one thread, as kernels have; and what is imported by now stays, or a collection that went over
    it took a fifth of a second."""
    torch.set_num_threads(1)
    logging.getLogger(warm.__name__).setLevel(
        logging.ERROR
    )  # why it is cold goes back with the results, to be said once
    gc.collect()
    gc.freeze()


def prove_worker(bare: bool = False) -> str:
    """Empty where this worker has room for its kernels and can make a sandbox, else why not."""
    try:
        public_folder(own_catalogue())
        if not bare:
            prove()
    except (RuntimeError, OSError) as reason:
        return our_fault(reason)
    return ""

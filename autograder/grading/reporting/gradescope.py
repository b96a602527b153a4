"""One notebook for Gradescope: what its harness expects in `results/results.json`.

In Gradescope's container, `run_autograder` is two lines:

    cd /autograder/source
    python -m autograder gradescope /autograder/submission --out /autograder/results/results.json

A submission that is graded has one test an exercise, with its card. What is not graded has an `output` that says why,
and neither score nor tests: Gradescope then reports that the autograder failed, and nobody is given a zero.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.engine.verdict import State, Verdict
from autograder.grading.grade import Settings, grade_notebook
from autograder.grading.public import ROOT
from autograder.grading.submission.incoming import Unreadable
from autograder.grading.submission.marks import grade_id
from autograder.grading.submission.repair import repair
from autograder.student.card import as_html, headline


class NotGraded(Exception):
    """There is no verdict, and no zero; the message says why."""


def write_results(submission: Path, out: Path, settings: Settings, lesson: str = "") -> dict[str, Any]:
    """Grades a notebook and writes Gradescope's file, whatever happens.

    Args:
        submission: the notebook, or the folder that holds it.
        lesson: as `11_attention`; found by the exercises without.

    Raises:
        NotGraded: after the file was written, without score and tests.
    """
    start = time.monotonic()
    try:
        results = grade_one(submission, settings, lesson)
    # Whatever went wrong, it is no zero: the file says so, and the exit status too.
    except Exception as error:
        reason = str(error) if isinstance(error, Unreadable | NotGraded) else f"{type(error).__name__}: {error}"
        _write(out, {"output": f"Not graded: {reason}", "output_format": "text", "visibility": "visible"})
        raise NotGraded(reason) from error
    results["execution_time"] = round(time.monotonic() - start)
    _write(out, results)
    return results


def grade_one(submission: Path, settings: Settings, lesson: str = "") -> dict[str, Any]:
    """The content of `results.json` for a submission that can be graded.

    Raises:
        Unreadable: it is no notebook of ours.
        NotGraded: there is no notebook, or no lesson of that name.
    """
    notebook, repairs = _repaired(_file(submission), lesson)
    verdicts = grade_notebook(notebook, settings)
    return {
        "tests": [as_test(verdict) for verdict in verdicts.values()],
        "output": _about(notebook, repairs, settings.seed), "output_format": "text", "visibility": "visible",
        "stdout_visibility": "hidden", "extra_data": {"seed": settings.seed, "repairs": repairs},
    }  # fmt: skip


def as_test(verdict: Verdict) -> dict[str, Any]:
    """One exercise as one of Gradescope's tests. The card has no script, and no expected value of a hidden sheet."""
    return {
        "name": verdict.exercise, "score": verdict.earned, "max_score": verdict.points,
        "status": "passed" if verdict.state is State.RIGHT else "failed",
        "output": as_html(verdict) or headline(verdict), "output_format": "html", "visibility": "visible",
    }  # fmt: skip


def _about(notebook: NotebookNode, repairs: Sequence[str], seed: int) -> str:
    written = sum(grade_id(cell).startswith("written-") for cell in notebook.cells)
    lines = [f"Seed of the hidden sheets: {seed}."]
    lines += [f"{written} written answer{'s are' if written != 1 else ' is'} graded by a person."] if written else []
    return "\n".join([*lines, *(f"Repaired: {note}" for note in repairs)])


def _file(submission: Path) -> Path:
    """The notebook itself; a folder may hold one."""
    if not submission.is_dir():
        if not submission.exists():
            raise NotGraded(f"{submission} is not there")
        return submission
    found = sorted(submission.glob("*.ipynb"))
    if len(found) != 1:
        raise NotGraded(f"{submission} holds {len(found)} notebooks; hand in one")
    return found[0]


def _repaired(file: Path, lesson: str) -> tuple[NotebookNode, list[str]]:
    """The submission in the frame of its lesson: the named one, else the first that finds answers in it."""
    releases = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*/*.ipynb"))}
    if lesson and lesson not in releases:
        raise NotGraded(f"no lesson is called {lesson!r}; there are: {', '.join(releases)}")
    problems: list[Unreadable] = []
    for name in [lesson] if lesson else sorted(releases, key=lambda name: name not in file.stem):
        try:
            return repair(file, nbformat.read(releases[name], as_version=4))
        except Unreadable as problem:
            problems.append(problem)
    raise problems[0]


def _write(out: Path, results: dict[str, Any]) -> None:
    part = out.with_name(f".{out.name}.part")
    part.write_text(json.dumps(results, indent=1), encoding="utf-8")
    os.replace(part, out)

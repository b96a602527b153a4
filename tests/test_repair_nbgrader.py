"""Damaged submissions on nbgrader's own way: graded with notes, or not graded with a reason; never in another's way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from courses import new_course
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook, MissingEntry
from submissions import ROOT, cell_of, hand_in, solved, submission
from test_nbgrader import LESSON, nbgrader

from autograder.grading.ledger import read_ledger


def _damaged() -> dict[str, tuple[object, str]]:
    """student → what is handed in and under which name."""
    stripped, copied, edited = solved(LESSON), solved(LESSON), solved(LESSON)
    for cell in stripped.cells:
        cell.metadata.clear()
        del cell["id"]
    copied.cells += [cell_of(copied, "exercise-double"), cell_of(copied, "check-double")]
    cell_of(edited, "exercise-double").source = "def double(x):\n    return helper(x)"
    cell_of(edited, "check-double").source = "1 + 1"
    cell_of(edited, "check-double").metadata.nbgrader.points = 100
    edited.cells.insert(0, new_code_cell("def helper(x):\n    return x + x"))
    return {
        "ada": (solved(LESSON), LESSON),
        "bob": (stripped, LESSON),
        "cyd": (copied, LESSON),
        "dan": (edited, LESSON),
        "eve": (solved(LESSON), f"{LESSON} (1)"),
        "fay": ({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}, LESSON),
        "gus": ([], f"{LESSON} FINAL"),
        "hal": ({"cells": [{"cell_type": "code", "source": "<script>alert(1)</script>"}, 5, {}]}, LESSON),
    }


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose submissions are damaged in one way each, autograded and with feedback."""
    course = new_course(tmp_path_factory.mktemp("damaged"), LESSON)
    for student, (notebook, name) in _damaged().items():
        file = hand_in(submission(LESSON), course, student, LESSON)
        file.write_text(json.dumps(notebook))
        file.rename(file.with_name(f"{name}.ipynb"))
    (course / "submitted" / "ivy" / LESSON).mkdir(parents=True)
    (course / "submitted" / "ivy" / LESSON / f"{LESSON}.ipynb").symlink_to(ROOT / "README.md")
    nbgrader(course, "autograde", LESSON)
    assert nbgrader(course, "generate_feedback", LESSON).returncode == 0
    return course


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("ada", ""),
        ("bob", "The cell of `double` had lost its id; it was found by the name that it defines."),
        ("cyd", "`double` stood there more than once; the last cell that is not blank was used."),
        ("dan", "The check of `double` had been edited; the lesson's own was used."),
        ("eve", f"The notebook was not named `{LESSON}.ipynb`; it was taken since it was the only one."),
    ],
)
def test_what_was_repaired_is_graded_and_said_in_ledger_and_feedback(course, student, note):
    entry = read_ledger(course, LESSON)[student]
    assert [(row["state"], row["earned"]) for row in entry["exercises"]] == [("right", 1)]
    assert note in (entry["repairs"] or [""])
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = gradebook.find_submission(LESSON, student)
        assert (found.score, found.max_score) == (1, 1)
    page = course.joinpath("feedback", student, LESSON, f"{LESSON}.html").read_text()
    assert ("Repaired before grading" in page) == bool(note)


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("fay", "The notebook holds none of this lesson's exercises."),
        ("gus", "The file is not a notebook: it is other JSON."),
        ("hal", "The notebook holds none of this lesson's exercises."),
        ("ivy", "The file is not a notebook: it is a symbolic link."),
    ],
)
def test_what_cannot_be_repaired_is_not_graded_and_leaves_no_zero(course, student, reason):
    entry = read_ledger(course, LESSON)[student]
    assert (entry["status"], entry["reason"]) == ("not graded", reason)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook, pytest.raises(MissingEntry):
        gradebook.find_submission(LESSON, student)


def test_a_release_that_is_gone_is_our_fault_and_no_zero(course):
    shutil.copytree(course / "submitted" / "ada", course / "submitted" / "jim")
    released = course / "notebooks" / LESSON / f"{LESSON}.ipynb"
    released.rename(course / "away")
    nbgrader(course, "autograde", LESSON, "--student", "jim")
    (course / "away").rename(released)
    entry = read_ledger(course, LESSON)["jim"]
    assert entry["status"] == "not graded"
    assert "nbgrader generate_assignment" in entry["reason"]

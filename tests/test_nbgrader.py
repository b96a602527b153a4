"""nbgrader's own commands, on a small class in a course of its own."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from courses import environment, new_course, served
from nbgrader.api import Gradebook, MissingEntry
from patience import PATIENCE
from submissions import cell_of, hand_in, solved, submission
from toy import DOUBLES, toy_folder

from autograder.grading.ledger import read_ledger

LESSON = DOUBLES


def nbgrader(course: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One of nbgrader's commands, run in `course` as an instructor would."""
    command = [sys.executable, "-m", "nbgrader", *words]
    own = {**environment(course), **more}
    return subprocess.run(command, cwd=course, env=own, capture_output=True, text=True, timeout=PATIENCE)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with five submissions, autograded, with feedback and export."""
    course = new_course(tmp_path_factory.mktemp("course"), LESSON)
    hand_in(solved(LESSON), course, "ada", LESSON)
    hand_in(submission(LESSON, double="def double(x):\n    return x ** 2"), course, "bob", LESSON)
    hand_in(submission(LESSON), course, "cyd", LESSON)
    hand_in(submission(LESSON), course, "dan", LESSON).write_text('{"cells": [')
    foreign = submission(LESSON)
    for cell in foreign.cells:
        cell.metadata.clear()
    hand_in(foreign, course, "eve", LESSON)
    doubled = solved(LESSON)
    doubled.cells.append(cell_of(solved(LESSON), "exercise-double"))
    hand_in(doubled, course, "fay", LESSON)
    course.joinpath("log").write_text(nbgrader(course, "autograde", LESSON).stderr)
    assert nbgrader(course, "generate_feedback", LESSON).returncode == 0
    assert nbgrader(course, "export").returncode == 0
    return course


def test_the_gradebook_holds_what_was_decided(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        scores = {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}
    assert scores == {"ada": 1, "bob": 0, "cyd": 0, "eve": 0, "fay": 1}


def test_what_cannot_be_read_is_not_graded_with_a_reason(course):
    entry = read_ledger(course, LESSON)["dan"]
    assert entry["status"] == "not graded"
    assert "not a notebook" in entry["reason"]
    assert entry["reason"] in course.joinpath("log").read_text()


def test_the_export_says_not_graded_instead_of_zero(course):
    with course.joinpath("grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["ada"]["status"] == "graded"
    assert float(rows["ada"]["double"]) == 1
    assert rows["dan"]["status"].startswith("not graded: ")
    assert rows["dan"]["score"] == ""


def test_the_feedback_page_shows_the_card(course):
    page = course.joinpath("feedback", "bob", LESSON, f"{LESSON}.html").read_text()
    assert "✗ double: not right yet" in page
    assert "One cause: " in page or "One of the causes: " in page


def test_all_submissions_of_a_run_share_one_fresh_seed(course):
    ledger = read_ledger(course, LESSON)
    seeds = {row["seed"] for entry in ledger.values() for row in entry["exercises"]}
    assert len(seeds) == 1
    assert seeds != {0}


def test_manual_grades_survive_a_regrade(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.find_grade("check-double", LESSON, LESSON, "bob").manual_score = 0.5
        gradebook.db.commit()
    nbgrader(course, "autograde", LESSON, "--student", "bob", "--force")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_submission(LESSON, "bob").score == 0.5


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("return 2 * x", "Success! Your notebook passes all the tests."),
        ("return x ** 2", "↑ double: the card in this cell's output says why."),
    ],
)
def test_validate_agrees_with_the_card(course, tmp_path, answer, verdict):
    file = hand_in(submission(LESSON, double=f"def double(x):\n    {answer}"), tmp_path, "ada", LESSON)
    assert verdict in nbgrader(course, "validate", str(file)).stdout


def test_a_reference_of_ours_that_is_missing_is_not_graded_and_no_zero(course):
    """The grader's own fault: the course does not have the sheets that the lesson needs."""
    hand_in(submission(LESSON), course, "gus", LESSON)
    shutil.copytree(toy_folder(), course / "broken")
    (course / "broken" / "data" / "sheets" / "doubles.xz").unlink()
    run = nbgrader(course, "autograde", LESSON, "--student", "gus", PYTHONPATH=f"{course}/broken")
    assert run.returncode == 1
    entry = read_ledger(course, LESSON)["gus"]
    assert entry["status"] == "not graded"
    assert "StaleSheet" in entry["reason"]
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook, pytest.raises(MissingEntry):
        gradebook.find_submission(LESSON, "gus")


@pytest.fixture
def server(course):
    """A real Jupyter server in the course, with formgrader."""
    with served(course) as address:
        yield address


def _post(address: str) -> dict:
    request = urllib.request.Request(address, data=b"", headers={"Authorization": "token token"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        return json.load(reply)


def test_formgraders_button_uses_the_same_judge(course, server):
    answer = submission(LESSON, double="def double(x):\n    x *= 2\n    return x")
    hand_in(answer, course, "hal", LESSON)
    reply = _post(f"{server}/formgrader/api/submission/{LESSON}/hal/autograde")
    assert reply["success"], reply["log"]
    row = read_ledger(course, LESSON)["hal"]["exercises"][0]
    assert row["state"] == "wrong"
    assert row["misunderstandings"]

"""Grading without a sandbox marks what it graded: on the card, in the ledger, in the report and in the table."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from courses import new_course, run
from submissions import hand_in, solved, submission
from toy import DOUBLES

from autograder.grading.ledger import read_ledger

LESSON = DOUBLES
MARK = "graded without a sandbox"
SQUARES = "def double(x):\n    return x ** 2"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One submission of another day, graded in a sandbox."""
    course = new_course(tmp_path_factory.mktemp("yesterday"), LESSON)
    hand_in(solved(LESSON), course, "sam", LESSON)
    done = run(course, "nbgrader", "autograde", LESSON)
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(
    scope="module",
    params=["ours", "ours, in the configuration", "nbgrader, on its command line", "nbgrader, in the configuration"],
)
def course(request: pytest.FixtureRequest, yesterday: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right, wrong and blank, each graded bare; one submission of another day, graded in a sandbox."""
    course = shutil.copytree(yesterday, tmp_path_factory.mktemp("bare") / "course")
    if "configuration" in request.param:
        with (course / "nbgrader_config.py").open("a") as file:
            file.write("c.RunExperiments.bare = True\n")
    hand_in(solved(LESSON), course, "ada", LESSON)
    hand_in(submission(LESSON, double=SQUARES), course, "bob", LESSON)
    hand_in(submission(LESSON), course, "cyd", LESSON)
    ours = ["autograder", "grade", LESSON, "--jobs=1", *(f"--student={name}" for name in ("ada", "bob", "cyd"))]
    words = {
        "ours": [*ours, "--bare"],
        "ours, in the configuration": ours,
        "nbgrader, on its command line": ["nbgrader", "autograde", LESSON, "--RunExperiments.bare=True"],
    }
    graded = run(course, *words.get(request.param, ["nbgrader", "autograde", LESSON]))
    for done in (graded, run(course, "nbgrader", "generate_feedback", LESSON)):
        assert done.returncode == 0, done.stderr
    return course


def test_the_ledger_says_so(course):
    remarks = {student: entry.get("remark", "") for student, entry in read_ledger(course, LESSON).items()}
    assert remarks == {"ada": MARK, "bob": MARK, "cyd": MARK, "sam": ""}


def test_every_card_says_so_whatever_came_out(course):
    for student, times in {"ada": 1, "bob": 1, "cyd": 1, "sam": 0}.items():
        page = (course / "feedback" / student / LESSON / f"{LESSON}.html").read_text()
        assert page.count(MARK) == times, student


def test_the_report_and_the_tables_say_so(course):
    for words in (["autograder", "report", LESSON], ["nbgrader", "export"]):
        done = run(course, *words)
        assert done.returncode == 0, done.stderr
    page = (course / "reports" / LESSON / "report.html").read_text()
    assert f"<td>{MARK}</td><td>ada, bob, cyd</td>" in page
    for table, name, column in (
        (course / "reports" / LESSON / "report.csv", "student", "reason"),
        (course / "grades.csv", "student_id", "status"),
    ):
        with table.open(newline="", encoding="utf-8") as file:
            said = {row[name]: row[column] for row in csv.DictReader(file)}
        assert {student for student, text in said.items() if text == MARK} == {"ada", "bob", "cyd"}

"""nbgrader's own export command with each of our layouts, on a class whose names are out to break a table."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from courses import new_course, run
from nbgrader.api import Gradebook
from submissions import hand_in, solved, submission
from toy import DOUBLES

from autograder.grading.reporting.export import plain

LESSON = DOUBLES
CLASS = {
    "ada": {"first_name": "Ada", "last_name": 'Love"lace, Countess', "email": "ada@example.org", "lms_user_id": "17"},
    "bob": {"first_name": "=cmd|' /C calc'!A0", "last_name": "+Bob", "email": "bob@example.org"},
    "cyd": {"first_name": "Cyd\nLine", "last_name": "@SUM(A1)", "email": "cyd@example.org"},
    "dan": {"first_name": "Dán", "last_name": "O'Neill", "email": "dan@example.org"},
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right, wrong, not graded (half a file), not handed in."""
    course = new_course(tmp_path_factory.mktemp("export"), LESSON)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for name, details in CLASS.items():
            gradebook.add_student(name, **details)
    hand_in(solved(LESSON), course, "ada", LESSON)
    hand_in(submission(LESSON, double="def double(x):\n    return x ** 2"), course, "bob", LESSON)
    hand_in(solved(LESSON), course, "cyd", LESSON).write_text('{"cells": [')
    run(course, "nbgrader", "autograde", LESSON)
    return course


def export(course: Path, layout: str, *words: str) -> list[dict[str, str]]:
    done = run(
        course,
        "nbgrader",
        "export",
        f"--exporter=autograder.grading.reporting.export.{layout}",
        "--to",
        "out.csv",
        *words,
    )
    assert done.returncode == 0, done.stderr
    with (course / "out.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_canvas_gets_its_columns_a_row_of_possible_points_and_no_zero_for_what_is_not_graded(course):
    possible, *rows = export(course, "CanvasExport", f'--CanvasExport.assignment_ids={{"{LESSON}": "4711"}}')
    column = f"{LESSON} (4711)"
    assert list(possible) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]
    assert (possible["Student"].strip(), float(possible[column])) == ("Points Possible", 1)
    scores = {row["SIS Login ID"]: row[column] for row in rows}
    assert scores == {"ada": "1.0", "bob": "0.0", "cyd": "", "dan": ""}
    ada = next(row for row in rows if row["SIS Login ID"] == "ada")
    assert (ada["Student"], ada["ID"]) == ('Love"lace, Countess, Ada', "17")


def test_moodles_gradebook_gets_one_row_a_student(course):
    rows = {row["ID number"]: row for row in export(course, "MoodleExport")}
    assert {name: row[LESSON] for name, row in rows.items()} == {"ada": "1.0", "bob": "0.0", "cyd": "", "dan": ""}
    assert rows["dan"]["Email address"] == "dan@example.org"


@pytest.mark.parametrize("layout", ["CsvExport", "CanvasExport", "MoodleExport"])
def test_no_cell_is_a_formula(course, layout):
    cells = [cell for row in export(course, layout) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert [cell for cell in cells if "Cyd\nLine" in cell]


HEADER = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)"
WORKSHEET = f"""\ufeff{HEADER}
"Participant 901","Ada Lovelace",ada@example.org,"Submitted for grading",,100.00,Yes,-
"Participant 902","Bob",bob@example.org,"Submitted for grading",,100.00,Yes,-
"Participant 903","=Cyd",cyd@example.org,"Submitted for grading",,100.00,Yes,-
"Participant 904","Eve",eve@example.org,"No submission",55.00,100.00,Yes,"Friday, 2 May 2025, 10:00 AM"
"""


def test_moodles_worksheet_is_filled_in_and_scaled(course):
    (course / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    rows = export(course, "MoodleExport", "--MoodleExport.worksheet=worksheet.csv", f"--assignment=['{LESSON}']")
    assert [row["Identifier"] for row in rows] == [f"Participant {number}" for number in (901, 902, 903, 904)]
    assert [row["Grade"] for row in rows] == ["100.0", "0.0", "", "55.00"]
    assert rows[3]["Last modified (grade)"] == "Friday, 2 May 2025, 10:00 AM"


@pytest.mark.parametrize(
    ("content", "sentence"), [("a,b\n1,2\n", "is it Moodle's grading worksheet?"), (None, "cannot be read")]
)
def test_a_worksheet_that_is_none_is_refused_in_one_sentence(course, tmp_path, content, sentence):
    file = tmp_path / "sheet.csv"
    if content:
        file.write_text(content)
    target = tmp_path / "out.csv"
    words = [
        "--exporter=autograder.grading.reporting.export.MoodleExport",
        f"--MoodleExport.worksheet={file}",
        "--to",
        str(target),
    ]
    done = run(course, "nbgrader", "export", *words)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not target.exists()


def test_a_regrade_that_fails_takes_the_score_back(course, tmp_path):
    """The gradebook still holds the old points; the last word on the submission is that it is not graded."""
    copy = shutil.copytree(course, tmp_path / "copy")
    (copy / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb").write_text("{")
    run(copy, "nbgrader", "autograde", LESSON, "--student", "ada", "--force")
    rows = {row["student_id"]: row for row in export(copy, "CsvExport")}
    assert rows["ada"]["status"].startswith("not graded: ")
    assert rows["ada"]["score"] == ""


def test_numbers_stay_numbers():
    assert (plain(-1.5), plain("-1.5"), plain("Ada")) == (-1.5, "'-1.5", "Ada")

"""Stock `nbgrader autograde` and what students hand in beside the notebook: links, pipes, too much, wrong times."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from courses import new_course, run
from nbgrader.api import Gradebook
from submissions import hand_in, submission
from toy import DOUBLES

from autograder.grading.ledger import read_ledger
from autograder.grading.submission import beside

LESSON = DOUBLES
RIGHT = "def double(x):\n    return 2 * x"
SECRET = "the instructor's own file"
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Right answers, each with something else beside it; and one student without any notebook."""
    course = new_course(tmp_path_factory.mktemp("beside"), LESSON)
    elsewhere = course / "private"
    elsewhere.mkdir()
    (elsewhere / "secret.txt").write_text(SECRET)
    for student in ("ada", "pipe", "link", "folder", "large", "time", "timepipe"):
        hand_in(submission(LESSON, double=RIGHT), course, student, LESSON)

    def at(student: str, name: str) -> Path:
        return course / "submitted" / student / LESSON / name

    at("ada", "photo.png").write_bytes(b"of a written answer")
    at("ada", "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n")
    os.mkfifo(at("pipe", "pipe"))
    at("link", "passwd").symlink_to("/etc/passwd")
    at("link", "notes.txt").symlink_to(elsewhere / "secret.txt")
    at("folder", "data").symlink_to(elsewhere)
    with at("large", "large.bin").open("wb") as file:
        file.truncate(beside.MOST_BYTES + 1)
    at("time", "timestamp.txt").write_text("soon")
    os.mkfifo(at("timepipe", "timestamp.txt"))
    at("empty", "essay.txt").parent.mkdir(parents=True)
    at("empty", "essay.txt").write_text("I wrote no notebook.")
    (course / "submitted" / "whole").mkdir()
    (course / "submitted" / "whole" / LESSON).symlink_to(course / "solutions" / LESSON)
    return course


@pytest.fixture(scope="module", params=[["nbgrader", "autograde"], ["autograder", "grade"]], ids=["nbgrader", "ours"])
def graded(request: pytest.FixtureRequest, course: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The class graded and with feedback, and what was said."""
    copy = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(course, copy, symlinks=True, ignore=shutil.ignore_patterns("pipe", "timepipe"))
    for student, name in (("pipe", "pipe"), ("timepipe", "timestamp.txt")):
        hand_in(submission(LESSON, double=RIGHT), copy, student, LESSON)
        os.mkfifo(copy / "submitted" / student / LESSON / name)
    done = run(copy, *request.param, LESSON)
    feedback = run(copy, "nbgrader", "generate_feedback", LESSON)
    assert feedback.returncode == 0, feedback.stderr
    return copy, done.stdout + done.stderr


def test_everybody_with_a_notebook_is_graded_and_nobody_else(graded):
    course, said = graded
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        scores = {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}
    assert scores == dict.fromkeys(("ada", "folder", "large", "link", "pipe", "time", "timepipe"), 1), said


def test_who_has_no_notebook_or_only_a_link_is_not_graded_with_a_reason(graded):
    course, said = graded
    ledger = read_ledger(course, LESSON)
    reasons = {student: entry["reason"] for student, entry in ledger.items() if entry["status"] == "not graded"}
    assert set(reasons) == {"empty", "whole"}, said
    assert "no notebook" in reasons["empty"] or "0 notebooks" in reasons["empty"]
    assert "link" in reasons["whole"]


def test_nothing_of_the_instructors_is_copied_and_nothing_large(graded):
    course, _ = graded
    for place in ("autograded", "feedback"):
        files = [file for file in (course / place).rglob("*") if file.is_file()]
        assert not [file for file in files if SECRET.encode() in file.read_bytes() or b"root:x:0" in file.read_bytes()]
        assert not [file for file in files if file.name in ("large.bin", "pipe", "secret.txt", "passwd", "notes.txt")]


def test_a_time_that_is_none_is_noted_and_a_good_one_counts(graded):
    course, _ = graded
    ledger = read_ledger(course, LESSON)
    assert {name for name, entry in ledger.items() if "holds no time" in str(entry.get("repairs"))} == {
        "time",
        "timepipe",
    }
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert str(gradebook.find_submission(LESSON, "ada").timestamp) == "2026-01-02 03:04:05"


def test_a_plain_file_still_goes_along_with_nbgrader(graded):
    course, said = graded
    expected = "Copying" in said or (course / "autograded" / "ada" / LESSON / "photo.png").exists()
    assert expected == ("Converting notebook" in said)


def test_too_many_files_are_all_left_where_they_are(tmp_path):
    for number in range(beside.MOST_FILES + 1):
        (tmp_path / f"{number}[a].txt").touch()
    assert beside.left_out(tmp_path) == beside.EVERYTHING
    for number in range(5, beside.MOST_FILES + 1):
        (tmp_path / f"{number}[a].txt").unlink()
    assert beside.left_out(tmp_path) == []

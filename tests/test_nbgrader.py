"""nbgrader's own commands, on a small class in a course of its own."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry
from submissions import ROOT, cell_of, hand_in, solved, submission

from autograder.grading.ledger import read_ledger
from autograder.grading.public import copy_public_half

LESSON = "00_start_here"


def _environment(course: Path, **more: str) -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "HOME": str(course), "PYTHONPATH": str(ROOT), **more}


def nbgrader(course: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One of nbgrader's commands, run in `course` as an instructor would."""
    command = [sys.executable, "-m", "nbgrader", *words]
    environment = _environment(course, **more)
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with five submissions, autograded, with feedback and export."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions" / LESSON, course / "solutions" / LESSON)
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
    assert nbgrader(course, "generate_assignment", LESSON, "--create").returncode == 0
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
    assert "This is what happens when" in page


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
    [("return 2 * x", "Success! Your notebook passes all the tests."), ("return x ** 2", "✗ double: not right yet")],
)
def test_validate_agrees_with_the_card(course, tmp_path, answer, verdict):
    file = hand_in(submission(LESSON, double=f"def double(x):\n    {answer}"), tmp_path, "ada", LESSON)
    assert verdict in nbgrader(course, "validate", str(file)).stdout


def test_a_reference_of_ours_that_is_missing_is_not_graded_and_no_zero(course):
    """The grader's own fault: the course does not have the sheets that the lesson needs."""
    hand_in(submission(LESSON), course, "gus", LESSON)
    environment = {"PYTHONPATH": f"{course}/broken"}
    copy_public_half(course / "broken")
    shutil.copytree(ROOT / "autograder" / "grading", course / "broken" / "autograder" / "grading")
    shutil.copytree(ROOT / "autograder" / "references", course / "broken" / "autograder" / "references")
    (course / "broken" / "data" / "sheets" / "start_here.safetensors").unlink()
    run = nbgrader(course, "autograde", LESSON, "--student", "gus", **environment)
    assert run.returncode == 1
    entry = read_ledger(course, LESSON)["gus"]
    assert entry["status"] == "not graded"
    assert "StaleSheet" in entry["reason"]
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook, pytest.raises(MissingEntry):
        gradebook.find_submission(LESSON, "gus")


@pytest.fixture
def server(course):
    """A real Jupyter server in the course, with formgrader."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["lab", "--allow-root", "--no-browser", f"--port={port}", "--IdentityProvider.token=token"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter", *words], cwd=course, env=_environment(course),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def _post(address: str) -> dict:
    request = urllib.request.Request(address, data=b"", headers={"Authorization": "token token"})
    for _ in range(240):
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.load(reply)
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            time.sleep(0.25)  # the server is still starting
    raise TimeoutError(address)


def test_formgraders_button_uses_the_same_judge(course, server):
    answer = submission(LESSON, double="def double(x):\n    x *= 2\n    return x")
    hand_in(answer, course, "hal", LESSON)
    reply = _post(f"{server}/formgrader/api/submission/{LESSON}/hal/autograde")
    assert reply["success"], reply["log"]
    row = read_ledger(course, LESSON)["hal"]["exercises"][0]
    assert row["state"] == "wrong"
    assert row["misunderstandings"]

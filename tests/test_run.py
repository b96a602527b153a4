"""The parallel command: real worker processes, a real gradebook, and what happens when something is killed."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from courses import environment, new_course
from nbgrader.api import Gradebook
from patience import PATIENCE
from programs import path_with, without_bundled
from submissions import ROOT, hand_in, submission
from toy import DOUBLES

from autograder.grading import scratch
from autograder.grading.course import Course, CourseError
from autograder.grading.decide import Work
from autograder.grading.gradebook import GradebookError
from autograder.grading.ledger import read_ledger
from autograder.grading.run import carry_out, plan, workers

LESSON = DOUBLES
RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return x ** 2"
SLOW = "import time\ntime.sleep(4)\n" + RIGHT
pytestmark = [
    pytest.mark.slow,
    # distributed closes its loops and sockets after its workers are gone, when nobody awaits them any more
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
    # nbgrader's own queries, when they add a submission
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course whose gradebook knows the lesson."""
    return new_course(tmp_path / "course", LESSON)


def enrol(course: Path, answers: dict[str, str]) -> None:
    for student, answer in answers.items():
        hand_in(submission(LESSON, double=answer), course, student, LESSON)


def command(course: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", LESSON, "--course", str(course), *words]


def elsewhere(course: Path) -> dict[str, Any]:
    """Where the command runs: outside the course, and outside this repository."""
    return {"cwd": course.parent, "env": environment(course)}


def grade(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(course, *words), **elsewhere(course), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def scores(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}


def test_a_class_is_graded_once_and_unchanged_submissions_are_left_alone(course):
    enrol(course, {"ada": RIGHT, "bob": WRONG})
    hand_in(submission(LESSON), course, "cyd", LESSON).write_text("{")
    first = grade(course)
    assert first.returncode == 0, first.stderr
    assert scores(course) == {"ada": 1, "bob": 0}
    assert read_ledger(course, LESSON)["cyd"]["status"] == "not graded"
    seeds = [entry["exercises"][0]["seed"] for entry in read_ledger(course, LESSON).values() if entry["exercises"]]
    shutil.rmtree(course / "submitted" / "bob")
    enrol(course, {"bob": RIGHT})
    second = grade(course, "--jobs=1")
    assert "1 to grade, 2 unchanged" in second.stdout
    assert scores(course) == {"ada": 1, "bob": 1}
    assert read_ledger(course, LESSON)["ada"]["exercises"][0]["seed"] == seeds[0]


def test_force_grades_again_and_a_manual_grade_stands(course):
    enrol(course, {"ada": RIGHT})
    grade(course, "--jobs=1")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.find_grade("check-double", LESSON, LESSON, "ada").manual_score = 0.5
        gradebook.db.commit()
    assert "1 to grade" in grade(course, "--force", "--jobs=1").stdout
    assert scores(course) == {"ada": 0.5}


def test_a_worker_that_is_killed_gives_its_submission_to_another(course):
    enrol(course, {f"s{number}": RIGHT if number % 2 else WRONG for number in range(5)} | {"slow": SLOW})
    place = Course.at(course)
    todo = plan(place, LESSON, [])
    with workers(2, None, bare=False) as client:
        killed: list[int] = []

        def kill_one(result: object) -> None:
            if not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        results = carry_out(place, todo, client, kill_one)
    assert killed
    assert {item.student: item.reason for item in results if item.reason} == {}
    assert scores(course) == {"s0": 0, "s1": 1, "s2": 0, "s3": 1, "s4": 0, "slow": 1}


def test_a_grader_that_is_killed_goes_on_where_it_was(course):
    enrol(course, {"ada": RIGHT, "bob": WRONG, "cyd": RIGHT, "slow": SLOW})
    process = subprocess.Popen(
        command(course, "--jobs=1"), **elsewhere(course), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    while not read_ledger(course, LESSON):
        time.sleep(0.05)
    process.kill()
    process.wait()
    before = read_ledger(course, LESSON)
    assert 0 < len(before) < 4
    again = grade(course, "--jobs=1")
    assert again.returncode == 0, again.stderr
    assert f"{4 - len(before)} to grade, {len(before)} unchanged" in again.stdout
    assert scores(course) == {"ada": 1, "bob": 0, "cyd": 1, "slow": 1}
    for student, entry in before.items():
        assert read_ledger(course, LESSON)[student] == entry
    _wait_until_gone(process.pid)


def _wait_until_gone(session: int) -> None:
    """The killed grader's workers and sandboxes end by themselves."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        listing = subprocess.run(["ps", "-eo", "sess="], capture_output=True, text=True, check=True).stdout.split()
        if str(session) not in listing:
            return
        time.sleep(0.2)
    raise AssertionError("processes of the killed grader are still there")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--student", "nobody"], "nobody has not handed in"),
        (["--scheduler", "tcp://127.0.0.1:9"], "No scheduler answers at tcp://127.0.0.1:9"),
    ],
)
def test_bad_input_is_one_sentence_and_an_exit_status(course, words, sentence):
    enrol(course, {"ada": RIGHT})
    run = grade(course, *words)
    assert run.returncode == 1
    assert sentence in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr


def test_an_unknown_lesson_names_those_there_are(course):
    with pytest.raises(CourseError, match=f"there are {LESSON}"):
        plan(Course.at(course), "12_nothing", [])


def test_a_gradebook_of_an_older_schema_is_named(course):
    enrol(course, {"ada": RIGHT})

    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("ALTER TABLE assignment RENAME COLUMN duedate TO due")
    database.close()
    with pytest.raises(GradebookError, match="nbgrader db upgrade"):
        plan(Course.at(course), LESSON, [])


def test_without_bubblewrap_the_run_stops_and_says_what_to_install(course):
    enrol(course, {"ada": RIGHT})
    folder = path_with(course / "bin", "setpriv")
    run = subprocess.run(
        command(course), cwd=course.parent, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**environment(course), "PATH": str(folder), **without_bundled(folder)},
    )  # fmt: skip
    assert run.returncode == 1
    assert "Install the package bubblewrap" in " ".join(run.stderr.split())
    assert scores(course) == {}


def test_what_a_killed_grader_left_in_the_temporary_folder_is_cleared_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, living = tmp_path / f"grader-{ended.pid}-slot-x", tmp_path / f"grader-{os.getppid()}-slot-x"
    left.mkdir()
    os.chown(left, scratch.slot_uid(ended.pid), -1)  # as root, a slot's folder belongs to its sandboxes
    living.mkdir()
    scratch._sweep.cache_clear()
    folder = scratch.scratch_folder("slot")
    assert not left.exists()
    assert living.exists()
    assert folder.name.startswith(f"grader-{os.getpid()}-slot-")


def test_a_submission_that_is_decided_takes_no_memory_any_more(course):
    named = {f"light{number}": RIGHT for number in range(5)}  # other tests leave submissions of killed workers
    enrol(course, named)
    place = Course.at(course)
    with workers(1, None, bare=False) as client:
        carry_out(place, plan(place, LESSON, []), client, lambda result: None)
        gc.collect()
        held = {item.student for item in gc.get_objects() if type(item) is Work and item.student in named}
    assert len(held) <= 2  # the last message of the client, and of the scheduler


def test_what_a_worker_says_about_its_connection_is_not_shown():
    with workers(1, None, bare=True) as client:
        shown = client.run(lambda: logging.getLogger("distributed.worker").isEnabledFor(logging.ERROR))
    assert list(shown.values()) == [False]


def test_graders_that_start_together_may_clear_up_the_same(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    for number in range(300):
        (tmp_path / f"grader-{ended.pid}-slot-{number}").mkdir()
    ask = [sys.executable, "-c", "from autograder.grading.scratch import scratch_folder; scratch_folder('slot')"]
    starts = [subprocess.Popen(ask, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}) for _ in range(4)]
    assert [start.wait() for start in starts] == [0, 0, 0, 0]
    assert len(list(tmp_path.iterdir())) == 4

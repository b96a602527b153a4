"""What an instructor's machine does to a run: one sentence, an exit status, nothing half written, and it goes on."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import new_course, run
from mounts import Mounts, fill, mounts
from nbgrader.api import Gradebook
from submissions import hand_in, submission
from toy import DOUBLES

from autograder.grading.decide import our_fault
from autograder.grading.ledger import read_ledger

LESSON = DOUBLES
RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return x ** 2"
CLASS = {f"s{number}": RIGHT if number % 2 else WRONG for number in range(4)}
SCORES = {name: float(answer is RIGHT) for name, answer in CLASS.items()}
pytestmark = [
    pytest.mark.slow,
    # nbgrader's own queries, when they look at a submission
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a class that has handed in."""
    course = new_course(tmp_path_factory.mktemp("released"), LESSON)
    for student, answer in CLASS.items():
        hand_in(submission(LESSON, double=answer), course, student, LESSON)
    return course


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """That course, for one test."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture
def namespace() -> Iterator[Mounts]:
    with mounts() as made:
        yield made


def scores(course: Path, copy: Path) -> dict[str, float]:
    """The gradebook's scores, read from a copy. All of a submission's points are there or none of it."""
    for file in course.glob("gradebook.db*"):
        shutil.copy(file, copy)
    with Gradebook(f"sqlite:///{copy}/gradebook.db") as gradebook:
        found = gradebook.assignment_submissions(LESSON)
        grades = [grade for item in found for notebook in item.notebooks for grade in notebook.grades]
        assert all(grade.auto_score is not None for grade in grades)
        return {item.student.id: item.score for item in found}


def whole(course: Path, copy: Path) -> dict[str, float]:
    """The scores of a course in which nothing is half written: what the ledger says is what the gradebook holds."""
    for file in (*course.glob("verdicts/**/*.json"), *course.glob("autograded/**/*.ipynb")):
        json.loads(file.read_text())
    assert not [*course.rglob("*.part")]
    held = scores(course, copy)
    for student, entry in read_ledger(course, LESSON).items():
        assert entry["status"] == "not graded" or held[student] == sum(row["earned"] for row in entry["exercises"])
    return held


def one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """The command failed, and said these words without a traceback."""
    said = " ".join(done.stderr.split())
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert all(word in said for word in words), said
    assert len(said) < 600, said


@pytest.mark.parametrize(("room", "jobs"), [(30_000, 2), (95_000, 1)])
def test_a_disk_that_fills_up_ends_the_run_and_room_lets_it_go_on(course, tmp_path, namespace, room, jobs):
    small = tmp_path / "small"
    place = namespace.small(small, 4_000)
    shutil.copytree(course, place, dirs_exist_ok=True)
    filler = fill(place, room)
    first = namespace.run(small, "autograder", "grade", LESSON, f"--jobs={jobs}")
    one_sentence(first, "Make room")
    before = whole(place, tmp_path)
    assert len(before) < len(CLASS)
    filler.unlink()
    second = namespace.run(small, "autograder", "grade", LESSON, "--jobs=1")
    assert second.returncode == 0, second.stderr
    assert f"{len(read_ledger(place, LESSON))} graded" in second.stdout or before
    assert whole(place, tmp_path) == SCORES


def test_a_full_folder_for_temporary_files_is_named_before_anything_is_graded(course, tmp_path, namespace):
    small = tmp_path / "small"
    place = namespace.small(small, 1_000)
    fill(place, 50_000)
    done = namespace.run(course, "autograder", "grade", LESSON, TMPDIR=str(small))
    one_sentence(done, str(small), "TMPDIR")
    assert whole(course, tmp_path) == {}
    assert run(course, "autograder", "grade", LESSON, "--jobs=1").returncode == 0
    assert whole(course, tmp_path) == SCORES


def test_of_a_copy_that_finds_no_room_the_target_is_named(tmp_path, namespace):
    place = namespace.small(tmp_path / "small", 100)
    source = tmp_path / "source"
    source.write_bytes(bytes(200_000))
    with pytest.raises(OSError, match="No space left") as full:
        shutil.copyfile(source, place / "copy")
    assert our_fault(full.value).startswith(f"{place / 'copy'} cannot be written: No space left on device. Make room")


def test_a_gradebook_that_can_only_be_read_stops_the_run_before_anything_is_graded(course, tmp_path, namespace):
    namespace.read_only(course / "gradebook.db")
    one_sentence(namespace.run(course, "autograder", "grade", LESSON), "The gradebook cannot be written")
    assert whole(course, tmp_path) == {}
    assert read_ledger(course, LESSON) == {}
    assert not (course / "autograded").exists()


@pytest.mark.parametrize("part", [".", "verdicts", "autograded"])
def test_a_course_folder_that_can_only_be_read_stops_the_run_before_anything_is_graded(
    course, tmp_path, namespace, part
):
    (course / part).mkdir(exist_ok=True)
    namespace.read_only(course / part)
    one_sentence(namespace.run(course, "autograder", "grade", LESSON), "cannot be written", "Check who may write")
    assert whole(course, tmp_path) == {}
    assert read_ledger(course, LESSON) == {}

"""Grading on a cluster by its address: a scheduler and workers that are processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from courses import environment, new_course
from nbgrader.api import Gradebook
from patience import PATIENCE
from programs import without_bundled
from submissions import hand_in, submission
from toy import DOUBLES

from autograder.grading.ledger import read_ledger

LESSON = DOUBLES
RIGHT = "import time\ntime.sleep(1)\n\ndef double(x):\n    return 2 * x"
WRONG = "import time\ntime.sleep(1)\n\ndef double(x):\n    return x ** 2"
CLASS = {f"s{number}": RIGHT if number % 2 else WRONG for number in range(7)}
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    course = new_course(tmp_path / "course", LESSON)
    for student, answer in CLASS.items():
        hand_in(submission(LESSON, double=answer), course, student, LESSON)
    return course


@pytest.fixture
def start(course: Path) -> Iterator[Start]:
    """Starts `python -m dask …`, which ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def dask(*words: str, **more: str) -> subprocess.Popen[bytes]:
        nowhere = subprocess.DEVNULL
        surroundings = {**environment(course), **more}
        command = [sys.executable, "-m", "dask", *words]
        started.append(subprocess.Popen(command, cwd=course, env=surroundings, stdout=nowhere, stderr=nowhere))
        return started[-1]

    yield dask
    for process in reversed(started):
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(start: Start, tmp_path: Path) -> str:
    """The address of a scheduler without workers."""
    file = tmp_path / "scheduler.json"
    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    while not file.exists():
        time.sleep(0.05)
    return str(json.loads(file.read_text())["address"])


def worker(start: Start, scheduler: str, **more: str) -> subprocess.Popen[bytes]:
    words = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    return start("worker", scheduler, *words, **more)


def wait_for_workers(scheduler: str, number: int) -> None:
    client = f"Client({scheduler!r}, timeout={PATIENCE})"
    ask = f"from distributed import Client; client = {client}; client.wait_for_workers({number})"
    subprocess.run([sys.executable, "-c", ask], timeout=PATIENCE, check=True)


def command(course: Path, scheduler: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "autograder", "grade", LESSON, "--scheduler", scheduler]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=course, env=environment(course), stdout=pipe, stderr=pipe, text=True)


def one_sentence(process: subprocess.Popen[str], *words: str) -> None:
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said + errors
    assert "Traceback" not in said + errors, errors
    assert all(word in " ".join(errors.split()) for word in words), errors


def scores(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}


def test_a_worker_that_is_killed_in_the_middle_changes_no_grade(course, start, scheduler):
    first, _ = worker(start, scheduler), worker(start, scheduler)
    wait_for_workers(scheduler, 2)
    process = command(course, scheduler)
    while not read_ledger(course, LESSON):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    first.kill()
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said + errors
    assert scores(course) == {name: float(answer is RIGHT) for name, answer in CLASS.items()}
    seeds = {row["seed"] for entry in read_ledger(course, LESSON).values() for row in entry["exercises"]}
    assert len(seeds) == 1


def test_a_scheduler_without_workers_is_named(course, scheduler):
    one_sentence(command(course, scheduler), f"The scheduler at {scheduler} has no workers", "dask worker")
    assert read_ledger(course, LESSON) == {}


def test_workers_that_cannot_make_a_sandbox_are_named_before_anything_is_graded(course, start, scheduler, tmp_path):
    worker(start, scheduler)
    worker(start, scheduler, PATH=str(tmp_path), **without_bundled(tmp_path))
    wait_for_workers(scheduler, 2)
    one_sentence(command(course, scheduler), "The worker tcp://127.0.0.1:", "Install the package bubblewrap")
    assert read_ledger(course, LESSON) == {}


@pytest.mark.parametrize(("loss", "sentence"), [("worker", "Every worker has gone"), ("scheduler", "has gone")])
def test_when_all_are_gone_the_run_ends_and_another_cluster_goes_on(course, start, tmp_path, loss, sentence):
    file = tmp_path / "scheduler.json"
    head = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    while not file.exists():
        time.sleep(0.05)
    address = str(json.loads(file.read_text())["address"])
    hand = worker(start, address)
    wait_for_workers(address, 1)
    process = command(course, address)
    while not read_ledger(course, LESSON):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    (hand if loss == "worker" else head).kill()
    one_sentence(process, sentence, "the same command goes on with the rest")
    graded = read_ledger(course, LESSON)
    assert 0 < len(graded) < len(CLASS)
    assert all(entry["status"] == "graded" for entry in graded.values())

"""A sandbox that loses something in the middle of a run: no zero for anybody, no bare run, and the next one goes on."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pyseccomp
import pytest
from courses import environment, new_course
from nbgrader.api import Gradebook
from patience import PATIENCE
from processes import children
from programs import path_with, without_bundled
from submissions import hand_in, submission
from toy import DOUBLES

from autograder.grading.ledger import read_ledger

LESSON = DOUBLES
RIGHT = "import time\ntime.sleep(2)\n\ndef double(x):\n    return 2 * x"
STUDENTS = ["ada", "bob", "cyd", "dan"]
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with answers that are right and take their time."""
    course = new_course(tmp_path / "course", LESSON)
    for student in STUDENTS:
        hand_in(submission(LESSON, double=RIGHT), course, student, LESSON)
    return course


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """All of the PATH that grading has: what makes a sandbox."""
    return path_with(tmp_path / "programs", "bwrap", "setpriv")


def start(course: Path, programs: Path, *words: str) -> subprocess.Popen[str]:
    """`python -m autograder grade …`, under way."""
    command = [sys.executable, "-m", "autograder", "grade", LESSON, *words]
    surroundings = {**environment(course), "PATH": str(programs), **without_bundled(programs)}
    return subprocess.Popen(
        command, cwd=course, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def scores(course: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}


def not_graded(course: Path) -> dict[str, str]:
    """Who is not graded, and why."""
    entries = read_ledger(course, LESSON).items()
    return {student: entry["reason"] for student, entry in entries if entry["status"] == "not graded"}


def end_warm_parents(grader: int) -> None:
    """Kills them as a person or the system would, from outside."""
    found = [pid for pid, name in children(grader).items() if name == "bwrap"]
    assert found
    for pid in found:
        with suppress(ProcessLookupError):  # some end with the one before
            os.kill(pid, signal.SIGKILL)


def wait_for_the_first(course: Path, process: subprocess.Popen[str]) -> None:
    while not read_ledger(course, LESSON):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    time.sleep(0.5)  # the next one is in its first cell, which takes two seconds


def test_without_bubblewrap_the_rest_is_not_graded_until_it_is_back(course, programs):
    process = start(course, programs, "--jobs", "1")
    wait_for_the_first(course, process)
    (programs / "bwrap").unlink()
    end_warm_parents(process.pid)
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said + errors
    assert "Traceback" not in said + errors
    before, missing = scores(course), not_graded(course)
    assert set(before.values()) == {1.0}
    assert sorted([*before, *missing]) == STUDENTS
    assert len(missing) >= 2
    ended = [reason for reason in missing.values() if "ended from outside" in reason]
    assert len(ended) <= 1
    assert all("Install the package bubblewrap" in reason for reason in missing.values() if reason not in ended)
    assert not any(entry.get("remark") for entry in read_ledger(course, LESSON).values())
    (programs / "bwrap").symlink_to(shutil.which("bwrap") or "bwrap")
    again = start(course, programs)
    said, errors = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said + errors
    assert f"{len(missing)} to grade" in said
    assert scores(course) == dict.fromkeys(STUDENTS, 1.0)


def test_a_warm_parent_that_is_killed_costs_one_submission_its_turn_and_nobody_a_point(course, programs):
    process = start(course, programs, "--jobs", "1")
    wait_for_the_first(course, process)
    end_warm_parents(process.pid)
    said, errors = process.communicate(timeout=PATIENCE)
    missing = not_graded(course)
    assert process.returncode == bool(missing), said + errors
    assert len(missing) <= 1
    assert all("the same command grades it again" in reason for reason in missing.values())
    assert "from cold" not in said + errors  # another warm parent has taken its place
    start(course, programs).communicate(timeout=PATIENCE)
    assert scores(course) == dict.fromkeys(STUDENTS, 1.0)


def test_where_only_forks_are_refused_their_namespaces_kernels_start_from_cold_and_that_is_said_once(
    course, programs, tmp_path
):
    """A bubblewrap whose sandboxes may not unshare, as in containers with a filter of their own."""
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "unshare")
    with (tmp_path / "rules").open("wb") as file:
        rules.export_bpf(file)
    (programs / "bwrap").unlink()
    (programs / "bwrap").write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"os.dup2(os.open({str(tmp_path / 'rules')!r}, os.O_RDONLY), 200)\n"
        f"os.execv({shutil.which('bwrap')!r}, ['bwrap', '--seccomp', '200', *sys.argv[1:]])\n"
    )
    (programs / "bwrap").chmod(0o755)
    for student in STUDENTS[2:]:
        shutil.rmtree(course / "submitted" / student)
    process = start(course, programs, "--jobs", "2")
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said + errors
    assert scores(course) == dict.fromkeys(STUDENTS[:2], 1.0)
    assert (said + errors).count("Kernels start") == 1
    assert "unshare: Operation not permitted" in " ".join(said.split())
    assert os.linesep not in errors.strip()

"""`decide`: from a submission's bytes to a result, called as a worker calls it. What is our own fault is no zero."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from submissions import cell_of, released, submission
from toy import DOUBLES, HALVES, built_toy

from autograder.authoring.build import build
from autograder.engine.catalogue import own_catalogue
from autograder.engine.verdict import State
from autograder.grading.decide import Result, Work, decide, our_fault
from autograder.grading.grade import Settings
from autograder.grading.kernel.session import CannotStart
from autograder.grading.public import public_folder
from autograder.grading.sandbox import warm

RIGHT = "def double(x):\n    return 2 * x"
SEED = 20_260_202


def decided(notebook: NotebookNode | bytes, lesson: str = DOUBLES, bare: bool = True, **more: object) -> Result:
    """What comes of a submission to the toy course."""
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    work = Work("ada", data, nbformat.writes(released(lesson)), **more)  # type: ignore[arg-type]
    return decide(work, Settings(SEED, bare=bare, catalogue=built_toy()))


def test_a_right_answer_has_its_verdict_its_notebook_and_its_time():
    result = decided(submission(DOUBLES, double=RIGHT))
    verdict = result.verdicts["check-double"]
    assert (verdict.state, verdict.earned, verdict.bare, verdict.seed) == (State.RIGHT, 1, True, SEED)
    assert (result.student, result.reason, result.ours, result.repairs, result.cold) == ("ada", "", False, [], "")
    assert result.seconds > 0
    notebook = nbformat.reads(result.notebook, as_version=4)
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in released(DOUBLES).cells]
    assert "right" in cell_of(notebook, "check-double").outputs[0].data["text/plain"]


def test_each_exercise_is_judged_for_itself():
    result = decided(submission(HALVES, halve="def halve(x):\n    return x / 2"), HALVES)
    earned = {name: (verdict.state, verdict.earned) for name, verdict in result.verdicts.items()}
    assert earned == {"check-halve": (State.RIGHT, 2), "check-negate": (State.NOT_ATTEMPTED, 0)}


def test_a_wrong_answer_earns_nothing_and_is_graded():
    result = decided(submission(DOUBLES, double="def double(x):\n    return x"))
    assert (result.verdicts["check-double"].state, result.verdicts["check-double"].earned) == (State.WRONG, 0)
    assert (result.reason, result.ours) == ("", False)


@pytest.mark.parametrize(("data", "reason"), [(b"", "it is empty"), (b"{", "it is not JSON"), (b"[]", "other JSON")])
def test_what_is_no_notebook_is_not_graded_and_the_fault_is_not_ours(data, reason):
    result = decided(data)
    assert reason in result.reason
    assert (result.verdicts, result.notebook, result.ours) == ({}, "", False)


def test_what_could_not_be_read_keeps_that_reason():
    result = decided(b"", unreadable="The folder holds 2 notebooks.")
    assert (result.reason, result.verdicts, result.ours) == ("The folder holds 2 notebooks.", {}, False)


def test_repairs_stand_above_the_notebook_those_of_the_way_here_first():
    notebook = submission(DOUBLES, double=RIGHT)
    notebook.cells.remove(cell_of(notebook, "check-double"))
    result = decided(notebook, notes=["It was named otherwise."])
    assert result.repairs == ["It was named otherwise.", "The check of `double` was missing; it was put back."]
    first = nbformat.reads(result.notebook, as_version=4).cells[0]
    assert first.id == "repairs"
    assert first.source.index("named otherwise") < first.source.index("put back")
    assert result.verdicts["check-double"].state is State.RIGHT


def test_a_kernel_that_cannot_start_is_our_own_fault(toy):
    build(toy, report=lambda line: None)
    (public_folder(toy) / "autograder" / "grading" / "inside" / "launch.py").unlink()
    work = Work("ada", json.dumps(submission(DOUBLES, double=RIGHT)).encode(), nbformat.writes(released(DOUBLES)))
    result = decide(work, Settings(SEED, bare=True, catalogue=toy))
    assert (result.verdicts, result.notebook, result.ours) == ({}, "", True)
    assert result.reason == "the kernel would not start: it died before it was ready"


def test_a_temporary_folder_whose_name_no_socket_can_bear_is_left_empty_and_named(tmp_path, monkeypatch):
    decided(submission(DOUBLES))  # the public half is there
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    result = decided(submission(DOUBLES, double=RIGHT))
    assert (result.verdicts, result.ours) == ({}, True)
    assert "AF_UNIX path too long" in result.reason
    assert "let TMPDIR name another place" in result.reason
    assert list(folder.iterdir()) == []
    commands = [child.cmdline() for child in psutil.Process().children()]  # of one that has ended it is empty
    assert not [command for command in commands if any(word.endswith("launch.py") for word in command)]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    decided(submission(DOUBLES))  # the public half is there
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    result = decided(submission(DOUBLES, double=RIGHT))
    assert (result.verdicts, result.ours) == ({}, True)
    assert result.reason.startswith(f"{tmp_path}/missing/grader-")
    assert "cannot be written: No such file or directory. Make room there" in result.reason


# asyncio breaks when it lets go of a loop that it could not make
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_the_system_refuses_without_a_file_to_blame_is_said_as_it_is():
    decided(submission(DOUBLES))  # the public half is there
    with no_more_files():
        result = decided(submission(DOUBLES, double=RIGHT))
    assert (result.reason, result.verdicts, result.ours) == ("OSError: [Errno 24] Too many open files", {}, True)
    assert decided(submission(DOUBLES, double=RIGHT)).verdicts["check-double"].earned == 1


@contextmanager
def no_more_files() -> Iterator[None]:
    """This process may open one file and no second."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    gaps = [os.open(os.devnull, os.O_RDONLY) for _ in range(highest + 1 - len(os.listdir("/proc/self/fd")))]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max([highest, *gaps]) + 2, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for number in gaps:
            os.close(number)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CannotStart("it would not"), "it would not"),
        (OSError(errno.ENOSPC, "No space left on device"), "{tmp} cannot be written: No space left on device. Make"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x/y"),
            "/x/y cannot be written: No space left on device. M",
        ),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")]), "{tmp} cannot be written: [Errno 28]"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_our_faults_are_one_sentence_each(error, said):
    assert our_fault(error).startswith(said.format(tmp=tempfile.gettempdir()))


@pytest.mark.slow
def test_two_courses_are_graded_in_one_process_each_by_its_own_warm_parent():
    notebook, release = submission("00_start_here", double=RIGHT), released("00_start_here")
    ours = Work("bob", json.dumps(notebook).encode(), nbformat.writes(release))
    results = [decided(submission(DOUBLES, double=RIGHT), bare=False), decide(ours, Settings(SEED))]
    assert [result.verdicts["check-double"].earned for result in results] == [1, 1]
    assert [(result.cold, result.reason) for result in results] == [("", "")] * 2
    assert len({parent.address for parent in warm._parents.values()}) >= 2
    assert own_catalogue() != built_toy()


@pytest.mark.slow
def test_where_kernels_start_from_cold_the_result_says_why(monkeypatch):
    monkeypatch.setattr(warm, "_cold", ["forks are refused"])
    result = decided(submission(DOUBLES, double=RIGHT), bare=False)
    assert (result.verdicts["check-double"].state, result.cold) == (State.RIGHT, "forks are refused")

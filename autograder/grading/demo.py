"""The demo: a class of ours, handed in, graded by nbgrader, with feedback pages and an export."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading.ledger import read_ledger
from autograder.grading.public import ROOT
from autograder.grading.sandbox.bubblewrap import NoSandbox, prove

CLASS = ROOT / "data" / "demo_class" / "class.toml"
CONFIG = f"c = get_config()\nload_subconfig({str(ROOT / 'nbgrader_config.py')!r})\n"


class DemoFailed(RuntimeError):
    """A command of the demo failed; the message holds its last lines."""


@dataclass(frozen=True)
class Submission:
    """One submission of the demo class.

    Attributes:
        about: what it is an example of.
        start: "solved" or "blank": what the answers below are written into.
        answers: exercise → the source of its cell.
        damage: "" or "truncated": half a file.
    """

    lesson: str
    student: str
    about: str
    start: str = "blank"
    answers: dict[str, str] = field(default_factory=dict)
    damage: str = ""


def demo_class() -> list[Submission]:
    """The submissions that `data/demo_class/class.toml` describes."""
    return [Submission(**entry) for entry in tomllib.loads(CLASS.read_text())["submission"]]


def write_class(course: Path, submissions: list[Submission]) -> None:
    """Makes a course folder with the demo class's submissions in it."""
    course.mkdir()
    (course / "nbgrader_config.py").write_text(CONFIG)
    for lesson in lessons_of(submissions):
        shutil.copytree(ROOT / "solutions" / lesson, course / "solutions" / lesson)
    for item in submissions:
        file = course / "submitted" / item.student / item.lesson / f"{item.lesson}.ipynb"
        file.parent.mkdir(parents=True)
        text = nbformat.writes(_notebook(item))
        file.write_text(text[: len(text) // 2] if item.damage == "truncated" else text)


def lessons_of(submissions: list[Submission]) -> list[str]:
    """The lessons that the class handed in."""
    return sorted({item.lesson for item in submissions})


def _notebook(item: Submission) -> NotebookNode:
    folder = ROOT / ("solutions" if item.start == "solved" else "notebooks")
    notebook = nbformat.read(folder / item.lesson / f"{item.lesson}.ipynb", as_version=4)
    cells = {cell.id.removeprefix("exercise-"): cell for cell in notebook.cells if cell.id.startswith("exercise-")}
    for name, source in item.answers.items():
        if name not in cells:
            raise DemoFailed(f"{CLASS.name}: {item.student} answers {name!r}, which {item.lesson} has not.")
        cells[name].source = source.strip("\n")
    return notebook


def sandbox_or_why_not() -> str:
    """Empty where the class can be graded in a sandbox, else why not.

    As root on Debian or Ubuntu bubblewrap is installed first: the first command of a newcomer should work.
    """
    if os.getuid() == 0 and shutil.which("apt-get") and not shutil.which("bwrap"):
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "bubblewrap"], capture_output=True, check=False)
    try:
        prove()
    except NoSandbox as reason:
        return str(reason)
    return ""


def grade_class(
    course: Path, submissions: list[Submission], advance: Callable[[int], None], bare: bool = False
) -> None:
    """Runs nbgrader's own commands on the class: both lessons at a time, since there are at least two cores.

    Args:
        advance: told how many submissions are decided so far.
        bare: without a sandbox.

    Raises:
        DemoFailed: a command failed.
    """
    lessons = lessons_of(submissions)
    for lesson in lessons:
        _finish(lesson, _nbgrader(course, "generate_assignment", lesson, "--create"))
    words = [f"--RunExperiments.bare={bare}"]
    running = {lesson: _nbgrader(course, "autograde", lesson, *words) for lesson in lessons}
    while any(process.poll() is None for process in running.values()):
        advance(_decided(course, lessons))
        time.sleep(0.2)
    for lesson, process in running.items():
        # nbgrader ends with 1 where it could not read a submission; that one stands in the ledger as not graded
        text, _ = process.communicate()
        missing = {item.student for item in submissions if item.lesson == lesson} - set(read_ledger(course, lesson))
        if missing:
            raise DemoFailed(f"{lesson}: nothing was decided about {', '.join(sorted(missing))}:\n{_tail(text)}")
    feedback = {lesson: _nbgrader(course, "generate_feedback", lesson) for lesson in lessons}
    for lesson, process in feedback.items():
        _finish(lesson, process)
    _finish("export", _nbgrader(course, "export", "--to", "grades.csv"))
    advance(_decided(course, lessons))


def _nbgrader(course: Path, *words: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *words], cwd=course, env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _finish(name: str, process: subprocess.Popen[str]) -> None:
    text, _ = process.communicate()
    if process.returncode:
        raise DemoFailed(f"nbgrader failed on {name}:\n{_tail(text)}")


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-15:])


def _decided(course: Path, lessons: list[str]) -> int:
    return sum(len(list((course / "verdicts" / lesson).glob("*.json"))) for lesson in lessons)


def why(entry: dict[str, Any]) -> list[str]:
    """The reasons for a submission's grade: one line for each exercise that is wrong, one for those left blank."""
    if entry["status"] != "graded":
        return [f"{entry['status']}: {entry['reason']}"]
    lines = []
    for row in entry["exercises"]:
        if row["state"] == "wrong":
            reason = (row["misunderstandings"] or row["notes"] or row["wrong"] or [""])[0]
            lines.append(f"{row['exercise']}: {reason}")
    blank = [row["exercise"] for row in entry["exercises"] if row["state"] == "not attempted"]
    if blank:
        lines.append(f"not attempted: {', '.join(blank) if len(blank) < 4 else f'{len(blank)} exercises'}")
    return lines or ["all right"]

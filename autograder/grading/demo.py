"""The demo: a class of ours, handed in, graded by nbgrader, with feedback pages and an export."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    """Empty where the class can be graded in a sandbox, else why not."""
    try:
        prove()
    except NoSandbox as reason:
        return str(reason)
    return ""


def grade_class(
    course: Path, submissions: list[Submission], advance: Callable[[str, int], None], bare: bool = False
) -> None:
    """Runs nbgrader's own commands on the class.

    Args:
        advance: told what is being done, and how many submissions are decided so far and feedback pages written.
        bare: without a sandbox.

    Raises:
        DemoFailed: a command failed.
    """
    lessons = lessons_of(submissions)
    # The last lesson has ranks that wait for each other. Whoever waits leaves the processor to another process.
    groups = list(filter(None, [lessons[:-1], lessons[-1:]]))
    advance("making the assignments", 0)
    _finish(_nbgrader(course, "generate_assignment", *lessons, "--create"))
    with ThreadPoolExecutor(len(groups)) as pool:
        running = [pool.submit(_grade_group, course, group, submissions, bare) for group in groups]
        while not all(group.done() for group in running):
            advance("grading, and writing feedback", _done(course))
            time.sleep(0.2)
    for group in running:
        group.result()
    advance("exporting the grades", _done(course))
    _finish(_start(course, "nbgrader", "export", "--to", "grades.csv"))


def _grade_group(course: Path, lessons: list[str], submissions: list[Submission], bare: bool) -> None:
    """Grades some lessons, and writes their feedback pages while others are still being graded."""
    grading = _nbgrader(course, "autograde", *lessons, f"--RunExperiments.bare={bare}")
    # nbgrader ends with 1 where it could not read a submission; that one stands in the ledger as not graded
    grading.process.wait()
    for lesson in lessons:
        missing = {item.student for item in submissions if item.lesson == lesson} - set(read_ledger(course, lesson))
        if missing:
            names = ", ".join(sorted(missing))
            raise DemoFailed(f"{lesson}: nothing was decided about {names}:\n{grading.last_lines()}")
    _finish(_nbgrader(course, "generate_feedback", *lessons))


@dataclass
class Command:
    """A running program. Its words go into a file: a pipe that nobody reads fills up and stops it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def _nbgrader(course: Path, *words: str) -> Command:
    return _start(course, "autograder.grading.several", *words)


def _start(course: Path, module: str, *words: str) -> Command:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    log = course / "logs" / f"{words[0]}-{words[1].strip('-')}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words], cwd=course, env={**os.environ, "PATH": path},
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Command(f"nbgrader {' '.join(words)}", process, log)


def _finish(*commands: Command) -> None:
    """Waits for all of them, also where one fails.

    Raises:
        DemoFailed: one failed; the message holds its last lines.
    """
    failed = [command for command in commands if command.process.wait()]
    for command in failed[:1]:
        raise DemoFailed(f"{command.name} failed:\n{command.last_lines()}")


def _done(course: Path) -> int:
    """Submissions decided and feedback pages written; nobody gets a page for what was not graded."""
    return len([*course.glob("verdicts/*/*.json"), *course.glob("feedback/*/*/*.html")])


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

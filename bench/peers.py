"""The graders that are compared, each with its own form of the same lesson and class."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from bench.classes import EXERCISES, LESSON, ROOT, hand_in, otter_notebook, otter_test, stock_lesson, students
from bench.measure import Usage, measure

VENV = ROOT / ".bench-venv"
NBGRADER = [sys.executable, "-m", "nbgrader"]
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
AUTOGRADE = ["autograde", LESSON]


class Missing(RuntimeError):
    """A peer that cannot be had here; the message says why."""


def stock_course(folder: Path, demonstrations: bool, count: int) -> Path:
    """A course of stock nbgrader with its default configuration."""
    source = folder / "source" / LESSON / f"{LESSON}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(stock_lesson(demonstrations), source)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    _generate(folder)
    hand_in(folder, folder / "release" / LESSON / f"{LESSON}.ipynb", students(count))
    return folder


def stock(course: Path, processes: int) -> tuple[Usage, Usage]:
    """What stock costs for the class, and what its start alone costs: the same command once all is graded."""
    digits = ["".join(str(digit) for digit in range(10) if digit % processes == part) for part in range(processes)]
    patterns = ["*"] if processes == 1 else [f"*[{part}]" for part in digits]
    commands = [[*NBGRADER, *AUTOGRADE, f"--student={pattern}"] for pattern in patterns]
    usage = measure(commands, course, ENVIRONMENT)
    return usage, measure(commands, course, ENVIRONMENT)


def our_course(folder: Path, count: int) -> Path:
    """A course of ours, as an instructor has it."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions" / LESSON, folder / "solutions" / LESSON)
    _generate(folder)
    hand_in(folder, folder / "notebooks" / LESSON / f"{LESSON}.ipynb", students(count))
    return folder


def ours(course: Path, jobs: int, bare: bool = False) -> Usage:
    """What our command costs for the class, its start included."""
    words = ["--course", str(course), "--jobs", str(jobs), *(["--bare"] if bare else [])]
    return measure([[sys.executable, "-m", "autograder", "grade", LESSON, *words]], course, ENVIRONMENT)


def mean_score(course: Path) -> float:
    """What the class earned on average, from 0 to 1, in the gradebook: that the work was done at all."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        graded = [item.score / item.max_score for item in gradebook.assignment_submissions(LESSON)]
    return sum(graded) / len(graded)


def otter_environment() -> Path:
    """otter-grader in an environment of its own, made at the first call.

    Raises:
        Missing: it cannot be installed here.
    """
    otter = VENV / "bin" / "otter"
    if not otter.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        pins = ["--constraint", str(ROOT / "constraints.txt"), "--requirement", str(ROOT / "bench/requirements.txt")]
        pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run = subprocess.run([*pip, *pins], capture_output=True, text=True, check=False)
        if run.returncode:
            shutil.rmtree(VENV)
            raise Missing(f"not installable: {(run.stderr.strip().splitlines() or ['?'])[-1][:200]}")
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        shared = VENV / "lib" / version / "site-packages" / "course.pth"  # the last on its path: torch, no second copy
        shared.write_text("\n".join(site.getsitepackages()) + "\n")
    return otter


def otter_class(folder: Path, count: int) -> Path:
    """Submissions and the tests' archive for otter-grader.

    Raises:
        Missing: otter-grader cannot be had.
    """
    program = otter_environment()
    (folder / "tests").mkdir(parents=True)
    for name in EXERCISES:
        (folder / "tests" / f"{name}.py").write_text(otter_test(name))
    for name in students(count):
        (folder / f"{name}.ipynb").write_text(nbformat.writes(otter_notebook(name)))
    words = ["generate", "--tests-dir", "tests", "--output-path", "autograder.zip", "--no-environment", "--no-config"]
    subprocess.run([program, *words], cwd=folder, env=_otter_path(), capture_output=True, check=True)
    return folder


def otter(folder: Path, count: int, processes: int) -> Usage:
    """What `otter run` costs, one process a submission, some at a time."""
    lists = [students(count)[part::processes] for part in range(processes)]
    one = "{otter} run {name}.ipynb --autograder autograder.zip --output-dir {name} --no-logo"
    scripts = ["mkdir -p {}\n".format(" ".join(names)) for names in lists]
    for part, names in enumerate(lists):
        scripts[part] += "\n".join(one.format(otter=VENV / "bin" / "otter", name=name) for name in names)
    return measure([["sh", "-ec", script] for script in scripts], folder, _otter_path())


def otter_mean(folder: Path) -> float:
    """What the class earned on average, from 0 to 1, in otter-grader's results."""
    shares = []
    for file in folder.glob("*/results.json"):
        tests = [item for item in json.loads(file.read_text())["tests"] if item.get("max_score")]
        shares.append(sum(item["score"] for item in tests) / sum(item["max_score"] for item in tests))
    return sum(shares) / len(shares)


def _otter_path() -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]])}


def _generate(course: Path) -> None:
    command = [*NBGRADER, "generate_assignment", LESSON, "--create"]
    subprocess.run(command, cwd=course, env=ENVIRONMENT, capture_output=True, check=True)

"""CONTRIBUTING.md, followed to the letter in a copy of the course."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from submissions import ROOT

FILES = ("solutions/00_start_here.py", "autograder/exercises/start_here.py", "autograder/references/start_here.py")


def author(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m autograder …` in a copy of the course."""
    environment = {**os.environ, "PYTHONPATH": str(course), "COLUMNS": "200"}
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course with the page's three blocks of code where the page says."""
    course = tmp_path / "course"
    ignored = shutil.ignore_patterns(".*", "demo", "__pycache__")  # what other tests write at the same time is hidden
    shutil.copytree(ROOT, course, ignore=ignored)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    for name, block in zip(FILES, blocks, strict=True):
        with (course / name).open("a") as file:
            file.write("\n\n" + block)
    return course


def test_the_walk_through_builds_and_its_audit_is_clean(course):
    built = author(course, "build", "00_start_here")
    assert built.returncode == 0, built.stderr
    assert "triple" in (course / "notebooks/00_start_here/00_start_here.ipynb").read_text()
    audited = author(course, "audit", "00_start_here", "--jobs", "1")
    assert audited.returncode == 0, audited.stdout
    assert "2 exercises; answers 2 full; blanks 2 zero" in " ".join(audited.stdout.split())


def test_an_exercise_without_reference_stops_the_build_with_file_and_name(course):
    shutil.copy(ROOT / FILES[2], course / FILES[2])
    built = author(course, "build", "00_start_here")
    assert built.returncode == 1
    assert "autograder/references/start_here.py: no reference for triple" in built.stderr


def test_a_mistake_that_passes_fails_the_audit_with_file_and_name(course):
    with (course / FILES[2]).open("a") as file:
        file.write('\n\n@mistake(triple, "Nothing is wrong here.")\ndef innocent(x):\n    return 3 * x\n')
    author(course, "build", "00_start_here")
    audited = author(course, "audit", "00_start_here", "--jobs", "1")
    assert audited.returncode == 1
    assert "autograder/references/start_here.py: the mistake innocent passes" in audited.stdout


def test_two_exercises_of_one_name_stop_the_build(course):
    with (course / FILES[0]).open("a") as file:
        file.write(
            '\n\n# %% exercise="triple"\ndef triple(x):\n    # BEGIN SOLUTION\n    return 3 * x\n    # END SOLUTION\n'
        )
    built = author(course, "build", "00_start_here")
    assert built.returncode == 1
    assert re.search(r"solutions/00_start_here.py:\d+: exercise='triple' stands already in line \d+", built.stderr)


def test_a_stale_generated_file_is_named_with_the_command_that_mends_it(course):
    stale = author(course, "build", "00_start_here", "--check")
    assert stale.returncode == 1
    assert "notebooks/00_start_here/00_start_here.ipynb" in stale.stderr
    assert "make build" in stale.stderr

"""CONTRIBUTING.md, followed to the letter in a copy of the course."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from patience import WHOLE_CLASS
from submissions import ROOT

LESSON = "solutions/00_start_here.py"
FILES = ("autograder/exercises/start_here/triple.py", "autograder/references/start_here/triple.py")
CELLS = re.compile(r"# %% \[markdown\]\n# ### Exercise: `triple`.*?check\(triple\)\n", re.DOTALL)
# Tests that go through all exercises or look at what was generated; none of them may count what an author adds.
LOOK_AT_ALL = ("tests/test_catalogue.py", "tests/test_map.py", "tests/test_navigation.py", "tests/test_frame.py")


def author(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m …` in a copy of the course."""
    environment = {**os.environ, "PYTHONPATH": str(course), "COLUMNS": "200"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=WHOLE_CLASS)


def page() -> list[str]:
    """The page's blocks of code: the cells, the experiment, the reference."""
    return re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course with `triple` in it, written as the page says, up to the build."""
    course = tmp_path / "course"
    ignored = shutil.ignore_patterns(".*", "demo", "__pycache__")  # what other tests write at the same time is hidden
    shutil.copytree(ROOT, course, ignore=ignored)
    made = author(course, "autograder", "new", "00_start_here", "triple")
    assert made.returncode == 0, made.stderr
    cells, *texts = page()
    source = (course / LESSON).read_text(encoding="utf-8")
    assert CELLS.search(source)
    (course / LESSON).write_text(CELLS.sub(lambda _: cells, source), encoding="utf-8")
    for name, text in zip(FILES, texts, strict=True):
        assert (course / name).exists()
        (course / name).write_text(text, encoding="utf-8")
    return course


def test_the_walk_through_to_its_last_step(course):
    before = (course / LESSON).read_text(encoding="utf-8")
    assert author(course, "ruff", "format").returncode == 0
    assert (course / LESSON).read_text(encoding="utf-8") == before
    built = author(course, "autograder", "build", "00_start_here")
    assert built.returncode == 0, built.stderr
    assert "triple" in (course / "notebooks/00_start_here/00_start_here.ipynb").read_text()
    audited = author(course, "autograder", "audit", "00_start_here", "triple", "--jobs", "1")
    assert audited.returncode == 0, audited.stdout
    assert (
        "mistakes 4 rejected / 4 named / 4 within the share they may keep / 4; played back at most 0%; 1 promises;"
        in " ".join(audited.stdout.split())
    )
    for words in (("ruff", "check"), ("autograder", "build", "--check"), ("pytest", "-q", "-x", *LOOK_AT_ALL)):
        done = author(course, *words)
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_exercise_without_reference_stops_the_build_with_file_and_name(course):
    (course / FILES[1]).unlink()
    built = author(course, "autograder", "build", "00_start_here")
    assert built.returncode == 1
    assert f"{FILES[1]} is missing; it should define triple" in built.stderr


def test_a_mistake_that_passes_fails_the_audit_with_file_and_name(course):
    with (course / FILES[1]).open("a") as file:
        file.write('\n\n@mistake(triple, "Nothing is wrong here.")\ndef innocent(x):\n    return 3 * x\n')
    assert author(course, "autograder", "build", "00_start_here").returncode == 0
    audited = author(course, "autograder", "audit", "00_start_here", "triple", "--jobs", "1")
    assert audited.returncode == 1
    assert f"{FILES[1]}: the mistake innocent passes" in audited.stdout


def test_two_exercises_of_one_name_stop_the_build(course):
    with (course / LESSON).open("a") as file:
        file.write(
            '\n\n# %% exercise="triple"\ndef triple(x):\n    # BEGIN SOLUTION\n    return 3 * x\n    # END SOLUTION\n'
        )
    built = author(course, "autograder", "build", "00_start_here")
    assert built.returncode == 1
    assert re.search(r"solutions/00_start_here.py:\d+: exercise='triple' stands already in line \d+", built.stderr)


def test_a_stale_generated_file_is_named_with_the_command_that_mends_it(course):
    stale = author(course, "autograder", "build", "00_start_here", "--check")
    assert stale.returncode == 1
    assert "notebooks/00_start_here/00_start_here.ipynb" in stale.stderr
    assert "make build" in stale.stderr

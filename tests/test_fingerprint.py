"""A fingerprint changes with one byte in anything that an experiment imports, and with nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from submissions import ROOT
from toy import copy_of_toy, toy_folder

from autograder.engine.catalogue import Catalogue, own_catalogue

ASK = """
import runpy, sys
from pathlib import Path
root = Path(sys.argv[1])
fingerprint = runpy.run_path(str(root / "autograder/engine/fingerprint.py"))["fingerprint"]
files = [root / "autograder/exercises/attention/attention.py", root / "autograder/engine/observe.py"]
print(fingerprint(files, root / "autograder"))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what experiments may import."""
    for name in ("autograder/engine", "autograder/exercises/attention", "helpers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def ask(course: Path, python: str = sys.executable) -> str:
    return subprocess.run([python, "-c", ASK, str(course)], capture_output=True, text=True, check=True).stdout.strip()


def change(file: Path) -> None:
    """One byte of code: the first number that stands by itself, made another."""

    def next_digit(found: re.Match[str]) -> str:
        return str((int(found[1]) + 1) % 10)

    text, count = re.subn(r"(?<=[ (\[=])(\d)(?=[,)\]\n: ])", next_digit, file.read_text(), count=1)
    assert count == 1, file
    file.write_text(text)


def test_a_copy_has_the_same_fingerprint_wherever_it_lies(copy: Path) -> None:
    assert ask(copy) == ask(ROOT) == own_catalogue().topic("attention").fingerprint("attention")


@pytest.mark.parametrize("name", [
    "engine/probes.py", "engine/draw.py", "engine/observe.py", "engine/values.py", "engine/tolerance.py",
    "engine/forbidden.py", "exercises/attention/attention.py", "exercises/attention/_shared.py",
])  # fmt: skip
def test_one_byte_in_anything_that_an_experiment_imports_changes_it(copy: Path, name: str) -> None:
    before = ask(copy)
    change(copy / "autograder" / name)
    assert ask(copy) != before


def test_layout_and_comments_change_nothing(copy: Path) -> None:
    before = ask(copy)
    for name in ("engine/probes.py", "exercises/attention/attention.py"):
        file = copy / "autograder" / name
        file.write_text("# a comment\n" + file.read_text().replace("(\n", "(  # another\n\n"))
    assert ask(copy) == before


def test_what_the_experiment_does_not_import_changes_nothing(copy: Path) -> None:
    before = ask(copy)
    change(copy / "autograder/engine/judge.py")
    (copy / "autograder/exercises/attention/tiled_attention.py").unlink()
    assert ask(copy) == before


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_every_python_says_the_same(copy: Path, version: str) -> None:
    """A student's Python is another than the author's."""
    # Where several are installed side by side (pyenv, uv), the others lie beside this one.
    beside = Path(sys.base_prefix).parent.glob(f"*{version}.*/bin/python{version}")
    found = [*map(str, beside), *filter(None, [shutil.which(f"python{version}")])]
    runs = [name for name in found if subprocess.run([name, "--version"], capture_output=True).returncode == 0]
    if not runs:
        pytest.skip(f"no python{version} that runs, neither on the PATH nor beside {sys.base_prefix}")
    assert ask(copy, runs[0]) == ask(copy)


def test_every_code_that_decides_is_part_of_what_a_grade_depends_on(toy: Catalogue) -> None:
    before = toy.topic("halves").judging()
    assert before != toy.topic("doubles").judging()


@pytest.mark.parametrize("place", ["exercises/halves/_shared.py", "references/halves/halve.py"])
def test_a_changed_experiment_or_reference_is_graded_again(toy: Catalogue, tmp_path: Path, place: str) -> None:
    other = copy_of_toy(tmp_path / "other")
    change(other.code / place)
    assert other.topic("halves").judging() != toy.topic("halves").judging()
    assert copy_of_toy(tmp_path / "same").topic("halves").judging() == toy.topic("halves").judging()


@pytest.mark.slow
def test_a_mended_judge_or_tolerance_is_graded_again(tmp_path: Path) -> None:
    course = shutil.copytree(toy_folder(), tmp_path / "course")
    ask = "from autograder.engine.catalogue import own_catalogue as own; print(own().topic('doubles').judging())"

    def judging() -> str:
        options = {"cwd": course, "env": {**os.environ, "PYTHONPATH": str(course)}}
        run = subprocess.run([sys.executable, "-c", ask], **options, capture_output=True, text=True, check=True)
        return run.stdout

    seen = {judging()}
    for name in ("judge.py", "tolerance.py", "verdict.py"):
        change(course / "autograder" / "engine" / name)
        seen.add(judging())
    assert len(seen) == 4

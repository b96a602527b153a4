"""Every promise of the sandbox, tried in a real one: warm, and cold."""

from __future__ import annotations

import ast
import site
import subprocess
import sys
from pathlib import Path

import pyseccomp
import pytest
from submissions import ROOT

from autograder.grading.doctor.examine import attempt, examine
from autograder.grading.doctor.promises import HOLDS, MEETING, PROMISES, Promise
from autograder.grading.doctor.system_calls import UnknownSystemCall, number_of
from autograder.grading.sandbox import provisioner
from autograder.grading.sandbox.bubblewrap import sandbox_command
from autograder.grading.sandbox.warm import NoWarmStart


@pytest.mark.slow
def test_every_promise_holds(monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "GRADER_SECRET")
    assert [item for item in examine() if not item.holds] == []


@pytest.mark.slow
@pytest.mark.parametrize("promise", [*PROMISES[:9], MEETING], ids=lambda promise: promise.name)
def test_a_cold_start_promises_the_same(monkeypatch, promise):
    def no_warm_parent(public, cuda):
        raise NoWarmStart("tried cold")

    monkeypatch.setattr(provisioner, "warm_parent", no_warm_parent)
    assert attempt(promise) == HOLDS


@pytest.mark.slow
def test_answers_that_pip_has_installed_are_out_of_sight(monkeypatch, tmp_path):
    """A copy of the course among this Python's packages, as `pip install .` leaves it."""
    place = tmp_path / "packages" / "autograder" / "references"
    place.mkdir(parents=True)
    writable = tmp_path / "writable"
    writable.mkdir()
    (place / "tensors.py").touch()
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path / "packages")])
    look = f"import os; print(os.listdir({str(place)!r}), os.access({str(place)!r}, os.W_OK))"
    command = sandbox_command([sys.executable, "-c", look], [], writable, disk_mb=1)
    run = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=True)
    assert run.stdout == "[] False\n"


# From the kernel's own tables: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
NUMBERS = [
    (pyseccomp.Arch.X86_64, {"tgkill": 234, "keyctl": 250, "io_uring_setup": 425, "bpf": 321}),
    (pyseccomp.Arch.AARCH64, {"tgkill": 131, "keyctl": 219, "io_uring_setup": 425, "bpf": 280}),
]


@pytest.mark.parametrize(("processor", "numbers"), NUMBERS, ids=["x86_64", "aarch64"])
def test_system_calls_have_the_numbers_of_their_processor(processor, numbers):
    assert {name: number_of(name, processor) for name in numbers} == numbers


def test_a_promise_whose_system_calls_have_no_number_here_is_not_said_to_hold():
    with pytest.raises(UnknownSystemCall, match="libseccomp knows no number of open on"):
        number_of("open", pyseccomp.Arch.AARCH64)
    assert attempt(Promise("no such call", "print('holds')", calls=("no_such_call",))).startswith("not tried: ")


def _imported_by(folder: Path) -> set[str]:
    """The modules of this project that the modules of a folder import, wherever they do."""
    nodes = [node for file in folder.glob("*.py") for node in ast.walk(ast.parse(file.read_text()))]
    return {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_sandbox_knows_nothing_of_kernels_and_nothing_of_the_doctor():
    grading = ROOT / "autograder" / "grading"
    above = ("autograder.grading.kernel", "autograder.grading.doctor")
    assert [name for name in _imported_by(grading / "sandbox") if name.startswith(above)] == []
    assert [name for name in _imported_by(grading / "kernel") if name.startswith(above[1])] == []

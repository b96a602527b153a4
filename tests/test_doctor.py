"""Every promise of the sandbox, tried in a real one: warm, and cold."""

from __future__ import annotations

import site
import subprocess
import sys

import pytest

from autograder.grading.sandbox import provisioner
from autograder.grading.sandbox.bubblewrap import sandbox_command
from autograder.grading.sandbox.doctor import HOLDS, MEETING, PROMISES, _try, examine
from autograder.grading.sandbox.warm import NoWarmStart


@pytest.mark.slow
def test_every_promise_holds(monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "GRADER_SECRET")
    assert [row for row in examine() if row[1] != HOLDS] == []


@pytest.mark.slow
@pytest.mark.parametrize("promise", [*PROMISES[:9], MEETING], ids=lambda promise: promise.name)
def test_a_cold_start_promises_the_same(monkeypatch, promise):
    def no_warm_parent(public, cuda):
        raise NoWarmStart("tried cold")

    monkeypatch.setattr(provisioner, "warm_parent", no_warm_parent)
    assert _try(promise) == HOLDS


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

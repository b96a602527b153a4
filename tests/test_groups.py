"""Who shares a worker, what grows with the lessons, who fails: tests/groups.py, tests/dearest.py, tests/failures.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from dearest import EVERY_LESSON, LESSONS, LESSONS_TO_COME, Dearest
from groups import BY_LESSON, FIRST, group_of


def item(module: str, **params: str) -> object:
    """As much of a collected test as a group is chosen by."""
    return SimpleNamespace(path=Path(f"tests/{module}.py"), callspec=SimpleNamespace(params=params))


def test_every_module_that_is_named_is_there():
    assert set(FIRST) <= {file.stem for file in Path(__file__).parent.rglob("test_*.py")}


def test_what_looks_at_the_machine_is_one_group_and_lessons_are_their_own():
    assert group_of(item("test_hostile")) == group_of(item("test_ranks")) == "machine"
    assert group_of(item(BY_LESSON[0], lesson="01_tensors")) == "test_lessons-01_tensors"
    assert group_of(item("test_release", lesson="01_tensors")) == "test_release"


def test_the_workers_keep_to_the_groups(tmp_path):
    """pytest-xdist 3.8 under pytest 9.2 does not, and says nothing: each worker then graded the hostile class."""
    (tmp_path / "conftest.py").write_text("from groups import pytest_collection_modifyitems\n", encoding="utf-8")
    for module in ("test_hostile", "test_ranks"):
        (tmp_path / f"{module}.py").write_text(
            "import pathlib, pytest\n"
            "@pytest.mark.parametrize('number', range(4))\n"
            "def test_who(worker_id, number):\n"
            "    pathlib.Path(f'ran_on_{worker_id}').touch()\n",
            encoding="utf-8",
        )
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "--rootdir", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(list(tmp_path.glob("ran_on_*"))) == 1


@pytest.mark.parametrize(("test", "thing"), [
    ("test_runs[01_tensors]@test_lessons-01_tensors", "01_tensors"), ("test_named[11_attention-ada]", "11_attention"),
    ("test_holds[70_doubles]", ""), ("test_stays[3_000]", ""), ("test_alone", ""),
])  # fmt: skip
def test_a_lesson_among_the_parameters_is_a_thing_of_its_own(test, thing):
    dearest = Dearest()
    dearest.pytest_runtest_logreport(SimpleNamespace(nodeid=f"tests/test_x.py::{test}", duration=2.0))
    assert dearest.seconds == {("tests/test_x.py", thing): 2.0}


LONG = ["[" * 10**6, b"x" * 10**6]


@pytest.mark.parametrize("text", LONG)
def test_a_text_of_megabytes_is_no_name(request, text):
    assert text in LONG
    assert len(request.node.nodeid) < 300


def test_a_name_of_a_hundred_thousand_brackets_costs_nothing():
    """Once one expression for both went over it from each bracket anew, and `make test` stood still for an hour."""
    dearest = Dearest()
    name = f"tests/test_x.py::test_deep[{'[' * 100_000}]"
    dearest.pytest_runtest_logreport(SimpleNamespace(nodeid=name, duration=2.0))
    assert dearest.seconds == {("tests/test_x.py", ""): 2.0}


def test_what_goes_through_all_lessons_grows_with_them_and_nothing_else():
    dearest = Dearest()
    for file in (*EVERY_LESSON, "tests/test_demo.py"):
        dearest.pytest_runtest_logreport(SimpleNamespace(nodeid=f"{file}::test_named[01_tensors-ada]", duration=2.0))
    assert dearest.growth() == pytest.approx((4 * LESSONS_TO_COME / LESSONS + 2) / 6)
    assert all((Path(__file__).parents[1] / file).is_file() for file in EVERY_LESSON)


def test_who_fails_on_a_worker_is_named_before_the_end(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_fails():\n    assert 1 == 2\n", encoding="utf-8")
    code = "import pytest; from failures import NamedAtOnce; pytest.main(['-q', '-n', '1'], plugins=[NamedAtOnce()])"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    named = done.stdout.index("FAILED test_it.py::test_fails (call) assert 1 == 2")
    assert named < done.stdout.index("= FAILURES =")

"""The hostile class: submissions that must not win, graded together with honest ones, which must not suffer.

Each folder of tests/hostile holds one submission and what it must get. Two graders work through them side by side, as
on a machine with two cores; an honest one comes right after each that attacks its neighbours.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from courses import new_course
from hostile_class import Submission, submissions
from nbgrader.api import Gradebook
from patience import WHOLE_CLASS
from submissions import ROOT
from test_nbgrader import nbgrader
from toy import DOUBLES

from autograder.grading.ledger import read_ledger

THREATS = (
    "pretends to be equal", "patches what judges", "rewrites the check", "forges messages", "prints a grade",
    "looks for the answer", "opens what is private", "hard-codes the visible sheet", "calls the forbidden operation",
    "ends the process", "never ends", "takes all resources", "returns monsters", "acts later", "opens the network",
    "attacks its neighbours", "sends crafted bytes", "is a warning", "arrives damaged", "is no notebook",
    "carries script", "edits points and ids",
)  # fmt: skip
EVERY = submissions()
HOSTILE = [item for item in EVERY if not item.honest]
LESSON = DOUBLES
GRADERS = 2
GROWTH_MB = 300  # what the grader may hold at the end beyond its lessons' own libraries and sheets


@dataclass(frozen=True)
class Run:
    """One run of the class: the outcomes of each grader in their order, and what the graders were."""

    outcomes: list[list[dict[str, Any]]]
    errors: str
    graders: list[int]
    temporary: Path

    def of(self, name: str) -> list[dict[str, Any]]:
        return [outcome for part in self.outcomes for outcome in part if outcome["name"] == name]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The whole class, graded."""
    folder = tmp_path_factory.mktemp("class")
    temporary = Path(tempfile.mkdtemp(prefix="h-"))  # a short path: those of sockets end at 108 characters
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    pipes: dict[str, Any] = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, str(ROOT / "tests" / "hostile_class.py"), str(folder)]
    parts = [f"{number}/{GRADERS}" for number in range(1, GRADERS + 1)]
    graders = [subprocess.Popen([*command, part], env=environment, **pipes) for part in parts]
    try:
        with ThreadPoolExecutor() as readers:
            said = list(readers.map(lambda grader: grader.communicate(timeout=WHOLE_CLASS), graders))
    finally:
        for grader in graders:
            grader.kill()
    outcomes = [[json.loads(line) for line in out.splitlines()] for out, _ in said]
    yield Run(outcomes, "".join(errors for _, errors in said), [grader.pid for grader in graders], temporary)
    shutil.rmtree(temporary, ignore_errors=True)


@pytest.mark.parametrize("item", EVERY, ids=lambda item: f"{'honest/' if item.honest else ''}{item.name}")
def test_every_verdict_is_as_expected(run: Run, item: Submission):
    outcomes = run.of(item.name)
    assert outcomes, run.errors[-500:]
    for outcome in outcomes:
        _hold(item, outcome)


def _hold(item: Submission, outcome: dict[str, Any]) -> None:
    assert "broke" not in outcome, outcome["broke"]
    if item.verdict == "not graded":
        assert item.reason in outcome["not graded"]
        return
    verdicts = outcome["verdicts"]
    verdict = verdicts[item.exercise]
    points, earned = verdict["points"], verdict["earned"]
    wanted = {"right": [points] * 2, "zero": [0, 0], "earns": [item.points] * 2, "at most a tenth": [0, points / 10]}
    least, most = wanted.get(item.verdict, (0, points))
    assert least <= earned <= most, verdict
    assert item.reason in verdict["words"]
    assert earned == points or verdict["words"]  # no loss without a reason
    assert len(verdict["words"]) < 100_000
    others = (
        item.others_right if item.others_right is not None else [name for name in verdicts if name != item.exercise]
    )
    lost = {name: verdicts[name]["words"] for name in others if verdicts[name]["earned"] < verdicts[name]["points"]}
    assert not lost


@pytest.mark.parametrize("item", HOSTILE, ids=lambda item: item.name)
def test_no_card_but_the_graders_own_stands_in_a_check(run: Run, item: Submission):
    for outcome in run.of(item.name):
        for (name, verdict), card in zip(outcome.get("verdicts", {}).items(), outcome.get("cards", []), strict=True):
            (text,) = card
            assert text.startswith(("✓", "✗", "○")), text
            assert name in text
            assert text.startswith("✓") == (verdict["earned"] == verdict["points"])


def test_every_threat_has_a_submission():
    assert {item.threat for item in HOSTILE} == set(THREATS)
    assert len(HOSTILE) >= 60
    assert sum(item.honest for item in EVERY) >= 10


def test_every_honest_submission_came_after_one_that_attacks(run: Run):
    names = [outcome["name"] for part in run.outcomes for outcome in part]
    assert {item.name for item in EVERY if item.honest} <= set(names[1:])


def test_a_graders_memory_stays_bounded(run: Run):
    lessons = {item.name: item.lesson for item in EVERY}
    for part in run.outcomes:
        seen, growth = set(), 0.0
        for before, outcome in pairwise(part):
            if lessons[outcome["name"]] in seen:  # a lesson's first submission brings its references' libraries
                growth += outcome["memory"] - before["memory"]
            seen |= {lessons[outcome["name"]]} if "verdicts" in outcome else set()
        assert growth < GROWTH_MB
        assert all(outcome.get("size", 0) < 50 * 2**20 for outcome in part)


def test_the_graders_say_nothing_and_leave_nothing_behind(run: Run):
    assert run.errors == ""
    assert [path.name for path in run.temporary.iterdir() if not path.name.startswith("torchinductor")] == []
    shared = [path for place in ("/tmp", "/dev/shm", "/var/tmp") for path in Path(place).glob("hostile-trace*")]
    assert shared == []
    assert _processes_of(run) == []


def _processes_of(run: Run) -> list[str]:
    """Processes under the run's own uid, or that were started from its folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().decode(errors="replace")
            if str(run.temporary) in command or place.stat().st_uid - 1_000_000 in run.graders:
                found.append(command)
        except OSError:
            continue
    return found


def test_nothing_listens(run: Run):
    ports = [line.split()[1].rpartition(":")[2] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert f"{47_113:04X}" not in ports
    assert "hostile-47113" not in Path("/proc/net/unix").read_text()


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which nbgrader itself has graded two hostile, one broken and one honest submission."""
    course = new_course(tmp_path_factory.mktemp("batch"), LESSON)
    names = {"ann": "segfault", "bob": "not_json", "cat": "kills_all", "dee": "right"}
    for student, name in names.items():
        (course / "submitted" / student).mkdir(parents=True)
        next(item for item in EVERY if item.name == name).hand_in(course / "submitted" / student / LESSON)
    nbgrader(course, "autograde", LESSON)
    return course


def test_nbgrader_itself_gets_through_the_batch(batch):
    with Gradebook(f"sqlite:///{batch}/gradebook.db") as gradebook:
        scores = {item.student.id: item.score for item in gradebook.assignment_submissions(LESSON)}
    assert scores == {"ann": 0, "cat": 0, "dee": 1}
    assert read_ledger(batch, LESSON)["bob"]["status"] == "not graded"

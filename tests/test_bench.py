"""The bench runs from end to end on a tiny class. What it measures is not asserted: machines differ."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from submissions import ROOT

from autograder.engine.exercise import exercises_of
from bench.classes import EXERCISES, answers, students


def test_the_bench_knows_every_exercise_of_its_lesson():
    assert set(EXERCISES) == set(exercises_of("tensors"))


def test_its_class_is_mixed_and_the_same_each_time():
    assert len(answers("s0000")) == len(EXERCISES)
    assert answers("s0009") == {}
    sources = {source for student in students(8) for source in answers(student).values()}
    assert len(sources) == 2 * len(EXERCISES)
    assert answers("s0005") == answers("s0005")


@pytest.mark.slow
def test_a_quick_bench_measures_stock_and_ours(tmp_path):
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "bench", "--quick", "--json", str(file)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr
    rows = {row["name"].partition(",")[0]: row for row in json.loads(file.read_text())["rows"]}
    assert set(rows) == {"stock nbgrader", "ours"}
    for row in rows.values():
        assert row["rate"] > 0
        assert row["cpu"] > 0
        assert row["peak_mb"] > row["own_peak_mb"] > 0
        assert 0.3 < row["score"] < 0.9

"""The bench runs from end to end on a tiny class. What it measures is not asserted: machines differ."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from patience import WHOLE_CLASS
from submissions import ROOT

from autograder.engine.catalogue import own_catalogue
from bench.classes import EXERCISES, IMPORTS, answers, stock_lesson, students


def test_the_bench_knows_every_exercise_of_its_lesson():
    assert set(EXERCISES) == set(own_catalogue().topic("tensors").exercises())


def test_its_class_is_mixed_and_the_same_each_time():
    assert len(answers("s0000")) == len(EXERCISES)
    assert answers("s0009") == {}
    sources = {source for student in students(8) for source in answers(student).values()}
    assert len(sources) == 2 * len(EXERCISES)
    assert answers("s0005") == answers("s0005")


def test_answers_only_are_the_whole_lesson_without_what_it_demonstrates():
    whole, answers_only = ([cell.source for cell in stock_lesson(form).cells] for form in (True, False))
    assert set(answers_only) - {IMPORTS} < set(whole)
    assert all(any(f"def {name}(" in source for source in answers_only) for name in EXERCISES)


@pytest.mark.slow
def test_a_quick_bench_measures_stock_and_ours(tmp_path):
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "bench", "--quick", "--json", str(file)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WHOLE_CLASS, check=False)
    assert run.returncode == 0, run.stderr
    rows = {row["name"].partition(",")[0]: row for row in json.loads(file.read_text())["rows"]}
    assert set(rows) == {"stock nbgrader", "ours"}
    for row in rows.values():
        assert row["rate"] > 0
        assert row["cpu"] > 0
        assert row["peak_mb"] > row["own_peak_mb"] > 0
        assert 0.3 < row["score"] < 0.9

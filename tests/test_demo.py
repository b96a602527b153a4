"""The demo, as a newcomer runs it, and the one verdict on each of its submissions."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from patience import WHOLE_CLASS

from autograder.grading.demo import demo_class, why
from autograder.grading.ledger import read_ledger

# (lesson, student) → exercise → what the verdict must say
EXPECTED = {
    ("01_tensors", "chen"): {"seeded_normal": "global stream"},
    ("01_tensors", "dana"): {"standardize_": "only gives it the name x", "to_numpy": "detach"},
    ("01_tensors", "emil"): {"one_hot": "torch.nn.functional.one_hot"},
    ("04_autograd", "ben"): {"sgd_step": "version counter", "accumulated_gradient": "cleared before it"},
    ("04_autograd", "chen"): {"vjp": "`backward` adds", "Sigmoid": "attribute of `ctx`"},
    ("11_attention", "ben"): {"attention": "√d"},
    ("11_attention", "chen"): {"attention": "softmax"},
    ("11_attention", "dana"): {"attention": "mask"},
    ("11_attention", "emil"): {"combine_masks": "ended the process"},
    ("11_attention", "goran"): {"attention": "not defined"},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demo and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    command = [sys.executable, "-m", "autograder", "demo", "--folder", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=WHOLE_CLASS, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    return folder, run.stdout


@pytest.mark.slow
def test_the_class_has_at_least_twelve_submissions_of_several_lessons():
    submissions = demo_class()
    assert len(submissions) >= 12
    assert len({item.lesson for item in submissions}) >= 2


@pytest.mark.slow
def test_every_submission_is_decided(demo):
    folder, printed = demo
    for item in demo_class():
        entry = read_ledger(folder, item.lesson)[item.student]
        assert entry["status"] == ("not graded" if item.damage else "graded")
        assert item.student in printed


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "student"), EXPECTED)
def test_what_is_wrong_is_named(demo, lesson, student):
    rows = {row["exercise"]: row for row in read_ledger(demo[0], lesson)[student]["exercises"]}
    for exercise, words in EXPECTED[lesson, student].items():
        assert rows[exercise]["state"] == "wrong"
        assert words in " ".join([*rows[exercise]["misunderstandings"], *rows[exercise]["notes"]])
    others = [row for name, row in rows.items() if name not in EXPECTED[lesson, student]]
    assert {row["state"] for row in others} <= {"right", "not attempted"}, why(read_ledger(demo[0], lesson)[student])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "student"), [("01_tensors", "ada"), ("11_attention", "ada"), ("11_attention", "fatima")]
)
def test_what_is_right_earns_all(demo, lesson, student):
    assert why(read_ledger(demo[0], lesson)[student]) == ["all right"]


@pytest.mark.slow
def test_a_blank_earns_nothing(demo):
    rows = read_ledger(demo[0], "01_tensors")["fatima"]["exercises"]
    assert {(row["state"], row["earned"]) for row in rows} == {("not attempted", 0)}


@pytest.mark.slow
def test_there_are_feedback_pages_and_an_export(demo):
    folder, _ = demo
    graded = [item for item in demo_class() if not item.damage]
    for item in graded:
        assert (folder / "feedback" / item.student / item.lesson / f"{item.lesson}.html").exists()
    with (folder / "grades.csv").open() as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    assert all(rows[item.lesson, item.student]["status"] == "graded" for item in graded)
    assert float(rows["11_attention", "ben"]["score"]) < float(rows["11_attention", "ada"]["score"])

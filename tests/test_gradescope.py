"""Gradescope's results.json, as the command writes it for one notebook."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from courses import run
from nbformat import NotebookNode
from submissions import solved, submission
from toy import DOUBLES

LESSON = DOUBLES
pytestmark = pytest.mark.slow


def graded(folder: Path, notebook: NotebookNode | str, *words: str) -> tuple[int, dict, str]:
    """The command's exit status, what it wrote, and what it said."""
    file = folder / "submission.ipynb"
    file.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook))
    done = run(folder, "autograder", "gradescope", str(file), "--out", "results.json", "--bare", *words)
    return done.returncode, json.loads((folder / "results.json").read_text()), done.stderr


def test_a_right_answer_passes_its_test(tmp_path):
    status, results, _ = graded(tmp_path, solved(LESSON))
    (test,) = results["tests"]
    assert status == 0
    assert (test["name"], test["score"], test["max_score"], test["status"]) == ("double", 1, 1, "passed")
    assert (test["output_format"], test["visibility"]) == ("html", "visible")
    assert "score" not in results  # Gradescope adds up the tests


def test_a_wrong_answer_has_its_card_and_a_seed_that_replays_it(tmp_path):
    status, results, _ = graded(tmp_path, submission(LESSON, double="def double(x):\n    return x ** 2"))
    assert status == 0
    assert (results["tests"][0]["score"], results["tests"][0]["status"]) == (0, "failed")
    assert "squared" in results["tests"][0]["output"]
    again = graded(
        tmp_path,
        submission(LESSON, double="def double(x):\n    return x ** 2"),
        "--seed",
        str(results["extra_data"]["seed"]),
    )
    assert again[1]["tests"] == results["tests"]


@pytest.mark.parametrize(
    "content", ['{"cells": [', "", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}']
)
def test_what_is_no_notebook_of_ours_is_not_graded_and_gets_no_zero(tmp_path, content):
    status, results, said = graded(tmp_path, content)
    assert status == 1
    assert results["output"].startswith("Not graded: ")
    assert "Not graded: " in said
    assert "Traceback" not in said
    assert not {"score", "tests"} & set(results)


def test_a_lesson_that_there_is_not_is_our_fault_and_no_zero(tmp_path):
    status, results, said = graded(tmp_path, solved(LESSON), "--lesson", "99_nothing")
    assert (status, set(results) & {"score", "tests"}) == (1, set())
    assert "no lesson is called '99_nothing'" in said


def test_an_empty_folder_is_not_graded(tmp_path):
    done = run(tmp_path, "autograder", "gradescope", str(tmp_path), "--out", "results.json")
    assert done.returncode == 1
    assert "holds 0 notebooks" in json.loads((tmp_path / "results.json").read_text())["output"]

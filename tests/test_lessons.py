"""Every lesson, run top to bottom in a real kernel: solved and silent, blank and kind, twice the same."""

from __future__ import annotations

import re
import subprocess

import pytest
from nbformat import NotebookNode
from run_all import run_all
from submissions import ROOT, released, solved

LESSONS = sorted(path.stem for path in (ROOT / "solutions").glob("[0-9][0-9]_*.py"))
EXPECTED_OF_BLANKS = {"NotImplementedError", "BlankOnRanks", "CheckFailed"}


def twice(commit: str) -> list[str]:
    """The third of the lessons that a commit runs twice; without a commit, all of them."""
    return [lesson for place, lesson in enumerate(LESSONS) if not commit or (int(commit, 16) + place) % 3 == 0]


def commit() -> str:
    """What is checked out; empty in a folder without git."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def outputs(notebook: NotebookNode) -> list[tuple[str, dict]]:
    """The outputs of a notebook with the id of their cell."""
    return [(cell.id, output) for cell in notebook.cells for output in cell.get("outputs", [])]


def texts(notebook: NotebookNode) -> list[tuple[str, str]]:
    """What cells printed and displayed as text, without what differs by nature: addresses and widgets' names."""
    found = []
    for identity, output in outputs(notebook):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        found.append((identity, re.sub(r"0x[0-9a-f]+|model_id='\w+'", "…", text)))
    return found


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def solved_run(lesson, tmp_path_factory) -> NotebookNode:
    return run_all(solved(lesson), tmp_path_factory.mktemp("solved"))


@pytest.mark.slow
def test_the_solved_lesson_runs_without_an_error_or_a_word_on_stderr(solved_run):
    loud = [
        (identity, output)
        for identity, output in outputs(solved_run)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert loud == []


@pytest.mark.slow
def test_the_solved_lesson_shows_the_same_twice(solved_run, lesson, tmp_path):
    if lesson not in (chosen := twice(commit())):
        pytest.skip(f"solved lessons run once, and in this commit twice: {', '.join(chosen)}")
    once, again = (
        [(identity, text) for identity, text in texts(run) if identity != "progress"]  # it knows the lessons before
        for run in (solved_run, run_all(solved(lesson), tmp_path))
    )
    assert once == again


def test_three_commits_in_a_row_would_run_every_lesson_twice_and_no_commit_all():
    assert sorted(lesson for number in range(3) for lesson in twice(f"{number:x}")) == LESSONS
    assert twice("") == LESSONS


@pytest.mark.slow
def test_every_check_of_the_solved_lesson_is_right(solved_run):
    cards = {
        identity: output.data["text/plain"] for identity, output in outputs(solved_run) if identity.startswith("check-")
    }
    assert cards
    assert [card for card in cards.values() if not card.startswith("✓")] == []


@pytest.mark.slow
def test_the_blank_lesson_fails_only_where_an_answer_is_missing(lesson, tmp_path):
    blank = run_all(released(lesson), tmp_path)
    errors = [(identity, output) for identity, output in outputs(blank) if output.output_type == "error"]
    unexpected = [error for error in errors if error[1].ename not in EXPECTED_OF_BLANKS]
    assert unexpected == []
    marked = {cell.id for cell in blank.cells if "raises-exception" in cell.metadata.get("tags", [])}
    assert {identity for identity, _ in errors} <= marked, (
        "Run All in JupyterLab stops at a cell that fails without the tag raises-exception"
    )


@pytest.mark.slow
def test_no_answer_is_left_in_the_students_notebook(lesson):
    sources = "\n".join(cell.source for cell in released(lesson).cells)
    assert "SOLUTION" not in sources
    answers = [cell.source for cell in solved(lesson).cells if cell.id.startswith("exercise-")]
    assert answers
    assert not [answer for answer in answers if answer in sources]


def test_every_link_to_another_lesson_leads_somewhere(lesson):
    links = re.findall(r"\]\((\.\.?/[^)]+)\)", "\n".join(cell.source for cell in released(lesson).cells))
    folder = ROOT / "notebooks" / lesson
    assert [link for link in links if not (folder / link).exists()] == []

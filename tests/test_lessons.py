"""Every lesson, run top to bottom in a real kernel: solved and silent, blank and kind, twice the same."""

from __future__ import annotations

import re
import warnings

import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from submissions import ROOT, released, solved

LESSONS = sorted(path.stem for path in (ROOT / "solutions").glob("[0-9][0-9]_*.py"))
EXPECTED_OF_BLANKS = {"NotImplementedError", "BlankOnRanks", "CheckFailed"}


def run(notebook: NotebookNode, folder) -> NotebookNode:
    """Runs every cell, as Run All does, errors or not."""
    with warnings.catch_warnings():
        # nbclient leaves its event loop to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        NotebookClient(
            notebook,
            timeout=120,
            allow_errors=True,
            coalesce_streams=True,
            resources={"metadata": {"path": str(folder)}},
        ).execute()
    return notebook


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
    return run(solved(lesson), tmp_path_factory.mktemp("solved"))


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
    assert texts(solved_run) == texts(run(solved(lesson), tmp_path))


@pytest.mark.slow
def test_every_check_of_the_solved_lesson_is_right(solved_run):
    cards = {
        identity: output.data["text/plain"] for identity, output in outputs(solved_run) if identity.startswith("check-")
    }
    assert cards
    assert [card for card in cards.values() if not card.startswith("✓")] == []


@pytest.mark.slow
def test_the_blank_lesson_fails_only_where_an_answer_is_missing(lesson, tmp_path):
    blank = run(released(lesson), tmp_path)
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

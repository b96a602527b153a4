"""Previous · map · next: in the whole course, in a class release of a part of it, and in what comes back from there."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from submissions import ROOT, solved
from toy import DOUBLES, HALVES, built_toy

from autograder.engine.catalogue import own_catalogue
from autograder.grading.release import release
from autograder.grading.submission.repair import repair
from autograder.student.map import course
from autograder.student.navigation import navigation

TITLES = {"00_start": "Start", "01_one": "One", "05_five": "Five"}


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("00_start", "[One →](../01_one/01_one.ipynb)"),
        ("01_one", "[← Start](../00_start/00_start.ipynb) · [Course map](../00_start/00_start.ipynb)"
         " · [Five →](../05_five/05_five.ipynb)"),
        ("05_five", "[← One](../01_one/01_one.ipynb) · [Course map](../00_start/00_start.ipynb)"),
    ],
)  # fmt: skip
def test_the_way_back_to_the_map_and_on(name: str, ways: str) -> None:
    assert navigation(name, TITLES) == ways


def test_a_lesson_alone_leads_nowhere() -> None:
    assert navigation("05_five", {"05_five": "Five"}) == ""


def test_every_way_in_the_course_leads_to_a_notebook() -> None:
    for lesson in course():
        notebook = ROOT / "notebooks" / lesson.name / f"{lesson.name}.ipynb"
        ways = nbformat.read(notebook, as_version=4).cells[-1].source.splitlines()[0]
        targets = [part.partition("](")[2].rstrip(")") for part in ways.split(" · ")]
        assert targets
        assert all((notebook.parent / target).is_file() for target in targets)


def test_a_class_gets_the_ways_between_its_own_lessons(tmp_path: Path) -> None:
    release(own_catalogue(), tmp_path / "class", ["tensors", "hooks"])
    last = {
        name: nbformat.read(tmp_path / "class" / "notebooks" / name / f"{name}.ipynb", as_version=4).cells[-1].source
        for name in ("01_tensors", "07_hooks")
    }
    assert last["01_tensors"].endswith("](../07_hooks/07_hooks.ipynb)")
    assert last["07_hooks"].startswith("[← Tensors")
    assert last["07_hooks"].endswith("](../01_tensors/01_tensors.ipynb)")


def test_a_class_with_one_lesson_gets_no_cell_that_leads_nowhere(tmp_path: Path) -> None:
    release(built_toy(), tmp_path / "class", [HALVES])
    notebook = nbformat.read(tmp_path / "class" / "notebooks" / HALVES / f"{HALVES}.ipynb", as_version=4)
    assert "navigation" not in {cell.id for cell in notebook.cells}


def test_a_submission_without_the_cell_gets_it_back() -> None:
    notebook = solved(DOUBLES)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "navigation"]
    frame = nbformat.read(built_toy().root / "notebooks" / DOUBLES / f"{DOUBLES}.ipynb", as_version=4)
    made, notes = repair(nbformat.writes(notebook).encode(), frame)
    assert made.cells[-1].source == frame.cells[-1].source
    assert notes == ["Cells of the lesson that were missing and were put back: 1."]

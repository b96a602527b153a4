"""Submissions that arrive damaged: what is graded has the release's cells and the student's answers."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from submissions import ROOT, cell_of, released, solved

from autograder.grading.submission.arrival import arrived, expect_lesson
from autograder.grading.submission.incoming import MAX_CELLS, Unreadable
from autograder.grading.submission.repair import repair, repairs_cell

LESSONS = sorted(file.stem for file in ROOT.glob("solutions/*/*.ipynb") if (ROOT / "notebooks" / file.stem).is_dir())
FIRST = 'def first(x):\n    """The first."""\n    raise NotImplementedError'
SECOND = "class Second:\n    def run(self, x):\n        raise NotImplementedError"
OLDER = "The notebook came in an older format; it was brought to the present one."
BLANK = "*Write your answer here.*"
ANSWERS = {
    "exercise-first": 'def first(x):\n    """The first."""\n    y = x + 1\n    return y',
    "exercise-Second": "class Second:\n    def run(self, x):\n        return x\n\n    def two(self):\n        return 2",
    "written-why": "Because it **is**.",
}


def _marked(cell: NotebookNode, identity: str, **marks: Any) -> NotebookNode:
    cell.id = identity
    base = {
        "schema_version": 3,
        "grade_id": identity,
        "task": False,
        "grade": False,
        "solution": False,
        "locked": False,
    }
    cell.metadata = nbformat.from_dict({"nbgrader": {**base, **marks}})
    return cell


def lesson() -> NotebookNode:
    """A release with a function, a class and a written answer."""
    cells = [
        new_markdown_cell("# A lesson", id="title"),
        new_code_cell("import torch", id="imports"),
        new_markdown_cell("First.", id="prose-1"),
        _marked(new_code_cell(FIRST), "exercise-first", solution=True),
        _marked(new_code_cell("check(first)"), "check-first", grade=True, locked=True, points=1),
        new_code_cell("print(first(1))", id="demo"),
        _marked(new_code_cell(SECOND), "exercise-Second", solution=True),
        _marked(new_code_cell("check(Second)"), "check-Second", grade=True, locked=True, points=2),
        new_markdown_cell("Why?", id="prose-2"),
        _marked(new_markdown_cell(BLANK), "written-why", grade=True, solution=True, points=3),
        new_code_cell("Second = torch.nn.Identity", id="library"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def handed_in() -> NotebookNode:
    """The lesson with all answers, undamaged."""
    notebook = lesson()
    for identity, source in ANSWERS.items():
        cell_of(notebook, identity).source = source
    return notebook


def repaired(notebook: Any) -> tuple[NotebookNode, list[str]]:
    made, notes = repair(json.dumps(notebook).encode(), lesson())
    nbformat.validate(made)
    return made, notes


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def without_names(notebook: NotebookNode) -> NotebookNode:
    """As another program writes it: no ids, no metadata."""
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        del cell["id"]
    return notebook


# -- nothing to repair


@pytest.mark.parametrize("name", LESSONS)
def test_a_clean_submission_is_the_release_with_its_answers(name):
    expected = released(name)
    for cell in expected.cells:
        cell.source = cell_of(solved(name), cell.id).source
    made, notes = repair(ROOT / "solutions" / name / f"{name}.ipynb", released(name))
    assert notes == []
    assert made == expected


def test_a_release_handed_in_as_it_was_is_itself():
    made, notes = repaired(lesson())
    assert (made, notes) == (lesson(), [])


def test_own_cells_stay_where_they_were_and_bring_nothing_along():
    notebook = handed_in()
    own = new_code_cell("helper = 1", metadata={"tags": ["x"]}, outputs=[nbformat.v4.new_output("stream", text="…")])
    notebook.cells[3:3] = [own, new_markdown_cell("A thought.")]
    made, notes = repaired(notebook)
    assert notes == []
    assert [cell.id for cell in made.cells[2:6]] == ["prose-1", "own-1", "own-2", "exercise-first"]
    assert made.cells[3] == new_code_cell("helper = 1", id="own-1")


def test_an_image_pasted_into_a_written_answer_is_kept_and_script_is_not():
    notebook = handed_in()
    picture = {"image/png": "aGk=", "image/svg+xml": "<svg onload=alert(1)>", "image/gif": "<b>"}
    cell_of(notebook, "written-why")["attachments"] = {"a.png": picture, "b": [], "c": {"text/html": "<b>"}}
    made, _ = repaired(notebook)
    assert cell_of(made, "written-why").attachments == {"a.png": {"image/png": "aGk="}}


# -- where answers are found


def test_what_lost_all_names_is_found_by_what_it_defines():
    made, notes = repaired(without_names(handed_in()))
    assert sources(made) == sources(handed_in())
    assert "The cell of `first` had lost its id; it was found by the name that it defines." in notes
    assert "The written answer `why` had lost its id; it was found by its place." in notes


@pytest.mark.parametrize("keep", ["id", "grade_id", "colab"])
def test_one_name_that_survived_is_enough(keep):
    notebook = handed_in()
    for cell in notebook.cells:
        identity = cell.id
        if keep != "grade_id":
            cell.metadata = NotebookNode({"id": identity} if keep == "colab" else {})
        if keep != "id":
            del cell["id"]
    made, notes = repaired({**notebook, "nbformat_minor": 5 if keep == "id" else 0})
    assert made.cells == handed_in().cells
    assert notes == ([] if keep == "id" else [OLDER])


def test_an_answer_in_a_cell_of_its_own_replaces_the_blank():
    notebook = lesson()
    notebook.cells[4:4] = [new_code_cell("def first(x):\n    return 1"), new_code_cell("def first(x):\n    return 2")]
    made, notes = repaired(notebook)
    assert cell_of(made, "exercise-first").source == "def first(x):\n    return 2"
    assert "`first` was not written in its own cell; the cell that defines it was used." in notes
    assert "`first` stood there more than once; the last cell that is not blank was used." in notes


def test_a_cell_with_magics_or_a_slip_is_still_found():
    notebook = without_names(handed_in())
    notebook.cells[3].source = "%%time\ndef first(x):\n    !ls\n    return 1"
    notebook.cells[6].source = "class Second:\n    def run(self x):\n        return x"
    made, _ = repaired(notebook)
    assert cell_of(made, "exercise-first").source == notebook.cells[3].source
    assert cell_of(made, "exercise-Second").source == notebook.cells[6].source


def test_a_lambda_counts_but_a_definition_counts_more():
    notebook = lesson()
    notebook.cells += [new_code_cell("first = lambda x: 1")]
    assert cell_of(repaired(notebook)[0], "exercise-first").source == "first = lambda x: 1"
    notebook.cells[4:4] = [new_code_cell("def first(x):\n    return 2")]
    assert "return 2" in cell_of(repaired(notebook)[0], "exercise-first").source


def test_the_librarys_version_that_the_lesson_hands_over_is_no_answer():
    notebook = lesson()
    cell_of(notebook, "library").source += "  # edited"
    made, _ = repaired(notebook)
    assert cell_of(made, "exercise-Second").source == SECOND


def test_another_exercises_helper_is_no_answer_while_the_own_cell_is_there():
    notebook = handed_in()
    cell_of(notebook, "exercise-first").source = FIRST
    cell_of(notebook, "exercise-Second").source += "\n\ndef first(x):\n    return 3"
    assert cell_of(repaired(notebook)[0], "exercise-first").source == FIRST


def test_two_exercises_merged_into_one_cell_are_both_answered():
    notebook = handed_in()
    merged = "\n\n".join([ANSWERS["exercise-first"], "check(first)", ANSWERS["exercise-Second"]])
    cell_of(notebook, "exercise-Second").source = merged
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("exercise-first", "check-first", "demo")]
    made, notes = repaired(notebook)
    assert cell_of(made, "exercise-first").source == cell_of(made, "exercise-Second").source == merged
    assert "The check of `first` was missing; it was put back." in notes


def test_an_answer_written_into_the_check_cell_is_found():
    notebook = lesson()
    cell_of(notebook, "check-first").source = "def first(x):\n    return 4\ncheck(first)"
    made, notes = repaired(notebook)
    assert "return 4" in cell_of(made, "exercise-first").source
    assert cell_of(made, "check-first").source == "check(first)"
    assert "The check of `first` had been edited; the lesson's own was used." in notes


@pytest.mark.parametrize("kind", ["markdown", "raw", "nonsense", None, ["code"]])
@pytest.mark.parametrize("named", [True, False])
def test_a_retyped_cell_is_taken_as_code(kind, named):
    notebook = handed_in() if named else without_names(handed_in())
    notebook.cells[3]["cell_type"] = kind
    made, notes = repaired(notebook)
    assert cell_of(made, "exercise-first").source == ANSWERS["exercise-first"]
    assert "The cell of `first` was no longer a code cell; it was taken as one." in notes


def test_prose_in_an_exercises_cell_is_no_answer():
    notebook = handed_in()
    notebook.cells[3] = new_markdown_cell("I could not do it.", id="exercise-first")
    made, notes = repaired(notebook)
    assert cell_of(made, "exercise-first").source == FIRST
    assert "I could not do it." in sources(made)
    assert "The cell of `first` no longer held its code; the lesson's blank one stands in its place." in notes


def test_duplicates_leave_one_and_the_helper_of_an_earlier_version():
    notebook = handed_in()
    old = "def helper(x):\n    return x\n\ndef first(x):\n    return helper(x)"
    notebook.cells[3:3] = [
        _marked(new_code_cell(source), "exercise-first") for source in (FIRST, "def first(x): 1", old)
    ]
    made, notes = repaired(notebook)
    assert [cell.source for cell in made.cells if "def first" in cell.source] == [old, ANSWERS["exercise-first"]]
    assert "`first` stood there more than once; the last cell that is not blank was used." in notes


def test_a_definition_that_does_not_run_leaves_the_one_before():
    notebook = handed_in()
    notebook.cells[4:4] = [_marked(new_code_cell("def first(x:\n    return"), "exercise-first")]
    assert cell_of(repaired(notebook)[0], "exercise-first").source == ANSWERS["exercise-first"]


# -- split answers


@pytest.mark.parametrize("named", ["upper", "lower", "both"])
def test_an_answer_split_inside_its_block_is_joined(named):
    notebook = handed_in()
    lines = ANSWERS["exercise-first"].split("\n")
    upper, lower = new_code_cell("\n".join(lines[:2])), new_code_cell("\n".join(lines[2:]))
    for cell, name in ((upper, "upper"), (lower, "lower")):
        if named in (name, "both"):
            _marked(cell, "exercise-first", solution=True)
    notebook.cells[3:4] = [upper, lower]
    made, notes = repaired(notebook)
    assert cell_of(made, "exercise-first").source == ANSWERS["exercise-first"]
    assert len(made.cells) == len(lesson().cells)
    assert "The answer to `first` had been split; the parts were joined." in notes


def test_an_answer_split_between_statements_runs_in_order():
    notebook = handed_in()
    own = cell_of(notebook, "exercise-first")
    own.source = "import math"
    notebook.cells[4:4] = [new_code_cell("def first(x):\n    return x"), new_code_cell("first.ready = True")]
    made, _ = repaired(notebook)
    at = sources(made).index("check(first)")
    assert sources(made)[at - 3 : at] == ["import math", "def first(x):\n    return x", "first.ready = True"]
    assert made.cells[at - 2].id == "exercise-first"


def test_what_stood_before_an_answer_at_the_end_comes_back_with_it():
    notebook = handed_in()
    notebook.cells[3].source = FIRST
    notebook.cells += [
        new_code_cell("def helper(x):\n    return x"),
        new_code_cell("def first(x):\n    return helper(x)"),
    ]
    made, _ = repaired(notebook)
    at = sources(made).index("check(first)")
    assert sources(made)[at - 2] == "def helper(x):\n    return x"
    assert "return helper(x)" in sources(made)[at - 1]


# -- the lesson's own cells


def test_edited_deleted_moved_and_copied_cells_of_the_lesson_are_the_releases():
    notebook = handed_in()
    cell_of(notebook, "imports").source = "import torch, math"
    cell_of(notebook, "check-first").source = "print('✓ 1 of 1 point')"
    cell_of(notebook, "check-Second").metadata.nbgrader.points = 100
    notebook.cells = [*notebook.cells[1:2], *notebook.cells[3:], notebook.cells[2], new_code_cell("print(first(1))")]
    made, notes = repaired(notebook)
    assert [cell.id for cell in made.cells] == ["title", "imports", "own-1", *[cell.id for cell in lesson().cells[2:]]]
    assert cell_of(made, "own-1").source == "import torch, math"
    assert cell_of(made, "check-Second").metadata.nbgrader.points == 2
    assert notes == [
        "The check of `first` had been edited; the lesson's own was used.",
        "The points of `Second` had been changed; the lesson's own count.",
        "Cells of the lesson that were missing and were put back: 1.",
        "Cells of the lesson that had been edited and stand after the lesson's own: 1.",
        "Cells of the lesson that stood there more than once; one of each was kept: 1.",
        "Some of the lesson's cells had been moved; the lesson's order was used.",
    ]


def test_what_was_deleted_is_blank():
    notebook = handed_in()
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ANSWERS]
    made, notes = repaired(notebook)
    assert sources(made) == sources(lesson())
    assert "The cell of `first` was missing; the lesson's blank one stands in its place." in notes
    assert "The written answer `why` was missing; the lesson's blank one stands in its place." in notes


def test_another_kernel_and_other_metadata_are_the_releases():
    notebook = handed_in()
    notebook.metadata = NotebookNode({"kernelspec": {"name": "ir", "language": "R"}, "repairs": ["forged"]})
    made, notes = repaired(notebook)
    assert made.metadata == lesson().metadata
    assert notes == ["The notebook asked for another kernel; it was graded with the lesson's."]


def test_format_3_is_brought_up():
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["A lesson"]},
        {"cell_type": "code", "language": "python", "input": ANSWERS["exercise-first"].splitlines(True), "outputs": []},
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    made, notes = repaired(old)
    assert cell_of(made, "exercise-first").source == ANSWERS["exercise-first"]
    assert notes[0] == OLDER


def test_notes_are_shown_without_markup():
    cell = repairs_cell(["`<b>`"])
    assert cell.id == "repairs"
    assert "&lt;b&gt;" in cell.source


# -- what cannot be read


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"cells": [', "not JSON"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 200_000, "nested"),
        (b"[]," * 1_100_000, "too many parts"),
        (b"[1, 2]", "other JSON"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "none of this lesson"),
        (b'{"cells": [1, null, "x", []]}', "none of this lesson"),
        (b'{"worksheets": [1, {"cells": {}}]}', "none of this lesson"),
        (json.dumps({"cells": [{}] * (MAX_CELLS + 1)}).encode(), "more than 5,000 cells"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "x=1;" * 5_000}] * 51}).encode(), "MB of text"),
        (b" " * 20_000_001, "larger than 20 MB"),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(Unreadable, match=reason):
        repair(data, lesson())


def test_another_lesson_is_none_of_this_one():
    """The first cells of all lessons are alike."""
    other = new_notebook(cells=[new_code_cell("import torch", id="imports"), new_code_cell("def other(): 1")])
    with pytest.raises(Unreadable, match="none of this lesson's exercises"):
        repaired(other)


def test_only_a_plain_file_is_opened(tmp_path):
    (tmp_path / "file").write_bytes(json.dumps(handed_in()).encode())
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, reason in {
        "link": "symbolic link",
        "folder": "folder",
        "pipe": "pipe",
        "none": "cannot be opened",
    }.items():
        with pytest.raises(Unreadable, match=reason):
            repair(tmp_path / name, lesson())
    with pytest.raises(Unreadable, match="larger than"):
        repair(tmp_path / "file", lesson(), max_bytes=100)
    assert repair(tmp_path / "file", lesson()) == (handed_in(), [])


@pytest.mark.parametrize(
    "wrong",
    [None, 5, "text", [], [[]], {}, {"nbgrader": []}, {"nbgrader": {"grade_id": [], "points": "∞"}}, True, 1e308],
)
def test_values_of_wrong_types_are_passed_over(wrong):
    notebook = json.loads(json.dumps(handed_in()))
    strange = {
        "cell_type": wrong,
        "id": wrong,
        "source": wrong,
        "metadata": wrong,
        "outputs": wrong,
        "attachments": wrong,
    }
    notebook["cells"] += [strange, wrong]
    for cell in notebook["cells"][:11]:
        cell["metadata"], cell["outputs"] = wrong, wrong
    notebook["metadata"] = {"kernelspec": {"name": "python3"}, "language_info": wrong}
    made, _ = repaired(notebook)
    assert [cell for cell in made.cells if not cell.id.startswith("own-")] == handed_in().cells


def test_halves_of_characters_do_not_reach_a_file():
    data = json.dumps(handed_in()).replace("y = x + 1", "y = '\\ud800'").encode()
    made, _ = repair(data, lesson())
    nbformat.writes(made).encode("utf-8")
    assert "y = '?'" in cell_of(made, "exercise-first").source


@pytest.mark.parametrize(
    "source", ["(" * 29_000, "a.b" * 9_000, "1+" * 14_000 + "1", "x=0x" + "f" * 9_000, "\0", "'\\d'"]
)
def test_hostile_code_does_not_hurt_the_reader(source):
    notebook = handed_in()
    notebook.cells[3].source = f"{source}\ndef first(x):\n    return 1"
    made, _ = repaired(notebook)
    assert cell_of(made, "exercise-first").source == notebook.cells[3].source


# -- which file


def test_the_only_notebook_is_taken_under_whatever_name(tmp_path):
    expected = tmp_path / "00_start_here.ipynb"
    renamed = tmp_path / "00_start_here (1).ipynb"
    found = [str(renamed)]
    expect_lesson(assignment="00_start_here", student="*", notebooks=found)
    assert found == [str(renamed), str(expected)]
    renamed.touch()
    assert arrived(expected)[0] == renamed
    (tmp_path / "<b>.ipynb").touch()
    with pytest.raises(Unreadable, match="holds 2 notebooks"):
        arrived(expected)
    expected.touch()
    assert arrived(expected) == (
        expected,
        ["The folder held other notebooks too; only `00_start_here.ipynb` was read."],
    )


# -- any damage


def _delete(cells: list[Any], at: int) -> None:
    del cells[at]


def _duplicate(cells: list[Any], at: int) -> None:
    cells.insert(at + 1, deepcopy(cells[at]))


def _copy_to_the_end(cells: list[Any], at: int) -> None:
    cells.append({**deepcopy(cells[at]), "id": "a-copy"})


def _move(cells: list[Any], at: int) -> None:
    cells.insert((7 * at) % len(cells), cells.pop(at))


def _retype(cells: list[Any], at: int) -> None:
    cells[at]["cell_type"] = {"code": "raw", "raw": "markdown"}.get(cells[at]["cell_type"], "code")


def _strip_metadata(cells: list[Any], at: int) -> None:
    cells[at]["metadata"] = {}


def _strip_id(cells: list[Any], at: int) -> None:
    cells[at].pop("id", None)


def _split(cells: list[Any], at: int) -> None:
    lines = cells[at]["source"].split("\n")
    lower = {**deepcopy(cells[at]), "source": "\n".join(lines[len(lines) // 2 :])}
    cells[at]["source"] = "\n".join(lines[: len(lines) // 2])
    cells.insert(at + 1, lower)


def _change_points(cells: list[Any], at: int) -> None:
    cells[at].get("metadata", {}).get("nbgrader", {})["points"] = 99


DAMAGE = [_delete, _duplicate, _copy_to_the_end, _move, _retype, _strip_metadata, _strip_id, _split, _change_points]


@given(st.lists(st.tuples(st.sampled_from(DAMAGE), st.integers(0, 10_000)), max_size=12))
def test_whatever_happened_the_frame_is_the_releases_and_intact_answers_are_in_it(steps):
    notebook = json.loads(json.dumps(handed_in()))
    cells = notebook["cells"]
    split = set()
    for damage, where in steps:
        if cells:
            at = where % len(cells)
            split |= {cells[at]["source"]} if damage is _split else set()
            damage(cells, at)
    intact = {
        identity for identity, source in ANSWERS.items()
        if source not in split and any(_holds(cell, identity, source) for cell in cells)
    }  # fmt: skip
    try:
        made, _ = repaired(notebook)
    except Unreadable:
        assert not intact
        return
    assert [_frame(cell) for cell in made.cells if not cell.id.startswith("own-")] == [
        _frame(c) for c in lesson().cells
    ]
    assert len({cell.id for cell in made.cells}) == len(made.cells)
    for identity in intact:
        assert cell_of(made, identity).source == ANSWERS[identity]
    written = {line.strip() for cell in cells for line in cell["source"].split("\n")}
    assert written <= {line.strip() for cell in made.cells for line in cell.source.split("\n")} | {""}


def _holds(cell: dict[str, Any], identity: str, source: str) -> bool:
    """Code is known by what it defines; a text needs a name."""
    named = identity in (cell.get("id"), cell["metadata"].get("nbgrader", {}).get("grade_id"))
    return cell["source"] == source and (named or not identity.startswith("written"))


def _frame(cell: NotebookNode) -> tuple[Any, ...]:
    return cell.id, cell.cell_type, cell.metadata, "" if cell.id in ANSWERS else cell.source

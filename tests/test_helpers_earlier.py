"""What a lesson takes over from an earlier one: the student's where it stands, else the library's."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from nbformat import write
from submissions import released, solved

from autograder.engine.catalogue import UnknownExercise
from helpers.earlier import earlier
from helpers.heads import NAMES, LibraryHeads

LESSON, NAME = "11_attention", "MultiHeadAttention"


@pytest.fixture
def handed_in(tmp_path, monkeypatch):
    """Lays a notebook of lesson 11 beside the folder that one works in."""
    (tmp_path / "12_here").mkdir()
    monkeypatch.chdir(tmp_path / "12_here")

    def lay(notebook) -> Path:
        file = tmp_path / LESSON / f"{LESSON}.ipynb"
        file.parent.mkdir()
        write(notebook, file)
        return file

    return lay


def changed(old: str, new: str):
    """The solved lesson with a change in the answer."""
    notebook = solved(LESSON)
    cell = next(cell for cell in notebook.cells if cell.id == f"exercise-{NAME}")
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    return notebook


def test_a_right_answer_comes_along(handed_in, capsys):
    handed_in(solved(LESSON))
    assert earlier(NAME, LibraryHeads).__name__ == NAME
    assert capsys.readouterr().out == "MultiHeadAttention: yours, from lesson 11.\n"


@pytest.mark.parametrize(
    "notebook",
    [
        lambda: released(LESSON),
        lambda: changed("transpose(-3, -2).flatten(-2)", "flatten(-2)"),
        lambda: changed("super().__init__()", "super().__init__("),
    ],
    ids=["blank", "wrong", "no Python"],
)  # fmt: skip
def test_what_is_not_right_stays_where_it_is(handed_in, capsys, notebook):
    handed_in(notebook())
    assert earlier(NAME, LibraryHeads) is LibraryHeads
    assert "not written yet, or not yet right" in capsys.readouterr().out


def test_without_a_notebook_the_librarys_serves(handed_in, capsys):
    assert earlier(NAME, LibraryHeads) is LibraryHeads
    handed_in(released(LESSON)).write_text('{"cells": [', encoding="utf-8")
    assert earlier(NAME, LibraryHeads) is LibraryHeads
    assert capsys.readouterr().out.count("no notebook beside this one") == 2


def test_a_name_that_no_exercise_has():
    with pytest.raises(UnknownExercise):
        earlier("MultiHeadAttenton", LibraryHeads)


@pytest.mark.parametrize("shape", [(2, 5), (1, 3, 5), (4, 3, 5), (4, 1, 5), None])
def test_the_librarys_heads_do_what_the_lessons_do(handed_in, shape):
    handed_in(solved(LESSON))
    torch.manual_seed(0)
    mine, library = earlier(NAME, LibraryHeads)(12, 3).double(), LibraryHeads(12, 3).double()
    library.load_state_dict(mine.state_dict())
    mask = None if shape is None else torch.rand(shape) < 0.5
    if mask is not None:
        mask[..., 0, :] = False
    rows = 2 if shape == (2, 5) else 3
    query, key, value = (
        torch.randn(4, rows, 12).double(),
        torch.randn(4, 5, 12).double(),
        torch.randn(4, 5, 12).double(),
    )
    torch.testing.assert_close(library(query, key, value, mask), mine(query, key, value, mask))
    if shape in (None, (2, 5)):
        torch.testing.assert_close(library(query[0], key[0], value[0], mask), mine(query[0], key[0], value[0], mask))


def test_the_librarys_heads_have_the_lessons_names():
    assert {name.partition(".")[0] for name, _ in LibraryHeads(8, 2).named_parameters()} == set(NAMES)

"""Makes submissions for tests: a release notebook with answers written into it."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from toy import built_toy, is_toy

from autograder.engine.catalogue import Catalogue, own_catalogue

ROOT = Path(__file__).resolve().parents[1]


def catalogue_of(lesson: str) -> Catalogue:
    """The course that a lesson is part of: the toy course, or ours."""
    return built_toy() if is_toy(lesson) else own_catalogue()


def released(lesson: str) -> NotebookNode:
    """What a student gets."""
    return nbformat.read(catalogue_of(lesson).root / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4)


def solved(lesson: str) -> NotebookNode:
    """The notebook with every answer."""
    return nbformat.read(catalogue_of(lesson).root / "solutions" / lesson / f"{lesson}.ipynb", as_version=4)


def cell_of(notebook: NotebookNode, identity: str) -> NotebookNode:
    """The cell with this id."""
    return next(cell for cell in notebook.cells if cell.id == identity)


def submission(lesson: str, **answers: str) -> NotebookNode:
    """The release notebook with some exercises' cells replaced by these sources."""
    notebook = released(lesson)
    for name, source in answers.items():
        cell_of(notebook, f"exercise-{name}").source = source
    return notebook


def hand_in(notebook: NotebookNode, course: Path, student: str, lesson: str) -> Path:
    """Puts a notebook where nbgrader looks for a submission."""
    file = course / "submitted" / student / lesson / f"{lesson}.ipynb"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(notebook))  # nbformat.write would mend what tests break
    return file

"""What nbgrader's marks in a cell's metadata say: the name of a cell of the lesson, and what it is there for."""

from __future__ import annotations

from nbformat import NotebookNode


def grade_id(cell: NotebookNode) -> str:
    """The name of a cell of the lesson under nbgrader; empty where it has none."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def name_of(cell: NotebookNode) -> str:
    """`attention`, for the cells `exercise-attention` and `check-attention`."""
    return grade_id(cell).partition("-")[2]


def role_of(cell: NotebookNode) -> str:
    """What a cell of the lesson is: "exercise", "check", "written"; empty for prose and the lesson's other code."""
    marks = cell.metadata.get("nbgrader", {})
    if marks.get("solution"):
        return "written" if marks.get("grade") else "exercise"
    return "check" if marks.get("grade") else ""

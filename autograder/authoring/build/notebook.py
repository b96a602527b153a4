"""The solved notebook of a lesson, nbgrader's source: every metadata entry is derived from the three header words."""

from __future__ import annotations

import ast
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlparse

import nbformat
from nbformat import NotebookNode

from autograder.authoring.lesson.parse import Cell, Lesson
from autograder.engine.exercise import DEMONSTRATION
from autograder.student.navigation import navigation

ROOT = Path(__file__).resolve().parents[3]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

BRING = """\
# On Colab, or where this notebook stands alone, this cell brings the course along. Elsewhere it does nothing.
import importlib.util
import subprocess
import sys
from pathlib import Path

for folder in [Path.cwd(), *Path.cwd().parents]:
    if (folder / "autograder" / "student").is_dir():
        sys.path.insert(0, str(folder))
        break
if importlib.util.find_spec("autograder") is None:
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", "{address}", "course"], check=True)
    sys.path.insert(0, "course")"""


def address() -> str:
    """The repository's own address, from its one place in `pyproject.toml`."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"])


def solved_notebook(lesson: Lesson, titles: Mapping[str, str]) -> NotebookNode:
    """The notebook with all answers.

    Args:
        titles: those of all lessons by their names, in the order of the course.
    """
    title, *rest = [_notebook_cell(lesson, cell, position) for position, cell in enumerate(lesson.cells)]
    bring = _code(BRING.format(address=address()), "bring")
    bring.metadata["jupyter"] = {"source_hidden": True}
    cells = [title, _links(lesson), bring, *rest, *_progress(lesson), *_navigation(lesson, titles)]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _notebook_cell(lesson: Lesson, cell: Cell, position: int) -> NotebookNode:
    identity = _cell_id(cell, position)
    if cell.kind == "markdown":
        made = nbformat.v4.new_markdown_cell(cell.source, id=identity)
    else:
        made = _code(cell.source, identity)
        if tags := _tags(lesson, cell):
            made.metadata["tags"] = tags
    if marks := _nbgrader_marks(lesson, cell, identity):
        made.metadata["nbgrader"] = marks
    return made


def _tags(lesson: Lesson, cell: Cell) -> list[str]:
    # JupyterLab's Run All goes on after a cell that may raise: a blank exercise does not hide the rest of the lesson.
    tags = ["raises-exception"] if "check" in cell.words or _uses_answers(lesson, cell) else []
    return tags if cell.words or cell.source == lesson.imports else [*tags, DEMONSTRATION]


def _nbgrader_marks(lesson: Lesson, cell: Cell, identity: str) -> dict[str, object]:
    base = {"schema_version": 3, "grade_id": identity, "task": False}
    if "exercise" in cell.words:
        return {**base, "grade": False, "solution": True, "locked": False}
    if "check" in cell.words:
        points = lesson.catalogue.find(cell.words["check"]).points
        return {**base, "grade": True, "solution": False, "locked": True, "points": points}
    if "written" in cell.words:
        return {**base, "grade": True, "solution": True, "locked": False, "points": cell.words["points"]}
    return {}


def _cell_id(cell: Cell, position: int) -> str:
    """Names for what students answer; for the rest a hash of the content, stable while the content is."""
    for word in ("exercise", "check", "written"):
        if word in cell.words:
            return f"{word}-{cell.words[word]}"
    return hashlib.sha256(f"{position}{cell.source}".encode()).hexdigest()[:12]


def _uses_answers(lesson: Lesson, cell: Cell) -> bool:
    if "exercise" in cell.words:
        return False
    names = {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
    return bool(names & set(lesson.exercises))


def _links(lesson: Lesson) -> NotebookNode:
    base = address()
    path = f"notebooks/{lesson.name}/{lesson.name}.ipynb"
    places = {
        "Colab": f"{_on_colab()}/{path}",
        "Binder": f"https://mybinder.org/v2/gh/{_repository()}/main?urlpath=lab/tree/{path}",
        "JupyterLab": base,
    }
    links = " · ".join(f"[{name}]({place})" for name, place in places.items())
    return nbformat.v4.new_markdown_cell(f"Open this lesson in {links}", id="links")


def _progress(lesson: Lesson) -> list[NotebookNode]:
    """How far one is, at the end; a lesson that shows it itself needs it no second time."""
    if any("progress()" in cell.source for cell in lesson.cells if cell.kind == "code"):
        return []
    cell = _code("from autograder import progress\n\nprogress()", "progress")
    cell.metadata["tags"] = [DEMONSTRATION]
    return [cell]


def _navigation(lesson: Lesson, titles: Mapping[str, str]) -> list[NotebookNode]:
    """Where to go from here, if anywhere. On Colab a notebook has no neighbours, so the way there is an address."""
    here = navigation(lesson.name, titles)
    if not here:
        return []
    there = navigation(lesson.name, titles, folder=f"{_on_colab()}/notebooks")
    return [nbformat.v4.new_markdown_cell(f"{here}\n\nOn Colab: {there}", id="navigation")]


def _repository() -> str:
    return urlparse(address()).path.strip("/")


def _on_colab() -> str:
    return f"https://colab.research.google.com/github/{_repository()}/blob/main"


def _code(source: str, identity: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, id=identity)

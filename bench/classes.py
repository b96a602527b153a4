"""The class that is graded: the same answers, written into each grader's form of the same lesson."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
LESSON = "01_tensors"
IMPORTS = "import numpy as np\nimport torch\nfrom torch import Tensor"
EXERCISES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("exercises.toml").read_text())


def students(count: int) -> list[str]:
    """Names whose last digit is spread evenly, so that nbgrader's patterns can divide the class."""
    return [f"s{number:04}" for number in range(count)]


def answers(student: str) -> dict[str, str]:
    """The sources of a student's answers; what is missing is blank.

    Of ten students one has everything right and one nothing; of the others' answers half are right, a quarter each
    wrong and blank.
    """
    number = int(student[1:])
    right = {name: source_of(solved(), f"exercise-{name}") for name in EXERCISES}
    if number % 10 in (0, 9):
        return right if number % 10 == 0 else {}
    chosen = {}
    for position, (name, source) in enumerate(right.items()):
        kind = (number + 3 * position) % 4
        if kind < 3:
            chosen[name] = EXERCISES[name]["wrong"].strip() if kind == 2 else source
    return chosen


def solved() -> NotebookNode:
    """The lesson with every answer."""
    return nbformat.read(ROOT / "solutions" / LESSON / f"{LESSON}.ipynb", as_version=4)


def source_of(notebook: NotebookNode, identity: str) -> str:
    return str(next(cell.source for cell in notebook.cells if cell.id == identity))


def answered(release: NotebookNode, student: str) -> NotebookNode:
    """A release with a student's answers in it."""
    notebook, chosen = copy.deepcopy(release), answers(student)
    for cell in notebook.cells:
        cell.source = chosen.get(cell.id.removeprefix("exercise-"), cell.source)
    return notebook


def hand_in(course: Path, release: Path, names: list[str]) -> None:
    """Writes the submissions of `names` where nbgrader looks for them."""
    notebook = nbformat.read(release, as_version=4)
    for name in names:
        file = course / "submitted" / name / LESSON / f"{LESSON}.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(answered(notebook, name), file)


def stock_lesson(demonstrations: bool) -> NotebookNode:
    """The lesson for stock nbgrader: each check is a cell of hidden tests.

    Args:
        demonstrations: with the lesson's own cells between the exercises; stock runs all that is there. Without
            them nothing but torch and numpy is imported, and only answers and tests run.
    """
    notebook = solved()
    kept = []
    for cell in notebook.cells:
        name = cell.id.removeprefix("check-")
        if name in EXERCISES:
            cell.source = f"### BEGIN HIDDEN TESTS\n{EXERCISES[name]['asserts'].strip()}\n### END HIDDEN TESTS"
        elif cell.cell_type == "code" and "nbgrader" not in cell.metadata and not demonstrations:
            continue
        cell.metadata.pop("tags", None)
        kept.append(cell)
    notebook.cells = [*([] if demonstrations else [new_code_cell(IMPORTS, id="imports")]), *kept]
    return notebook


def otter_notebook(student: str) -> NotebookNode:
    """A student's notebook for otter-grader: imports, answers and checks."""
    release = nbformat.read(ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
    chosen = answers(student)
    cells = [new_code_cell(f"import otter\ngrader = otter.Notebook()\n{IMPORTS}")]
    for name in EXERCISES:
        cells += [new_code_cell(chosen.get(name, source_of(release, f"exercise-{name}")))]
        cells += [new_code_cell(f"grader.check({name!r})")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=kernel)


def otter_test(name: str) -> str:
    """The source of otter-grader's test of one exercise, in its format of plain functions."""
    body = "\n".join(f"    {line}" for line in EXERCISES[name]["asserts"].strip().splitlines())
    head = "from otter.test_files import test_case\nimport numpy as np\nimport torch\n\nOK_FORMAT = False\n"
    return f"{head}name = {name!r}\npoints = 1\n\n\n@test_case()\ndef test({name}):\n{body}\n"

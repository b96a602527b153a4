"""The build: from a lesson's source to the solved notebook, the students' notebook, the visible sheets and the map."""

from __future__ import annotations

import ast
import hashlib
import logging
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlparse

import nbformat
from nbformat import NotebookNode
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.course import course_json
from autograder.authoring.lesson import (
    Cell,
    Lesson,
    LessonError,
    lesson_files,
    read_lesson,
    signature_in,
)
from autograder.engine.catalogue import Catalogue
from autograder.engine.exercise import DEMONSTRATION
from autograder.engine.sheet import VISIBLE_SEED, write_sheets
from autograder.references.sheets import make_sheet

ROOT = Path(__file__).resolve().parents[2]
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


def build(catalogue: Catalogue, names: list[str] | None = None, report: Callable[[str], None] = print) -> None:
    """Writes the generated files of a course: notebooks twice, visible sheets, the table of contents.

    Args:
        names: lessons, as `11_attention` or `attention`; all without.

    Raises:
        LessonError: a lesson cannot be built; nothing was written for it or any other.
    """
    lessons = [read_lesson(file, catalogue) for file in lesson_files(catalogue, names)]
    _unique_across(lessons)
    build_notebooks(catalogue, lessons, catalogue.root, report)
    for lesson in lessons:
        build_sheets(lesson)
        report(f"{lesson.name}: sheets")


def build_notebooks(catalogue: Catalogue, lessons: list[Lesson], root: Path, report: Callable[[str], None]) -> None:
    """Writes the notebooks and the table of contents below `root`."""
    for lesson in lessons:
        target = root / "solutions" / lesson.name / f"{lesson.name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(solved_notebook(lesson), target)
        report(f"{lesson.name}: notebook")
    release(root, [lesson.name for lesson in lessons])
    report("students' notebooks")
    contents = root / catalogue.contents.relative_to(catalogue.root)
    contents.parent.mkdir(parents=True, exist_ok=True)
    contents.write_text(course_json(catalogue), encoding="utf-8")
    report("table of contents")


def build_sheets(lesson: Lesson) -> None:
    """Writes the visible sheets of one lesson."""
    topic = lesson.catalogue.topic(lesson.topic)
    sheets = [
        make_sheet(topic, name, VISIBLE_SEED, signature=signature_in(cell, name))
        for name, cell in lesson.exercises.items()
    ]
    if sheets:
        write_sheets(topic, sheets)


def solved_notebook(lesson: Lesson) -> NotebookNode:
    """The solved notebook, nbgrader's source: every metadata entry is derived from the three header words."""
    title, *rest = [_notebook_cell(lesson, cell, position) for position, cell in enumerate(lesson.cells)]
    bring = _code(BRING.format(address=address()), "bring")
    bring.metadata["jupyter"] = {"source_hidden": True}
    cells = [title, _links(lesson), bring, *rest]
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
    owner = urlparse(base).path.strip("/")
    path = f"notebooks/{lesson.name}/{lesson.name}.ipynb"
    places = {
        "Colab": f"https://colab.research.google.com/github/{owner}/blob/main/{path}",
        "Binder": f"https://mybinder.org/v2/gh/{owner}/main?urlpath=lab/tree/{path}",
        "JupyterLab": base,
    }
    links = " · ".join(f"[{name}]({place})" for name, place in places.items())
    return nbformat.v4.new_markdown_cell(f"Open this lesson in {links}", id="links")


def _code(source: str, identity: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, id=identity)


def release(root: Path, names: list[str]) -> None:
    """Lets nbgrader make the students' notebooks, with a gradebook that is thrown away."""
    from nbgrader.apps import NbGraderAPI

    _alembic_on_path()
    with TemporaryDirectory() as scratch:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{scratch}/gradebook.db"
        api = NbGraderAPI(config=config)
        api.log.setLevel(logging.WARNING)
        for name in names:
            result = api.generate_assignment(name, force=True, create=True)
            if not result["success"]:
                raise LessonError(f"solutions/{name}: nbgrader cannot make the students' notebook:\n{result['log']}")


def _alembic_on_path() -> None:
    """nbgrader calls `alembic` by name; in an environment that is not activated it would not be found."""
    import os

    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", "")])


def stale_files(catalogue: Catalogue, names: list[str] | None = None) -> list[str]:
    """The notebooks, and the map, that differ from what a build would write, as paths relative to the course.

    Args:
        names: lessons, as for `build`; all without, and then also what no lesson writes any more.
    """
    files = lesson_files(catalogue, names)
    patterns = [f"{file.stem}/*.ipynb" for file in files] if names else ["*/*.ipynb"]
    stale: list[str] = []
    with TemporaryDirectory() as folder:
        fresh = Path(folder)
        build_notebooks(catalogue, [read_lesson(file, catalogue) for file in files], fresh, print)
        for part in ("solutions", "notebooks"):
            stale += [name for pattern in patterns for name in _differing(fresh, catalogue.root, f"{part}/{pattern}")]
        stale += _differing(fresh, catalogue.root, str(catalogue.contents.relative_to(catalogue.root)))
    return stale


def _differing(fresh: Path, kept: Path, pattern: str) -> list[str]:
    names = {file.relative_to(root) for root in (fresh, kept) for file in root.glob(pattern)}
    return [
        str(name)
        for name in sorted(names)
        if not (fresh / name).exists()
        or not (kept / name).exists()
        or (fresh / name).read_bytes() != (kept / name).read_bytes()
    ]


def _unique_across(lessons: list[Lesson]) -> None:
    seen: dict[str, Lesson] = {}
    for lesson in lessons:
        for name, cell in lesson.exercises.items():
            if name in seen:
                raise lesson.error(cell, f"the exercise {name!r} stands already in solutions/{seen[name].file.name}.")
            seen[name] = lesson

"""Reads a lesson: a percent script whose cell headers may carry one of three words.

# %% exercise="attention"                       the cell that a student fills in
# %% check="attention"                          the cell that grades it
# %% [markdown] written="why_scale" points=2    a written answer, graded by hand
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext

from autograder.engine.catalogue import Catalogue

WORDS = {"exercise", "check", "written"}
SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)# BEGIN SOLUTION[^\n]*\n.*?^[ \t]*# END SOLUTION[^\n]*$", re.DOTALL | re.MULTILINE
)
STUB = "raise NotImplementedError"


class LessonError(ValueError):
    """Something in a lesson's source that has to be mended; the message starts with file and line."""


@dataclass(frozen=True)
class Cell:
    """One cell: its kind ("code" or "markdown"), source, header words, and the line of its header."""

    kind: str
    source: str
    words: dict[str, Any]
    line: int

    @property
    def exercise(self) -> str | None:
        return self.words.get("exercise")

    @property
    def blank(self) -> str:
        """The source with each solution replaced by the stub."""
        return SOLUTION.sub(lambda match: match["indent"] + STUB, self.source)


@dataclass(frozen=True)
class Lesson:
    """A lesson as its author wrote it.

    Attributes:
        file: `solutions/11_attention.py`.
        catalogue: of the course that it is part of.
    """

    file: Path
    cells: list[Cell]
    catalogue: Catalogue

    @property
    def name(self) -> str:
        return self.file.stem

    @property
    def topic(self) -> str:
        return self.name.partition("_")[2]

    @property
    def title(self) -> str:
        return self.cells[0].source.partition("\n")[0].lstrip("# ")

    @cached_property
    def imports(self) -> str:
        """The source of the first code cell: all that an exercise may rely on beside itself."""
        return next(cell.source for cell in self.cells if cell.kind == "code")

    @cached_property
    def exercises(self) -> dict[str, Cell]:
        """The exercise cells by name, in the order of the lesson."""
        return {cell.words["exercise"]: cell for cell in self.cells if "exercise" in cell.words}

    def error(self, cell: Cell, text: str) -> LessonError:
        return LessonError(f"solutions/{self.file.name}:{cell.line}: {text}")


def lesson_files(catalogue: Catalogue, names: list[str] | None = None) -> list[Path]:
    """The lessons' sources in the order of the course: all, or those in `names`, as `11_attention` or `attention`.

    Raises:
        LessonError: a name that no lesson has.
    """
    files = {file.stem: file for file in sorted((catalogue.root / "solutions").glob("[0-9][0-9]_*.py"))}
    if not names:
        return list(files.values())
    known = {stem.partition("_")[2]: file for stem, file in files.items()} | files
    if unknown := [name for name in names if name not in known]:
        raise LessonError(f"No lesson is called {unknown[0]!r}; there are {', '.join(files)}.")
    return sorted({known[name] for name in names})


def read_lesson(file: Path, catalogue: Catalogue) -> Lesson:
    """Reads and checks one lesson.

    Raises:
        LessonError: unknown words, duplicate names, an exercise without check or experiment, a solution outside
            an exercise.
    """
    text = file.read_text(encoding="utf-8")
    # comment_magics=False: else jupytext takes comments such as `# cat the rows` for shell commands.
    notebook = jupytext.reads(text, {"extension": ".py", "format_name": "percent", "comment_magics": False})
    headers = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    if len(headers) != len(notebook.cells):
        raise LessonError(f"solutions/{file.name}:1: the file must start with a `# %%` header, with nothing before it.")
    cells = [
        Cell(cell.cell_type, cell.source, _words(cell.metadata), line)
        for cell, line in zip(notebook.cells, headers, strict=True)
    ]
    lesson = Lesson(file, cells, catalogue)
    for cell in cells:
        _check_words(lesson, cell)
    _check_names(lesson)
    _check_exercises(lesson)
    return lesson


def _words(metadata: dict[str, Any]) -> dict[str, Any]:
    """The header's words, without jupytext's own notes on blank lines."""
    return {key: value for key, value in metadata.items() if not key.startswith(("lines_to_", "cell_marker"))}


def _check_words(lesson: Lesson, cell: Cell) -> None:
    words = set(cell.words) - {"points"}
    if unknown := sorted(words - WORDS):
        raise lesson.error(cell, f"unknown word {unknown[0]!r} in the header; there are exercise, check and written.")
    if len(words) > 1:
        raise lesson.error(cell, "a cell is an exercise, a check or a written answer: one word a header.")
    if ("points" in cell.words) != ("written" in cell.words):
        raise lesson.error(cell, 'points go with written="…"; an exercise has its points in autograder/exercises.')
    if "written" in words and "BEGIN SOLUTION" in cell.blank:
        raise lesson.error(cell, "# BEGIN SOLUTION and # END SOLUTION do not pair up.")
    if "BEGIN SOLUTION" in cell.source and not words & {"exercise", "written"}:
        raise lesson.error(cell, 'a solution outside an exercise would reach students: add exercise="…" to the header.')


def _check_names(lesson: Lesson) -> None:
    seen: dict[tuple[str, str], int] = {}
    for cell in lesson.cells:
        for word in set(cell.words) & WORDS:
            key = (word, cell.words[word])
            if key in seen:
                raise lesson.error(cell, f"{word}={key[1]!r} stands already in line {seen[key]}.")
            seen[key] = cell.line


def _check_exercises(lesson: Lesson) -> None:
    topic = lesson.catalogue.topic(lesson.topic)
    if not topic.experiments.is_dir():
        raise LessonError(f"{topic.place('exercises', '*')} are missing; {lesson.file.name} needs them.")
    known = set(topic.exercises())
    checks = {cell.words["check"]: cell for cell in lesson.cells if "check" in cell.words}
    for name, cell in lesson.exercises.items():
        _check_exercise(lesson, name, cell)
        if name not in known:
            raise lesson.error(cell, f"{topic.place('exercises', name)} is missing.")
        if name not in checks:
            raise lesson.error(cell, f'no check: add a cell `# %% check="{name}"` with check({name}).')
    for name, cell in checks.items():
        if name not in lesson.exercises:
            raise lesson.error(cell, f'check="{name}" has no exercise="{name}" in this lesson.')
        if cell.source.strip() != f"check({name})":
            raise lesson.error(cell, f"a check cell is the one line check({name}).")
    if left := sorted(known - set(lesson.exercises)):
        place = topic.place("exercises", left[0])
        raise LessonError(f"solutions/{lesson.file.name}:1: {place} is there, the lesson has no such exercise.")


def _check_exercise(lesson: Lesson, name: str, cell: Cell) -> None:
    try:
        body = ast.parse(cell.source).body
    except SyntaxError as error:
        raise lesson.error(cell, f"line {error.lineno} of the cell does not parse: {error.msg}.") from error
    defined = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    if name not in defined:
        raise lesson.error(cell, f"exercise={name!r} should define a function or class of that name.")
    if STUB not in cell.blank:
        raise lesson.error(cell, "nothing to write: put the answer between # BEGIN SOLUTION and # END SOLUTION.")
    if "SOLUTION" in cell.blank:
        raise lesson.error(cell, "# BEGIN SOLUTION and # END SOLUTION do not pair up.")


def signature_in(cell: Cell, name: str) -> str:
    """The parameters of the stub as text, without annotations: `(q, k, v, mask=None)`."""
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _bare(node.args)
        if isinstance(node, ast.ClassDef) and node.name == name:
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                    return _bare(item.args, skip=1)
    return ""


def _bare(arguments: ast.arguments, skip: int = 0) -> str:
    stars = [item for item in (arguments.vararg, arguments.kwarg) if item]
    for item in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars]:
        item.annotation = None
    arguments.args = arguments.args[skip:]
    return f"({ast.unparse(arguments)})"

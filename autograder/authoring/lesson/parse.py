"""Reads a lesson: a percent script whose cell headers may carry one of three words.

# %% exercise="attention"                       the cell that a student fills in
# %% check="attention"                          the cell that grades it
# %% [markdown] written="why_scale" points=2    a written answer, graded by hand

Nothing is checked here, so that a lesson that is half written can be read too.
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

SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)# BEGIN SOLUTION[^\n]*\n.*?^[ \t]*# END SOLUTION[^\n]*$", re.DOTALL | re.MULTILINE
)
STUB = "raise NotImplementedError"
# About 60 minutes for the core, 95 with the extras.
MINUTES = re.compile(r"\bAbout (?P<core>\d+) minutes\b(?: for\s+the\s+core, (?P<all>\d+)\s+with\s+the\s+extras\b)?")
# ### Exercise: `attention` ●●○ · 8 minutes · core
EXERCISE = re.compile(
    r"### Exercise: `(?P<name>\w+)` (?P<stars>●○○|●●○|●●●) · (?P<minutes>\d+) minutes?\b(?: · (?P<mark>core|extra)\b)?"
)
# ### Written answer: why √d_k · 5 minutes · extra
WRITTEN = re.compile(r"### Written answer: \S.* · (?P<minutes>\d+) minutes?\b(?: · (?P<mark>core|extra)\b)?")


class LessonError(ValueError):
    """Something in a lesson's source that has to be mended; the message starts with file and line."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        kind: "code" or "markdown".
        words: those of its header.
        line: that of its header in the file; 0 where the lines cannot be told.
        first: the line in the file of the first line of `source`.
    """

    kind: str
    source: str
    words: dict[str, Any]
    line: int
    first: int

    @property
    def exercise(self) -> str | None:
        return self.words.get("exercise")

    @property
    def blank(self) -> str:
        """The source with each solution replaced by the stub."""
        return SOLUTION.sub(lambda match: match["indent"] + STUB, self.source)

    def line_at(self, position: int) -> int:
        """The line in the file where the source stands at `position`."""
        return self.first + self.source.count("\n", 0, position)


@dataclass(frozen=True)
class Heading:
    """What a heading says of an exercise, or of a written answer, which has neither name nor stars.

    `mark` is "core" or "extra"; empty where it does not say.
    """

    minutes: int
    line: int
    mark: str
    name: str = ""
    stars: int = 0


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
        """The first line; empty where there is none yet."""
        return self.cells[0].source.partition("\n")[0].lstrip("# ") if self.cells else ""

    @cached_property
    def imports(self) -> str:
        """The source of the first code cell: all that an exercise may rely on beside itself."""
        return next(cell.source for cell in self.cells if cell.kind == "code")

    @cached_property
    def exercises(self) -> dict[str, Cell]:
        """The exercise cells by name, in the order of the lesson."""
        return {cell.words["exercise"]: cell for cell in self.cells if "exercise" in cell.words}

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings of exercises and written answers that are as they should be, in the order of the lesson."""
        return [heading for cell in self.cells if cell.kind == "markdown" for heading in _headings(cell)]

    @cached_property
    def minutes(self) -> tuple[int, int] | None:
        """What the lesson says that it takes: its core, and all of it; None where it does not say."""
        prose = (cell.source for cell in self.cells if cell.kind == "markdown")
        told = next((told for text in prose if (told := MINUTES.search(text))), None)
        return (int(told["core"]), int(told["all"] or told["core"])) if told else None

    def error(self, where: Cell | int, text: str) -> LessonError:
        """What is wrong in a cell, or in a line of the file."""
        line = where.line if isinstance(where, Cell) else where
        return LessonError(f"solutions/{self.file.name}:{line}: {text}")


def _headings(cell: Cell) -> list[Heading]:
    found = [
        Heading(
            int(match["minutes"]),
            cell.line_at(match.start()),
            match["mark"] or "",
            match["name"],
            match["stars"].count("●"),
        )
        for match in re.finditer(f"^{EXERCISE.pattern}", cell.source, re.MULTILINE)
    ]
    found += [
        Heading(int(match["minutes"]), cell.line_at(match.start()), match["mark"] or "")
        for match in re.finditer(f"^{WRITTEN.pattern}", cell.source, re.MULTILINE)
    ]
    return sorted(found, key=lambda heading: heading.line)


def lesson_files(catalogue: Catalogue, names: list[str] | None = None) -> list[Path]:
    """The lessons' sources in the order of the course: all, or those in `names`, as `11_attention` or `attention`.

    Raises:
        LessonError: a name that no lesson has.
    """
    files = {file.stem: file for file in catalogue.lessons()}
    if not names:
        return list(files.values())
    known = {stem.partition("_")[2]: file for stem, file in files.items()} | files
    if unknown := [name for name in names if name not in known]:
        raise LessonError(f"No lesson is called {unknown[0]!r}; there are {', '.join(files)}.")
    return sorted({known[name] for name in names})


def parse_lesson(file: Path, catalogue: Catalogue) -> Lesson:
    """Reads one lesson as it is; whether it can be built is for `check_lesson` to say."""
    text = file.read_text(encoding="utf-8")
    # comment_magics=False: else jupytext takes comments such as `# cat the rows` for shell commands.
    notebook = jupytext.reads(text, {"extension": ".py", "format_name": "percent", "comment_magics": False})
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines, 1) if line.startswith("# %%")]
    if len(headers) != len(notebook.cells):
        headers = [0] * len(notebook.cells)
    cells = [
        Cell(cell.cell_type, cell.source, _words(cell.metadata), line, _first_line(lines, line, cell.source))
        for cell, line in zip(notebook.cells, headers, strict=True)
    ]
    return Lesson(file, cells, catalogue)


def parse_course(catalogue: Catalogue) -> list[Lesson]:
    """All lessons as they are, in the order of the course."""
    return [parse_lesson(file, catalogue) for file in lesson_files(catalogue)]


def _first_line(lines: list[str], header: int, source: str) -> int:
    """Where a cell's source begins: below its header, and below what jupytext takes away, as blank lines or quotes."""
    start = source.partition("\n")[0]
    after = range(header, len(lines))
    return next((at + 1 for at in after if start in (lines[at], lines[at].removeprefix("#").removeprefix(" "))), header)


def _words(metadata: dict[str, Any]) -> dict[str, Any]:
    """The header's words, without jupytext's own notes on blank lines."""
    return {key: value for key, value in metadata.items() if not key.startswith(("lines_to_", "cell_marker"))}


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

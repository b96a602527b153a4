"""Checks that whoever reads of another lesson can go there, and that the README's table has every lesson."""

from __future__ import annotations

import re

from autograder.authoring.lesson.parse import Cell, Lesson, LessonError, lesson_files
from autograder.engine.catalogue import Catalogue

MENTION = re.compile(r"\blessons?\s+(\d+)\b", re.IGNORECASE)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
NEIGHBOUR = re.compile(r"\.\./(?P<folder>[^/#]+)/(?P<file>[^/#]+)\.ipynb(#.*)?")
ROW = re.compile(r"^\| `(?P<name>\d\d_\w+)` \|")


def check_links(lesson: Lesson) -> None:
    """Refuses a "lesson 07" in prose that is no link to the lesson of that number, and a link to no lesson.

    Raises:
        LessonError: with the link that it should be, or the advice to write around a lesson that is not there yet.
    """
    names = _names(lesson)
    for cell in lesson.cells:
        if cell.kind == "markdown":
            _check_targets(lesson, cell, names)
            _check_mentions(lesson, cell, names)


def _names(lesson: Lesson) -> list[str]:
    """All lessons of the course."""
    return [file.stem for file in lesson_files(lesson.catalogue)]


def _check_targets(lesson: Lesson, cell: Cell, names: list[str]) -> None:
    for link in LINK.finditer(cell.source):
        neighbour = NEIGHBOUR.fullmatch(link["target"])
        if neighbour and (neighbour["folder"] != neighbour["file"] or neighbour["file"] not in names):
            line = cell.line_at(link.start("target"))
            raise lesson.error(line, f"{link['target']} is no lesson; there are {', '.join(names)}.")


def _check_mentions(lesson: Lesson, cell: Cell, names: list[str]) -> None:
    links = list(LINK.finditer(cell.source))
    for mention in MENTION.finditer(cell.source):
        number = f"{int(mention[1]):02}"
        line = cell.line_at(mention.start(1))
        name = next((name for name in names if name.startswith(f"{number}_")), None)
        if name is None:
            raise lesson.error(line, f'there is no lesson {number} yet: write "a later lesson", or leave it out.')
        target = f"../{name}/{name}.ipynb"
        around = (link["target"] for link in links if link.start() < mention.start() < link.end())
        if next(around, "").partition("#")[0] != target:
            raise lesson.error(line, f"make this a link: [lesson {number}]({target}).")


def check_row(lesson: Lesson) -> None:
    """Refuses a lesson without a row in the README's table, and a table with other lessons or in another order.

    Raises:
        LessonError: with the line of the README.
    """
    names = _names(lesson)
    rows = readme_rows(lesson.catalogue)
    for name, number in rows.items():
        if name not in names:
            raise LessonError(f"README.md:{number}: there is no lesson solutions/{name}.py; take the row out.")
    if lesson.name not in rows:
        number = max((rows[name] for name in rows if name < lesson.name), default=1)
        raise LessonError(f"README.md:{number}: add a row below: | `{lesson.name}` | what one builds there |")
    if list(rows) != sorted(rows):
        raise LessonError(f"README.md:{min(rows.values())}: the lessons are not in their order; sort the rows.")


def readme_rows(catalogue: Catalogue) -> dict[str, int]:
    """The lessons in the README's table, each with its line.

    Raises:
        LessonError: there is no README.
    """
    try:
        lines = (catalogue.root / "README.md").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise LessonError("README.md is missing; it has a table with a row for each lesson.") from error
    return {match["name"]: number for number, line in enumerate(lines, 1) if (match := ROW.match(line))}

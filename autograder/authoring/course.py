"""`data/course.json`: the table of contents, for machines that have no sources of lessons.

It is made from all lessons, also when one lesson is built, and none of them is checked for it: a lesson that a
colleague is half way through must not stop the build of another.
"""

from __future__ import annotations

import json
import re
from typing import Any

from autograder.authoring.lesson.parse import Lesson


def course_json(lessons: list[Lesson]) -> str:
    """All lessons in their order, each with its exercises and written answers."""
    return json.dumps({"lessons": list(map(lesson_entry, lessons))}, indent=1, ensure_ascii=False) + "\n"


def titles(lessons: list[Lesson]) -> dict[str, str]:
    """The lessons' titles by their names; the name where there is no title yet."""
    return {lesson.name: lesson.title or lesson.name for lesson in lessons}


def lesson_entry(lesson: Lesson) -> dict[str, Any]:
    """What the map says about one lesson; without "About N minutes" it takes those of its exercises together."""
    entries = _entries(lesson)
    together = sum(entry.get("minutes", 0) for entry in entries)
    core, minutes = lesson.minutes or (together, together)
    return {
        "name": lesson.name, "topic": lesson.topic, "title": lesson.title, "minutes": minutes,
        **({"core": core} if core < minutes else {}), "exercises": entries,
    }  # fmt: skip


def _entries(lesson: Lesson) -> list[dict[str, Any]]:
    """Exercises and written answers in the order of the lesson. A heading that says no minutes counts none."""
    known = lesson.catalogue.topic(lesson.topic).exercises()
    headings = {heading.name: heading for heading in lesson.headings}
    names = called_elsewhere(lesson)
    entries: list[dict[str, Any]] = []
    for cell in lesson.cells:
        if "written" in cell.words:
            points = float(cell.words.get("points", 0))
            entries.append({"name": cell.words["written"], "written": True, "points": points})
        elif cell.exercise in known:
            heading = headings.get(cell.exercise)
            said = {"stars": heading.stars, "minutes": heading.minutes} if heading else {}
            said |= {"extra": True} if heading and heading.mark == "extra" else {}
            called = {"called": names[cell.exercise]} if cell.exercise in names else {}
            entries.append({"name": cell.exercise, "points": float(known[cell.exercise].points), **said, **called})
    return entries


def called_elsewhere(lesson: Lesson) -> dict[str, str]:
    """What a library calls each exercise, by the table under "What you have built": "In PyTorch: `nn.Linear`".

    A row is about each exercise whose name stands in its first column.
    """
    found: dict[str, str] = {}
    cells = (cell.source for cell in lesson.cells if cell.kind == "markdown")
    for source in filter(None, (source.partition("## What you have built")[2] for source in cells)):
        header, *rows = [_columns(line) for line in source.splitlines() if line.startswith("|")] or [[]]
        for first, elsewhere, *_ in (row for row in rows if len(row) > 1 and "`" in row[0]):
            for name in re.findall(r"`(\w+)", first):
                found.setdefault(name, f"{header[1][:1].upper()}{header[1][1:]}: {elsewhere}")
    return found


def _columns(line: str) -> list[str]:
    """The cells of a table's row; a bar in a cell is written `\\|` there."""
    return [part.strip().replace("\\|", "|") for part in re.split(r"(?<!\\)\|", line.strip())[1:-1]]

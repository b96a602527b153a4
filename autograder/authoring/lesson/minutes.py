"""Adds up what a lesson takes: its exercises, its prose, a look at each of its cells.

Parts of a lesson are core or extra: an exercise by the last word of its heading, a section by that of its title
(`## 3 · Walking the graph · extra`). A lesson that marks one exercise marks all; its core fits an hour.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from autograder.authoring.lesson.parse import Cell, Lesson

WORDS_A_MINUTE = 200  # prose that one wants to understand; what is folded away is not counted
MINUTES_A_CELL = 0.25  # to run a cell and to look at what it shows
CORE_AT_MOST = 60
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
SECTION = re.compile(r"^## \d+ · (?P<title>.*)$", re.MULTILINE)
TITLE = re.compile(r"## (?P<title>.*)")


@dataclass
class Minutes:
    """What the core takes, and the extras."""

    core: float = 0.0
    extra: float = 0.0

    def add(self, minutes: float, mark: str) -> None:
        if mark == "extra":
            self.extra += minutes
        else:
            self.core += minutes


def minutes_of(lesson: Lesson) -> Minutes:
    """The sum of what stands there: minutes of the headings, words of the prose, cells to look at."""
    minutes, mark = Minutes(), "core"
    for heading in lesson.headings:
        minutes.add(heading.minutes, heading.mark)
    for cell in lesson.cells:
        if cell.kind == "code" and not cell.words:
            minutes.add(MINUTES_A_CELL, mark)
        elif cell.kind == "markdown" and not cell.words:
            mark = _read(cell, mark, minutes)
    return minutes


def _read(cell: Cell, mark: str, minutes: Minutes) -> str:
    """Counts the words of a text, which may hold several sections, and says whether what follows it is core."""
    for part in re.split(r"^(?=## )", FOLDED.sub("", cell.source), flags=re.MULTILINE):
        if title := TITLE.match(part):
            mark = "extra" if title["title"].endswith(" · extra") else "core"
        minutes.add(len(part.split()) / WORDS_A_MINUTE, mark)
    return mark


def check_minutes(lesson: Lesson) -> None:
    """Refuses a lesson that promises to be shorter than the sum of its parts, or whose core does not fit an hour.

    Raises:
        LessonError: no minutes; exercises or sections without a mark beside marked ones; a sum that does not hold.
    """
    if lesson.minutes is None:
        raise lesson.error(1, "say how long the lesson takes and what it builds on: About N minutes. You need …")
    if any(heading.mark for heading in lesson.headings):
        _check_marks(lesson)
        _check_marked_sum(lesson, *lesson.minutes)
    else:
        _check_sum(lesson, lesson.minutes[1])


def _check_sum(lesson: Lesson, said: int) -> None:
    together = sum(heading.minutes for heading in lesson.headings)
    if together > said:
        raise lesson.error(
            1,
            f"the exercises and written answers take {together} minutes together, the lesson says About "
            f"{said} minutes. Add up the headings and the reading, and say that.",
        )


def _check_marks(lesson: Lesson) -> None:
    for heading in lesson.headings:
        if not heading.mark:
            raise lesson.error(heading.line, "end this heading with · core or · extra, as the other ones.")
    for cell in lesson.cells:
        for match in SECTION.finditer(cell.source if cell.kind == "markdown" else ""):
            if not match["title"].endswith((" · core", " · extra")):
                raise lesson.error(cell.line_at(match.start()), "end this section's title with · core or · extra.")


def _check_marked_sum(lesson: Lesson, core: int, everything: int) -> None:
    minutes = minutes_of(lesson)
    wanted = math.ceil(minutes.core), math.ceil(minutes.core + minutes.extra)
    if core < wanted[0] or everything < wanted[1]:
        raise lesson.error(
            1,
            f"by the sum of exercises, prose and cells the core takes {wanted[0]} minutes and all of it {wanted[1]}: "
            f"say About {wanted[0]} minutes for the core, {wanted[1]} with the extras.",
        )
    if core > CORE_AT_MOST:
        raise lesson.error(1, f"the core takes {core} minutes. Make it {CORE_AT_MOST} at most: mark parts as extra.")

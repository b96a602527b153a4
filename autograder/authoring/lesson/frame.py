"""Checks what every lesson has, so that no reader has to look for anything.

Whatever is refused is said with file and line, and with what to do.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from autograder.authoring.lesson.links import check_links, check_row
from autograder.authoring.lesson.minutes import check_minutes
from autograder.authoring.lesson.parse import EXERCISE, WRITTEN, Cell, Heading, Lesson

HEADING = re.compile(r"^### (Exercise|Written answer)\b.*", re.MULTILINE)
PREDICTION = re.compile(r"\bPredict first\b", re.IGNORECASE)
FOLD = "<details>"
ANSWER = re.compile(r"<details><summary>(?!Hint)")
CLOSING = {
    "## What you have built": "a table of what was built beside its name in PyTorch or elsewhere",
    "**Read the real source.**": "where the library's own code stands",
    "**Three questions to take home.**": "three questions, numbered",
}


def check_frame(lesson: Lesson) -> None:
    """Refuses a lesson that lacks a part of the frame. Its cells have been checked.

    Raises:
        LessonError: an exercise or a written answer without its heading, minutes that do not add up, a prediction
            whose answer is in plain sight, a closing section that is missing, a lesson in prose that is no link to a
            lesson, no row in the README.
    """
    _check_headings(lesson)
    _check_order(lesson)
    check_minutes(lesson)
    _check_predictions(lesson)
    _check_closing(lesson)
    check_links(lesson)
    check_row(lesson)


def _check_headings(lesson: Lesson) -> None:
    """What looks like a heading of an exercise is one."""
    for cell in _prose(lesson):
        for match in HEADING.finditer(cell.source):
            wanted = EXERCISE if match[1] == "Exercise" else WRITTEN
            if not wanted.match(match[0]):
                raise lesson.error(cell.line_at(match.start()), f"write this heading as {_example(match[1])}.")


def _example(kind: str) -> str:
    name = "`name` ●●○" if kind == "Exercise" else "what it is about"
    return f"### {kind}: {name} · N minutes" + (" (●○○, ●●○ or ●●●)" if kind == "Exercise" else "")


def _check_order(lesson: Lesson) -> None:
    """Each exercise and each written answer has its own heading before it, and each heading what it announces."""
    headings = iter(lesson.headings)
    for cell in lesson.cells:
        if name := cell.exercise:
            heading = next(headings, None)
            if heading is None or heading.name != name or heading.line > cell.line:
                raise lesson.error(cell, f"no heading: write ### Exercise: `{name}` ●○○ · N minutes in the text above.")
        elif "written" in cell.words:
            heading = next(headings, None)
            if heading is None or heading.name or heading.line > cell.line:
                raise lesson.error(cell, f"no heading: write {_example('Written answer')} in the text above.")
    if left := next(headings, None):
        raise lesson.error(left.line, f"{_what(left)} does not come below this heading. Take one of the two out.")


def _what(heading: Heading) -> str:
    return f"the exercise {heading.name!r}" if heading.name else "a written answer"


def _check_predictions(lesson: Lesson) -> None:
    """The answer to a prediction is folded: in the same text, or at the head of the next, which follows the output."""
    cells = _prose(lesson)
    for cell, following in zip_longest(cells, cells[1:]):
        folded_below = following is not None and following.source.startswith(FOLD)
        for match in PREDICTION.finditer(cell.source):
            if not folded_below and not ANSWER.search(cell.source, match.end()):
                place = f"in line {following.first}" if following else "below the output"
                raise lesson.error(
                    cell.line_at(match.start()),
                    f"fold the answer to this prediction, that nobody reads it too early. Begin the text {place} with "
                    "<details><summary>The answer</summary>, an empty line, the answer, an empty line, </details>.",
                )


def _check_closing(lesson: Lesson) -> None:
    last = max((at for at, cell in enumerate(lesson.cells) if cell.words), default=0)
    end = "\n".join(cell.source for cell in lesson.cells[last + 1 :] if cell.kind == "markdown")
    position = 0
    for sign, holds in CLOSING.items():
        found = re.compile(f"^{re.escape(sign)}", re.MULTILINE).search(end, position)
        if found is None:
            order = ", ".join(CLOSING)
            raise lesson.error(lesson.cells[-1], f"the end lacks {sign} with {holds}. It has, in this order: {order}.")
        position = found.end()


def _prose(lesson: Lesson) -> list[Cell]:
    return [cell for cell in lesson.cells if cell.kind == "markdown"]

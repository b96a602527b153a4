"""The course map: every lesson, its exercises and how far you are. HTML in notebooks, plain text in terminals."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from autograder.engine.catalogue import own_catalogue
from autograder.engine.verdict import State
from autograder.student.card import COLOURS, HEADLINES, MARKS

COURSE = own_catalogue().contents
BAR = 10  # signs in a bar of text
BY_HAND = "✎"
SHOWN = (State.RIGHT, State.WRONG, State.NOT_ATTEMPTED)


class MissingCourse(RuntimeError):
    """The table of contents is not there, or is something else."""


@dataclass(frozen=True)
class Entry:
    """An exercise or, where `written`, an answer in words. `stars` and `minutes` are 0 where the lesson says none.

    `called` says what a library calls it: "In PyTorch: `nn.Linear`"; empty where the lesson does not say. `extra` is
    for who has time; the rest is the lesson's core.
    """

    name: str
    points: float
    minutes: int = 0
    stars: int = 0
    written: bool = False
    called: str = ""
    extra: bool = False


@dataclass(frozen=True)
class LessonEntry:
    """One line of the table of contents. `core` is 0 where the lesson does not mark its core."""

    name: str
    topic: str
    title: str
    minutes: int
    entries: tuple[Entry, ...]
    core: int = 0

    @property
    def exercises(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.written]

    def right(self, states: dict[str, State]) -> int:
        """How many exercises are right."""
        return sum(states.get(entry.name) is State.RIGHT for entry in self.exercises)


@cache
def course(file: Path = COURSE) -> tuple[LessonEntry, ...]:
    """The lessons in the order of the course.

    Raises:
        MissingCourse: data/course.json did not come along, or is damaged.
    """
    try:
        return tuple(_lesson(row) for row in json.loads(file.read_text(encoding="utf-8"))["lessons"])
    except FileNotFoundError:
        text = f"{file} is missing. Run `make build`, or bring the data folder along with the notebook."
    except (ValueError, KeyError, TypeError) as error:
        text = f"{file} is damaged ({error}). Run `make build`, or fetch the data folder again."
    raise MissingCourse(text)


def _lesson(row: dict[str, Any]) -> LessonEntry:
    entries = tuple(Entry(**entry) for entry in row["exercises"])
    return LessonEntry(row["name"], row["topic"], row["title"], row["minutes"], entries, row.get("core", 0))


def state_of(entry: Entry, states: dict[str, State]) -> State:
    """What was not checked is not attempted."""
    return states.get(entry.name, State.NOT_ATTEMPTED)


@dataclass(frozen=True)
class CourseMap:
    """The lessons with the state of each exercise; a notebook cell that ends with it shows it.

    Attributes:
        states: the state of each exercise that was ever checked.
    """

    states: dict[str, State]
    lessons: tuple[LessonEntry, ...] = field(default_factory=course)

    def __str__(self) -> str:
        width = max((len(lesson.name) for lesson in self.lessons), default=0)
        lines = [self._summary()]
        for lesson in self.lessons:
            count = f"{lesson.right(self.states)} of {len(lesson.exercises)}"
            names = "  ".join(f"{self._mark(entry)} {entry.name}" for entry in lesson.entries)
            lines.append(f"{lesson.name:<{width}}  {self._bar(lesson)}  {count:<8}  {names}".rstrip())
        return "\n".join([*lines, self._legend()])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        rows = "".join(self._row(lesson) for lesson in self.lessons)
        columns = {"Lesson": "width:32%", "Right": "width:7em", "Exercises": ""}
        head = "".join(f'<th style="{CELL};{width}">{name}</th>' for name, width in columns.items())
        table = f'<table style="{TABLE}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        legend = f'<div style="font-size:90%;margin-top:.4em">{escape(self._legend())}</div>'
        title = f'<div style="font-weight:600">{escape(self._summary())}</div>'
        return f'<div class="course-map">{title}{table}{legend}</div>'

    def _summary(self) -> str:
        every = [entry for lesson in self.lessons for entry in lesson.exercises]
        right = [entry for entry in every if state_of(entry, self.states) is State.RIGHT]
        points = f"{sum(entry.points for entry in right):g} of {sum(entry.points for entry in every):g} points"
        return f"Your course map: {len(right)} of {len(every)} exercises right · {points}"

    def _legend(self) -> str:
        known = [f"{MARKS[state]} {HEADLINES[state]}" for state in SHOWN]
        written = any(entry.written for lesson in self.lessons for entry in lesson.entries)
        return " · ".join([*known, *([f"{BY_HAND} in words, graded by a person"] if written else [])])

    def _mark(self, entry: Entry) -> str:
        return BY_HAND if entry.written else MARKS[state_of(entry, self.states)]

    def _share(self, lesson: LessonEntry) -> float:
        return lesson.right(self.states) / max(1, len(lesson.exercises))

    def _bar(self, lesson: LessonEntry) -> str:
        full = int(BAR * self._share(lesson))  # never full before all is done
        return "█" * full + "░" * (BAR - full)

    def _row(self, lesson: LessonEntry) -> str:
        number = lesson.name.partition("_")[0]
        core = f"{lesson.core} minutes, {lesson.minutes} with the extras"
        told = core if lesson.core else f"{lesson.minutes} minutes"
        minutes = f'<div style="font-size:90%;opacity:.8">{told}</div>' if lesson.minutes else ""
        title = f"{number} {_link(lesson)}{minutes}"
        count = f"{lesson.right(self.states)} of {len(lesson.exercises)}"
        bar = f'<div style="{FRAME}"><div style="{FILLED};width:{100 * self._share(lesson):.0f}%"></div></div>'
        chips = "".join(self._chip(entry) for entry in lesson.entries)
        cells = (title, f"{count}{bar}", chips)
        return "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>"

    def _chip(self, entry: Entry) -> str:
        minutes = f" · {entry.minutes} minutes" if entry.minutes else ""
        minutes += " · extra" if entry.extra else ""
        points = f"{entry.points:g} point{'' if entry.points == 1 else 's'}"
        colour = COLOURS[State.NOT_ATTEMPTED if entry.written else state_of(entry, self.states)]
        mark = f'<span style="color:{colour};font-weight:700">{self._mark(entry)}</span>'
        return f'<span style="{CHIP}" title="{points}{minutes}">{mark} {escape(entry.name)}</span> '


TABLE = "border-collapse:collapse;width:100%"
CELL = "text-align:left;vertical-align:top;padding:.3em 1em .3em 0;white-space:normal"
CHIP = "white-space:nowrap;display:inline-block;margin-right:1.1em"
FRAME = "width:5em;height:.5em;margin-top:.3em;border:1px solid currentColor"
FILLED = "height:100%;background:currentColor"


def _link(lesson: LessonEntry) -> str:
    """The title, as a link to the notebook beside this one; on Colab a notebook has no neighbours."""
    if "google.colab" in sys.modules:
        return escape(lesson.title)
    return f'<a href="../{lesson.name}/{lesson.name}.ipynb">{escape(lesson.title)}</a>'

"""`python -m autograder new`: what is written where. Everything is planned first, and nothing is written over."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.authoring.lesson import LessonError, lesson_files, parse_course, readme_rows
from autograder.authoring.new import templates
from autograder.engine.catalogue import Catalogue, Topic

LESSON = re.compile(r"\d\d_[a-z][a-z0-9_]*")
CLOSING = "# ## What you have built"
MARKDOWN = "# %% [markdown]"
HEADING = re.compile(r"^# (### Exercise: .*)$", re.MULTILINE)
EXTRA = " · extra"
MARKS = (" · core", EXTRA)


@dataclass
class Plan:
    """Texts by their files: of files that are not there yet, and of files that get something added."""

    made: dict[Path, str] = field(default_factory=dict)
    changed: dict[Path, str] = field(default_factory=dict)

    def write(self) -> None:
        """Writes all of it.

        Raises:
            LessonError: a file to be made is there already; nothing was written.
        """
        for file in self.made:
            if file.exists():
                raise LessonError(f"{file} is there already, and is not written over. Move it away, or finish it.")
        for file, text in (self.made | self.changed).items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def new(catalogue: Catalogue, lesson: str, exercise: str | None = None) -> Plan:
    """Writes the skeleton of a lesson, of an exercise in a lesson that is there, or of both.

    Args:
        lesson: `05_topic` for a new one; one that is there may go without its number.

    Returns:
        What was written.

    Raises:
        LessonError: a name that is taken or is none, or nothing to do; nothing was written.
    """
    files = {name: file for file in lesson_files(catalogue) for name in (file.stem, file.stem.partition("_")[2])}
    plan = Plan()
    if lesson in files:
        file, source = files[lesson], files[lesson].read_text(encoding="utf-8")
        if exercise is None:
            raise LessonError(f"solutions/{file.name} is there already. To add an exercise, name it after the lesson.")
    else:
        file = catalogue.root / "solutions" / f"{lesson}.py"
        source = _lesson(catalogue, lesson, plan)
    if exercise:
        source = _exercise(catalogue, file, source, exercise, plan)
    (plan.changed if file.exists() else plan.made)[file] = source
    plan.write()
    return plan


def _lesson(catalogue: Catalogue, name: str, plan: Plan) -> str:
    """Plans the files beside a new lesson's source; gives that source."""
    _check_lesson_name(catalogue, name)
    topic = catalogue.topic(name.partition("_")[2])
    words = {"lesson": name, "topic": topic.name, "title": topic.name.replace("_", " ").capitalize()}
    plan.made[topic.experiments / "__init__.py"] = templates.EXPERIMENTS.substitute(words)
    plan.made[topic.references / "__init__.py"] = templates.REFERENCES.substitute(words)
    plan.made[topic.helper] = templates.HELPER.substitute(words)
    plan.changed[catalogue.root / "README.md"] = _with_row(catalogue, name, templates.ROW.substitute(words))
    return templates.LESSON.substitute(words)


def _check_lesson_name(catalogue: Catalogue, name: str) -> None:
    there = [file.stem for file in lesson_files(catalogue)]
    if not LESSON.fullmatch(name):
        raise LessonError(f"Call a lesson NN_topic, as 05_scratch, and not {name!r}. There are {', '.join(there)}.")
    number, _, topic = name.partition("_")
    for other in there:
        if number == other.partition("_")[0] or topic == other.partition("_")[2]:
            raise LessonError(f"{name!r} has the number or the topic of solutions/{other}.py. Choose another.")


def _with_row(catalogue: Catalogue, name: str, row: str) -> str:
    """The README with a row more, in its place."""
    rows = readme_rows(catalogue)
    if not rows:
        raise LessonError("README.md has no table of lessons; add one with a row such as | `05_topic` | … |.")
    above = max((number for other, number in rows.items() if other < name), default=min(rows.values()) - 1)
    lines = (catalogue.root / "README.md").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join([*lines[:above], f"{row}\n", *lines[above:]])


def _exercise(catalogue: Catalogue, file: Path, source: str, name: str, plan: Plan) -> str:
    """Plans an exercise's files; gives the lesson's source with its cells."""
    _check_exercise_name(catalogue, name)
    topic: Topic = catalogue.topic(file.stem.partition("_")[2])
    words = {"exercise": name, "mark": _mark(source)}
    plan.made[topic.experiments / f"{name}.py"] = templates.EXPERIMENT.substitute(words)
    plan.made[topic.references / f"{name}.py"] = templates.REFERENCE.substitute(words)
    return _with_cells(file, source, templates.CELLS.substitute(words))


def _mark(source: str) -> str:
    """A lesson that marks its exercises as core and extra marks all of them."""
    headings = HEADING.findall(source)
    return "" if headings and not any(heading.endswith(MARKS) for heading in headings) else EXTRA


def _check_exercise_name(catalogue: Catalogue, name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise LessonError(f"An exercise has the name of the function or class that students write, and not {name!r}.")
    places = {
        other: f"solutions/{lesson.file.name}" for lesson in parse_course(catalogue) for other in lesson.exercises
    }
    places |= {other: catalogue.topic(topic).place("exercises", other) for other, topic in catalogue.names().items()}
    if name in places:
        raise LessonError(f"{name!r} is taken by {places[name]}. Names are unique in the course: choose another.")


def _with_cells(file: Path, source: str, cells: str) -> str:
    """The lesson with cells more, before its closing sections."""
    lines = source.splitlines()
    if CLOSING not in lines:
        raise LessonError(f"solutions/{file.name}: the exercise goes before {CLOSING!r}, and there is no such line.")
    at = lines.index(CLOSING)
    above = lines[:at]
    while above and above[-1].strip() in ("", "#", MARKDOWN):
        above.pop()
    return "\n".join([*above, "", cells, MARKDOWN, *lines[at:], ""])

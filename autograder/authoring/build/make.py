"""The build: from a lesson's source to the solved notebook, the students' notebook, the visible sheets and the map."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from autograder.authoring.build.notebook import solved_notebook
from autograder.authoring.build.release import release
from autograder.authoring.course import course_json, titles
from autograder.authoring.lesson import (
    ROOT,
    Lesson,
    check_frame,
    lesson_files,
    parse_lesson,
    read_lesson,
    signature_in,
)
from autograder.engine.exercise import find_exercise
from autograder.engine.sheet import VISIBLE_SEED, write_sheets
from autograder.references import answers_to
from autograder.references.sheets import make_sheet

COURSE = Path("data/course.json")


def build(root: Path = ROOT, names: list[str] | None = None, report: Callable[[str], None] = print) -> None:
    """Writes the generated files of the course below `root`: notebooks twice, visible sheets, the table of contents.

    Args:
        names: lessons, as `11_attention` or `attention`; all without.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference. Whatever is raised, nothing was written for any lesson.
    """
    lessons = sound_lessons(names)
    with TemporaryDirectory() as scratch:
        made = Path(scratch)
        make_notebooks(made, lessons, report)
        make_sheets(made, lessons, report)
        shutil.copytree(made, root, dirs_exist_ok=True)
    report("written")


def sound_lessons(names: list[str] | None = None) -> list[Lesson]:
    """The lessons in `names`, all without, after everything that can be said about them before anything is made.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference.
    """
    lessons = [read_lesson(file) for file in lesson_files(names)]
    for lesson in lessons:
        check_frame(lesson)
    _unique_across(lessons)
    for name in (name for lesson in lessons for name in lesson.exercises):
        answers_to(find_exercise(name))
    return lessons


def make_notebooks(folder: Path, lessons: list[Lesson], report: Callable[[str], None]) -> None:
    """Makes the notebooks, solved and as students get them, and the table of contents."""
    known = titles()
    for lesson in lessons:
        target = folder / "solutions" / lesson.name / f"{lesson.name}.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(solved_notebook(lesson, known), target)
        report(f"{lesson.name}: notebook")
    release(folder, [lesson.name for lesson in lessons])
    report("students' notebooks")
    (folder / COURSE).parent.mkdir(parents=True)
    (folder / COURSE).write_text(course_json(), encoding="utf-8")
    report("table of contents")


def make_sheets(folder: Path, lessons: list[Lesson], report: Callable[[str], None]) -> None:
    """Makes the visible sheets."""
    for lesson in lessons:
        sheets = [
            make_sheet(find_exercise(name), VISIBLE_SEED, signature=signature_in(cell, name))
            for name, cell in lesson.exercises.items()
        ]
        if sheets:
            write_sheets(lesson.topic, sheets, folder / "data" / "sheets")
        report(f"{lesson.name}: sheets")


def _unique_across(lessons: list[Lesson]) -> None:
    """An exercise has one name in the whole course, so also in the lessons that are not built now."""
    places: dict[str, Path] = {}
    for file in lesson_files():
        for name in parse_lesson(file).exercises:
            places.setdefault(name, file)
    for lesson in lessons:
        for name, cell in lesson.exercises.items():
            if places[name] != lesson.file:
                raise lesson.error(cell, f"the exercise {name!r} stands already in solutions/{places[name].name}.")

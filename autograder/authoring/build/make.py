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
from autograder.authoring.lesson import Lesson, check_frame, lesson_files, parse_lesson, read_lesson, signature_in
from autograder.engine.catalogue import Catalogue
from autograder.engine.sheet import VISIBLE_SEED, Sheet, write_sheets
from autograder.references import answers_to
from autograder.references.sheets import make_sheet


def build(catalogue: Catalogue, names: list[str] | None = None, report: Callable[[str], None] = print) -> None:
    """Writes the generated files of a course: notebooks twice, visible sheets, the table of contents.

    Args:
        names: lessons, as `11_attention` or `attention`; all without.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference. Whatever is raised, nothing was written for any lesson.
    """
    lessons = sound_lessons(catalogue, names)
    with TemporaryDirectory() as scratch:
        make_notebooks(catalogue, lessons, Path(scratch), report)
        sheets = {lesson.topic: _sheets(lesson, report) for lesson in lessons if lesson.exercises}
        shutil.copytree(scratch, catalogue.root, dirs_exist_ok=True)
    for topic, made in sheets.items():
        write_sheets(catalogue.topic(topic), made)


def sound_lessons(catalogue: Catalogue, names: list[str] | None = None) -> list[Lesson]:
    """The lessons in `names`, all without, after everything that can be said about them before anything is made.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference.
    """
    lessons = [read_lesson(file, catalogue) for file in lesson_files(catalogue, names)]
    _unique_across(catalogue, lessons)
    for lesson in lessons:
        check_frame(lesson)
        for name in lesson.exercises:
            answers_to(catalogue.topic(lesson.topic), name)
    return lessons


def make_notebooks(catalogue: Catalogue, lessons: list[Lesson], root: Path, report: Callable[[str], None]) -> None:
    """Makes the notebooks, solved and as students get them, and the table of contents, below `root`."""
    known = titles(catalogue)
    for lesson in lessons:
        target = root / "solutions" / lesson.name / f"{lesson.name}.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(solved_notebook(lesson, known), target)
        report(f"{lesson.name}: notebook")
    release(root, [lesson.name for lesson in lessons])
    report("students' notebooks")
    contents = root / catalogue.contents.relative_to(catalogue.root)
    contents.parent.mkdir(parents=True)
    contents.write_text(course_json(catalogue), encoding="utf-8")
    report("table of contents")


def _sheets(lesson: Lesson, report: Callable[[str], None]) -> list[Sheet]:
    topic = lesson.catalogue.topic(lesson.topic)
    made = [
        make_sheet(topic, name, VISIBLE_SEED, signature=signature_in(cell, name))
        for name, cell in lesson.exercises.items()
    ]
    report(f"{lesson.name}: sheets")
    return made


def _unique_across(catalogue: Catalogue, lessons: list[Lesson]) -> None:
    """An exercise has one name in the whole course, so also in the lessons that are not built now."""
    places: dict[str, Path] = {}
    for file in lesson_files(catalogue):
        for name in parse_lesson(file, catalogue).exercises:
            places.setdefault(name, file)
    for lesson in lessons:
        for name, cell in lesson.exercises.items():
            if places[name] != lesson.file:
                raise lesson.error(cell, f"the exercise {name!r} stands already in solutions/{places[name].name}.")

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
from autograder.authoring.lesson import Lesson, check_frame, check_lesson, lesson_files, parse_course, signature_in
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
    every = parse_course(catalogue)
    lessons = sound_lessons(every, lesson_files(catalogue, names))
    with TemporaryDirectory() as scratch:
        make_notebooks(catalogue, every, lessons, Path(scratch), report)
        sheets = {lesson.topic: _sheets(lesson, report) for lesson in lessons if lesson.exercises}
        shutil.copytree(scratch, catalogue.root, dirs_exist_ok=True)
    for topic, made in sheets.items():
        write_sheets(catalogue.topic(topic), made)


def sound_lessons(every: list[Lesson], files: list[Path]) -> list[Lesson]:
    """Those of the course's lessons that are to be built, after everything that can be said before anything is made.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference.
    """
    lessons = [lesson for lesson in every if lesson.file in files]
    for lesson in lessons:
        check_lesson(lesson)
    _unique_across(every, lessons)
    for lesson in lessons:
        check_frame(lesson)
        for name in lesson.exercises:
            answers_to(lesson.catalogue.topic(lesson.topic), name)
    return lessons


def make_notebooks(
    catalogue: Catalogue, every: list[Lesson], lessons: list[Lesson], root: Path, report: Callable[[str], None]
) -> None:
    """Makes the notebooks of some lessons, solved and as students get them, and the table of contents, below `root`."""
    known = titles(every)
    for lesson in lessons:
        target = root / "solutions" / lesson.name / f"{lesson.name}.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(solved_notebook(lesson, known), target)
        report(f"{lesson.name}: notebook")
    release(root, [lesson.name for lesson in lessons])
    report("students' notebooks")
    contents = root / catalogue.contents.relative_to(catalogue.root)
    contents.parent.mkdir(parents=True)
    contents.write_text(course_json(every), encoding="utf-8")
    report("table of contents")


def _sheets(lesson: Lesson, report: Callable[[str], None]) -> list[Sheet]:
    topic = lesson.catalogue.topic(lesson.topic)
    made = [
        make_sheet(topic, name, VISIBLE_SEED, signature=signature_in(cell, name))
        for name, cell in lesson.exercises.items()
    ]
    report(f"{lesson.name}: sheets")
    return made


def _unique_across(every: list[Lesson], lessons: list[Lesson]) -> None:
    """An exercise has one name in the whole course, so also in the lessons that are not built now."""
    places: dict[str, Path] = {}
    for lesson in every:
        for name in lesson.exercises:
            places.setdefault(name, lesson.file)
    for lesson in lessons:
        for name, cell in lesson.exercises.items():
            if places[name] != lesson.file:
                raise lesson.error(cell, f"the exercise {name!r} stands already in solutions/{places[name].name}.")

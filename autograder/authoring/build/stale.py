"""Which generated files differ from what a build would write."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.build.make import make_notebooks, sound_lessons
from autograder.authoring.lesson import Lesson, lesson_files, parse_course
from autograder.engine.catalogue import Catalogue, Topic
from autograder.engine.sheet import Sheet, StaleSheet, read_sheets
from autograder.references import answers_to


def stale_files(catalogue: Catalogue, names: list[str] | None = None) -> list[str]:
    """The generated files that a build would change, as paths relative to the course.

    Notebooks and map are made anew and compared; visible sheets, which take longer, are asked what they were made from,
    and whether they name the mistakes that the references name, in that order.

    Args:
        names: lessons, as for `build`; all without, and then also what no lesson writes any more.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference.
    """
    files = lesson_files(catalogue, names)
    patterns = [f"{file.stem}/*.ipynb" for file in files] if names else ["*/*.ipynb"]
    every = parse_course(catalogue)
    lessons = sound_lessons(every, files)
    stale: list[str] = []
    with TemporaryDirectory() as folder:
        fresh = Path(folder)
        make_notebooks(catalogue, every, lessons, fresh, print)
        for part in ("solutions", "notebooks"):
            stale += [name for pattern in patterns for name in _differing(fresh, catalogue.root, f"{part}/{pattern}")]
        stale += _differing(fresh, catalogue.root, str(catalogue.contents.relative_to(catalogue.root)))
    return stale + [name for lesson in lessons for name in _stale_sheets(lesson)]


def _stale_sheets(lesson: Lesson) -> list[str]:
    topic = lesson.catalogue.topic(lesson.topic)
    try:
        sheets = read_sheets(topic) if lesson.exercises else {}
        current = all(name in sheets and _same_sentences(topic, sheets[name]) for name in lesson.exercises)
    except StaleSheet:
        current = False
    return [] if current else [str(topic.sheets.relative_to(lesson.catalogue.root))]


def _same_sentences(topic: Topic, sheet: Sheet) -> bool:
    """Whether a sheet names the mistakes that the references name now, in that order."""
    known = answers_to(topic, sheet.exercise).mistakes
    return [item.sentence for item in sheet.mistakes] == [item.sentence for item in known]


def _differing(fresh: Path, kept: Path, pattern: str) -> list[str]:
    names = {file.relative_to(root) for root in (fresh, kept) for file in root.glob(pattern)}
    return [
        str(name)
        for name in sorted(names)
        if not (fresh / name).exists()
        or not (kept / name).exists()
        or (fresh / name).read_bytes() != (kept / name).read_bytes()
    ]

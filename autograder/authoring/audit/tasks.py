"""What there is to audit: lessons by their names, exercises by theirs."""

from __future__ import annotations

from autograder.authoring.lesson import Lesson, LessonError, lesson_files, read_lesson
from autograder.engine.catalogue import Catalogue


def tasks(catalogue: Catalogue, names: list[str] | None = None) -> list[tuple[Lesson, str]]:
    """Every exercise of the course; or of the lessons in `names`, and the exercises in it.

    An exercise that follows its lesson is meant alone: `11_attention MultiHeadAttention`. A name that both have, as
    `attention`, is the lesson's, unless the lesson was named before.

    Raises:
        LessonError: a name that neither a lesson nor an exercise has, or a lesson that cannot be read.
    """
    files = {file.stem: file for file in lesson_files(catalogue)}
    wanted = _wanted(catalogue, list(files), names or list(files))
    lessons = [read_lesson(file, catalogue) for name, file in files.items() if name in wanted]
    return [
        (item, name) for item in lessons for name in item.exercises if name in (wanted[item.name] or item.exercises)
    ]


def _wanted(catalogue: Catalogue, lessons: list[str], names: list[str]) -> dict[str, set[str]]:
    """The lessons that are named, each with its exercises that are; where none is, all of them are meant."""
    wanted: dict[str, set[str]] = {}
    for name in names:
        lesson = name if name in lessons else _lesson_of(catalogue, name)
        owner = _lesson_of(catalogue, catalogue.names().get(name, ""))
        if owner and (lesson is None or lesson in wanted):
            wanted.setdefault(owner, set()).add(name)
        elif lesson:
            wanted[lesson] = set()
        else:
            raise LessonError(f"No lesson and no exercise is called {name!r}; lessons are {', '.join(lessons)}.")
    return wanted


def _lesson_of(catalogue: Catalogue, topic: str) -> str | None:
    file = catalogue.topic(topic).lesson
    return file.stem if file else None

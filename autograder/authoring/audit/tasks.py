"""What there is to audit: lessons by their names, exercises by theirs."""

from __future__ import annotations

from autograder.authoring.lesson import Lesson, LessonError, lesson_files, read_lesson
from autograder.engine.exercise import all_exercises


def tasks(names: list[str] | None = None) -> list[tuple[Lesson, str]]:
    """Every exercise of the course; or of the lessons in `names`, and the exercises in it.

    An exercise that follows its lesson is meant alone: `11_attention MultiHeadAttention`. A name that both have, as
    `attention`, is the lesson's, unless the lesson was named before.

    Raises:
        LessonError: a name that neither a lesson nor an exercise has, or a lesson that cannot be read.
    """
    if not names:
        return [(lesson, name) for lesson in map(read_lesson, lesson_files()) for name in lesson.exercises]
    wanted: dict[str, set[str]] = {}
    for name in names:
        lesson = _lesson_named(name)
        if lesson is None or (lesson in wanted and name in all_exercises()):
            wanted.setdefault(_lesson_of(name), set()).add(name)
        else:
            wanted[lesson] = set()
    lessons = [read_lesson(file) for file in lesson_files(list(wanted))]
    return [
        (item, name) for item in lessons for name in item.exercises if name in (wanted[item.name] or item.exercises)
    ]


def _lesson_named(name: str) -> str | None:
    return next((file.stem for file in lesson_files() if name in (file.stem, file.stem.partition("_")[2])), None)


def _lesson_of(exercise: str) -> str:
    """The lesson that has this exercise."""
    if exercise not in all_exercises():
        lessons = ", ".join(file.stem for file in lesson_files())
        raise LessonError(f"No lesson and no exercise is called {exercise!r}; lessons are {lessons}.")
    return lesson_files([all_exercises()[exercise].topic])[0].stem

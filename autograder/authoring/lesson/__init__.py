"""A lesson's source: parsed once (`parse`), then checked: its cells (`check`) and what every lesson has (`frame`)."""

from autograder.authoring.lesson.check import check_lesson, read_lesson
from autograder.authoring.lesson.frame import check_frame
from autograder.authoring.lesson.links import readme_rows
from autograder.authoring.lesson.parse import (
    Cell,
    Lesson,
    LessonError,
    lesson_files,
    parse_course,
    parse_lesson,
    signature_in,
)

__all__ = [
    "Cell",
    "Lesson",
    "LessonError",
    "check_frame",
    "check_lesson",
    "lesson_files",
    "parse_course",
    "parse_lesson",
    "read_lesson",
    "readme_rows",
    "signature_in",
]

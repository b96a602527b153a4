"""Checks the cells of a lesson: their words, and that each exercise is whole.

Whatever is refused is said with file and line, and with what to do.
"""

from __future__ import annotations

import ast
from pathlib import Path

from autograder.authoring.lesson.parse import STUB, Cell, Lesson, LessonError, parse_lesson
from autograder.engine.catalogue import Catalogue

WORDS = {"exercise", "check", "written"}


def read_lesson(file: Path, catalogue: Catalogue) -> Lesson:
    """Reads one lesson and checks its cells.

    Raises:
        LessonError: see `check_lesson`.
    """
    lesson = parse_lesson(file, catalogue)
    check_lesson(lesson)
    return lesson


def check_lesson(lesson: Lesson) -> None:
    """Refuses a lesson whose cells cannot be built.

    Raises:
        LessonError: unknown words, duplicate names, an exercise without check or experiment, a solution outside
            an exercise.
    """
    if not lesson.cells or not lesson.cells[0].line:
        raise lesson.error(1, "the file must start with a `# %%` header, with nothing before it.")
    for cell in lesson.cells:
        _check_words(lesson, cell)
    _check_names(lesson)
    _check_exercises(lesson)


def _check_words(lesson: Lesson, cell: Cell) -> None:
    words = set(cell.words) - {"points"}
    if unknown := sorted(words - WORDS):
        raise lesson.error(cell, f"unknown word {unknown[0]!r} in the header; there are exercise, check and written.")
    if len(words) > 1:
        raise lesson.error(cell, "a cell is an exercise, a check or a written answer: one word a header.")
    if ("points" in cell.words) != ("written" in cell.words):
        raise lesson.error(cell, 'points go with written="…"; an exercise has its points in autograder/exercises.')
    if "written" in words and "BEGIN SOLUTION" in cell.blank:
        raise lesson.error(cell, "# BEGIN SOLUTION and # END SOLUTION do not pair up.")
    if "BEGIN SOLUTION" in cell.source and not words & {"exercise", "written"}:
        raise lesson.error(cell, 'a solution outside an exercise would reach students: add exercise="…" to the header.')


def _check_names(lesson: Lesson) -> None:
    seen: dict[tuple[str, str], int] = {}
    for cell in lesson.cells:
        for word in set(cell.words) & WORDS:
            key = (word, cell.words[word])
            if key in seen:
                raise lesson.error(cell, f"{word}={key[1]!r} stands already in line {seen[key]}.")
            seen[key] = cell.line


def _check_exercises(lesson: Lesson) -> None:
    topic = lesson.catalogue.topic(lesson.topic)
    if not topic.experiments.is_dir():
        raise LessonError(f"{topic.place('exercises', '*')} are missing; {lesson.file.name} needs them.")
    known = set(topic.exercises())
    checks = {cell.words["check"]: cell for cell in lesson.cells if "check" in cell.words}
    for name, cell in lesson.exercises.items():
        _check_exercise(lesson, name, cell)
        if name not in known:
            raise lesson.error(cell, f"{topic.place('exercises', name)} is missing.")
        if name not in checks:
            raise lesson.error(cell, f'no check: add a cell `# %% check="{name}"` with check({name}).')
    for name, cell in checks.items():
        if name not in lesson.exercises:
            raise lesson.error(cell, f'check="{name}" has no exercise="{name}" in this lesson.')
        if cell.source.strip() != f"check({name})":
            raise lesson.error(cell, f"a check cell is the one line check({name}).")
    if left := sorted(known - set(lesson.exercises)):
        place = topic.place("exercises", left[0])
        raise LessonError(f"solutions/{lesson.file.name}:1: {place} is there, the lesson has no such exercise.")


def _check_exercise(lesson: Lesson, name: str, cell: Cell) -> None:
    try:
        body = ast.parse(cell.source).body
    except SyntaxError as error:
        raise lesson.error(cell, f"line {error.lineno} of the cell does not parse: {error.msg}.") from error
    defined = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    if name not in defined:
        raise lesson.error(cell, f"exercise={name!r} should define a function or class of that name.")
    if STUB not in cell.blank:
        raise lesson.error(cell, "nothing to write: put the answer between # BEGIN SOLUTION and # END SOLUTION.")
    if "SOLUTION" in cell.blank:
        raise lesson.error(cell, "# BEGIN SOLUTION and # END SOLUTION do not pair up.")

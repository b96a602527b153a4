"""What is known about a class: the ledger's verdicts, with the points that people gave in the gradebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.engine.verdict import State
from autograder.grading.gradebook import GradebookError, in_a_sentence
from autograder.grading.ledger import LEDGER, read_ledger
from autograder.grading.reporting.export import by_exercise

GRADED, NOT_SUBMITTED = "graded", "not submitted"


class NoResults(LookupError):
    """There is nothing to report; the message says what there is instead."""


@dataclass(frozen=True)
class Result:
    """One student's lesson.

    Attributes:
        status: "graded", "not graded" or "not submitted".
        reason: why it is not graded.
        remark: what else to know about a grade: it was given without a sandbox.
        score: None where it is not graded.
        points: exercise or written answer → the points it earned, a person's word included.
        rows: the ledger's entries, one an exercise.
        seconds: what grading took; None where nobody measured.
    """

    student: str
    status: str
    reason: str = ""
    score: float | None = None
    points: dict[str, float] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    seconds: float | None = None
    remark: str = ""

    def state(self, exercise: str) -> str:
        """The state of an exercise; empty where there is none."""
        return next((str(row["state"]) for row in self.rows if row["exercise"] == exercise), "")


@dataclass(frozen=True)
class Misconception:
    """A misunderstanding, or a fault without a name, and who shows it."""

    exercise: str
    sentence: str
    students: list[str]


@dataclass(frozen=True)
class ClassResults:
    """One lesson of a class.

    Attributes:
        written: the answers that people grade → their points.
    """

    lesson: str
    results: list[Result]
    written: dict[str, float] = field(default_factory=dict)

    @cached_property
    def graded(self) -> list[Result]:
        return [item for item in self.results if item.status == GRADED]

    @cached_property
    def not_graded(self) -> list[Result]:
        return [item for item in self.results if item.status not in (GRADED, NOT_SUBMITTED)]

    @cached_property
    def exercises(self) -> dict[str, float]:
        """Exercise → its points, in the order of the lesson."""
        return {row["exercise"]: float(row["points"]) for item in self.graded for row in item.rows}

    @cached_property
    def columns(self) -> list[str]:
        """The exercises, then the written answers."""
        return [*self.exercises, *self.written]

    @cached_property
    def most(self) -> float:
        """What can be reached."""
        return sum(self.exercises.values()) + sum(self.written.values())

    @cached_property
    def misconceptions(self) -> list[Misconception]:
        """The named ones, the most frequent first."""
        return _grouped((item, row, said) for item, row in self._wrong() for said in row["misunderstandings"])

    @cached_property
    def unnamed(self) -> list[Misconception]:
        """Wrong answers that no known mistake explains, with the first thing that was said about them."""
        rest = [(item, row) for item, row in self._wrong() if not row["misunderstandings"]]
        return _grouped((item, row, [*row["notes"], *row["wrong"], ""][0]) for item, row in rest)

    def count(self, exercise: str, state: State) -> int:
        """How many graded submissions have an exercise in this state."""
        return sum(item.state(exercise) == state for item in self.graded)

    def _wrong(self) -> list[tuple[Result, dict[str, Any]]]:
        return [(item, row) for item in self.graded for row in item.rows if row["state"] == State.WRONG]


def _grouped(said: Iterable[tuple[Result, dict[str, Any], str]]) -> list[Misconception]:
    students: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item, row, sentence in said:
        students[row["exercise"], sentence].append(item.student)
    found = [Misconception(exercise, sentence, names) for (exercise, sentence), names in students.items()]
    return sorted(found, key=lambda item: (-len(item.students), item.exercise, item.sentence))


def read_results(course: Path, lesson: str) -> ClassResults:
    """Reads the ledger of a lesson and, where there is one, the gradebook.

    Raises:
        NoResults: nothing was graded under this name, or a file cannot be read.
    """
    try:
        results = {student: _from_ledger(student, entry) for student, entry in read_ledger(course, lesson).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoResults(f"A file in {course / LEDGER / lesson} cannot be read: {error}") from error
    if not results:
        known = sorted(folder.name for folder in (course / LEDGER).glob("*/"))
        there = f"There are verdicts on: {', '.join(known)}." if known else f"{course / LEDGER} holds no verdicts yet."
        raise NoResults(f"Nothing was graded for {lesson!r} in {course.resolve()}. {there}")
    address = _gradebook_address(course)
    return _with_gradebook(address, lesson, results) if address else ClassResults(lesson, [*results.values()])


def _from_ledger(student: str, entry: dict[str, Any]) -> Result:
    rows = entry.get("exercises", [])
    points = {row["exercise"]: float(row["earned"]) for row in rows}
    score = sum(points.values()) if entry["status"] == GRADED else None
    repairs = [str(note) for note in entry.get("repairs") or []]
    return Result(
        student, entry["status"], entry.get("reason", ""), score, points, rows, repairs, entry.get("seconds"),
        entry.get("remark", ""),
    )  # fmt: skip


def _with_gradebook(address: str, lesson: str, results: dict[str, Result]) -> ClassResults:
    """Adds what people decided, and who handed nothing in."""
    try:
        with in_a_sentence(), Gradebook(address) as gradebook:
            names = sorted({*results, *(student.id for student in gradebook.students)})
            found = [_from_gradebook(gradebook, lesson, name, results.get(name)) for name in names]
            return ClassResults(lesson, found, _written(gradebook, lesson))
    except GradebookError as error:
        raise NoResults(f"The report needs the gradebook. {error}") from error


def _written(gradebook: Gradebook, lesson: str) -> dict[str, float]:
    try:
        cells = [cell for notebook in gradebook.find_assignment(lesson).notebooks for cell in notebook.grade_cells]
    except MissingEntry:
        return {}
    by_hand = [cell for cell in cells if cell.name.startswith("written-")]
    return {cell.name.removeprefix("written-"): float(cell.max_score) for cell in by_hand}


def _gradebook_address(course: Path) -> str:
    """The course's `db_url`, else its gradebook.db; empty where there is neither. Opening one would make it."""
    file = (course / "gradebook.db").resolve()
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    except ConfigFileNotFound:
        config = {}
    chosen = config.get("CourseDirectory", {}).get("db_url", "")
    return str(chosen) or (f"sqlite:///{file}" if file.exists() else "")


def _from_gradebook(gradebook: Gradebook, lesson: str, student: str, known: Result | None) -> Result:
    if known is None:
        return Result(student, NOT_SUBMITTED)
    if known.status != GRADED:
        return known
    try:
        submission = gradebook.find_submission(lesson, student)
    except MissingEntry:
        return known
    score = max(0.0, float(submission.score - submission.late_submission_penalty))
    points = {**known.points, **by_exercise(submission)}
    return replace(known, score=score, points=points)

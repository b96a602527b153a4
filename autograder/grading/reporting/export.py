"""What `nbgrader export` writes: our own table, and the layouts that Canvas and Moodle import.

nbgrader export                                                                        grades.csv
nbgrader export --exporter=autograder.grading.reporting.export.CanvasExport --to canvas.csv
nbgrader export --exporter=autograder.grading.reporting.export.MoodleExport --to moodle.csv
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Unicode

from autograder.grading.ledger import read_ledger

COLUMNS = ["assignment", "student_id", "last_name", "first_name", "email", "timestamp", "status", "score", "max_score"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: a name such as `=cmd|…` is no formula. Numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and len(value) > 1 and value.startswith(FORMULA) else value


def write_table(file: Path, header: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes a CSV file, quoted, with text that stays text. Columns that a row does not have stay empty."""
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow([plain(name) for name in header])
        writer.writerows([[plain(row.get(name, "")) for name in header] for row in rows])


class _Export(ExportPlugin):
    """What the layouts share: which lessons and students are asked for, and the score of a submission."""

    default_file = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Writes to `--to FILE`, else to the layout's own name."""
        target = Path(self.to or self.default_file)
        self.write(gradebook, target)
        for lesson in self.lessons(gradebook):
            waiting = sum(item.needs_manual_grade for item in gradebook.assignment_submissions(lesson.name))
            if waiting:
                self.log.warning("%s: %d submissions wait for a person to grade something", lesson.name, waiting)
        self.log.info("Wrote %s", target)

    def write(self, gradebook: Gradebook, target: Path) -> None:
        """Writes the layout."""
        raise NotImplementedError

    def lessons(self, gradebook: Gradebook) -> list[Any]:
        """The gradebook's lessons, or those named by `--assignment`."""
        chosen = set(map(str, self.assignment))
        return [item for item in gradebook.assignments if not chosen or item.name in chosen]

    def students(self, gradebook: Gradebook) -> list[Any]:
        """The gradebook's students, or those named by `--student`."""
        chosen = set(map(str, self.student))
        return [item for item in gradebook.students if not chosen or item.id in chosen]

    def score(self, gradebook: Gradebook, lesson: Any, student: Any) -> float | None:
        """The score less any penalty; None where nothing was handed in, or what was handed in is not graded."""
        entry = read_ledger(Path.cwd(), lesson.name).get(student.id, {})
        try:
            submission = gradebook.find_submission(lesson.name, student.id)
        except MissingEntry:
            return None
        if entry.get("status") == "not graded":
            return None
        return max(0.0, float(submission.score - submission.late_submission_penalty))


class CsvExport(_Export):
    """Like nbgrader's own, properly quoted: one row a submission, one column an exercise, and an honest status.

    What was not graded has no score instead of zero.
    """

    def write(self, gradebook: Gradebook, target: Path) -> None:
        rows = [row for lesson in self.lessons(gradebook) for row in self._rows(gradebook, lesson)]
        names = dict.fromkeys(name for row in rows for name in row if name not in COLUMNS)
        write_table(target, [*COLUMNS, *names], rows)

    def _rows(self, gradebook: Gradebook, lesson: Any) -> list[dict[str, Any]]:
        ledger = read_ledger(Path.cwd(), lesson.name)
        return [self._row(gradebook, lesson, item, ledger.get(item.id, {})) for item in self.students(gradebook)]

    def _row(self, gradebook: Gradebook, lesson: Any, student: Any, entry: dict[str, Any]) -> dict[str, Any]:
        row = {
            "assignment": lesson.name, "student_id": student.id, "last_name": student.last_name,
            "first_name": student.first_name, "email": student.email, "max_score": lesson.max_score,
            "status": entry.get("remark") or entry.get("status", "not submitted"),
        }  # fmt: skip
        if "reason" in entry:
            row["status"] += f": {entry['reason']}"
        score = self.score(gradebook, lesson, student)
        if score is None:
            return row
        submission = gradebook.find_submission(lesson.name, student.id)
        return {**row, "timestamp": submission.timestamp, "score": score, **by_exercise(submission)}


def by_exercise(submission: Any) -> dict[str, float]:
    """The scores of a submission in the gradebook, by the name of the exercise or written answer.

    A written answer that nobody has read yet has none.
    """
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    known = {item.name: item.score for item in grades if item.auto_score is not None or item.manual_score is not None}
    return {name.removeprefix("check-").removeprefix("written-"): score for name, score in known.items()}


class CanvasExport(_Export):
    """The CSV that Canvas's gradebook imports (*Grades › Import*).

    One row a student: `Student, ID, SIS User ID, SIS Login ID, Section`, then a column for each lesson, and above the
    students a row `Points Possible`. Canvas finds a student by `ID`, its own number (nbgrader's `lms_user_id`), else
    by `SIS Login ID`, here nbgrader's student id, else by the name. It finds an assignment by the number in brackets,
    else by its title. An empty cell changes nothing there.
    """

    default_file = "canvas.csv"
    fixed = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")

    section = Unicode("", help="What stands in the column Section.").tag(config=True)
    assignment_ids = Dict(
        help="Lesson → the number of its assignment in Canvas, as in the address …/assignments/4711."
    ).tag(config=True)

    def write(self, gradebook: Gradebook, target: Path) -> None:
        columns = {lesson: self._column(lesson.name) for lesson in self.lessons(gradebook)}
        possible = {"Student": "    Points Possible", **{name: item.max_score for item, name in columns.items()}}
        rows = [self._row(gradebook, student, columns) for student in self.students(gradebook)]
        write_table(target, [*self.fixed, *columns.values()], [possible, *rows])

    def _column(self, lesson: str) -> str:
        number = self.assignment_ids.get(lesson)
        return f"{lesson} ({number})" if number else lesson

    def _row(self, gradebook: Gradebook, student: Any, columns: Mapping[Any, str]) -> dict[str, Any]:
        name = ", ".join(part for part in (student.last_name, student.first_name) if part)
        row = {
            "Student": name or student.id, "ID": student.lms_user_id or "", "SIS Login ID": student.id,
            "Section": self.section,
        }  # fmt: skip
        scores = {column: self.score(gradebook, lesson, student) for lesson, column in columns.items()}
        return {**row, **{column: score for column, score in scores.items() if score is not None}}


class MoodleExport(_Export):
    """The two CSV files that Moodle takes.

    Without a worksheet, the gradebook's import (*Grades › Import › CSV file*): `First name, Last name, ID number, Email
    address`, then a column for each lesson; when importing, map *Email address* or *ID number* (nbgrader's student id)
    to the user and each lesson to its grade item.

    With `--MoodleExport.worksheet=FILE`, the assignment's offline grading worksheet: only Moodle knows the numbers in
    its column *Identifier*, so the file that it offers for download (*Grading action › Download grading worksheet*) is
    filled in, for the one lesson named by `--assignment`. Rows are matched by *Email address*, *ID number* or
    *Username*. Where Moodle's *Maximum Grade* is another than the lesson's, the score is scaled to it. What is not
    graded stays as it is.
    """

    default_file = "moodle.csv"
    fixed = ("First name", "Last name", "ID number", "Email address")

    worksheet = Unicode("", help="The grading worksheet that Moodle offers for download.").tag(config=True)

    def write(self, gradebook: Gradebook, target: Path) -> None:
        if self.worksheet:
            self._fill(gradebook, target)
            return
        lessons = self.lessons(gradebook)
        rows = [self._row(gradebook, student, lessons) for student in self.students(gradebook)]
        write_table(target, [*self.fixed, *(lesson.name for lesson in lessons)], rows)

    def _row(self, gradebook: Gradebook, student: Any, lessons: Sequence[Any]) -> dict[str, Any]:
        row = {
            "First name": student.first_name or "", "Last name": student.last_name or "", "ID number": student.id,
            "Email address": student.email or "",
        }  # fmt: skip
        scores = {lesson.name: self.score(gradebook, lesson, student) for lesson in lessons}
        return {**row, **{name: score for name, score in scores.items() if score is not None}}

    def _fill(self, gradebook: Gradebook, target: Path) -> None:
        header, rows = _read_worksheet(Path(self.worksheet))
        lessons = self.lessons(gradebook)
        if len(lessons) != 1:
            self._refuse("a worksheet belongs to one lesson: name it with --assignment=\"['11_attention']\"")
        if not {"Identifier", "Grade"} <= set(header):
            self._refuse(f"{self.worksheet} has no columns Identifier and Grade; is it Moodle's grading worksheet?")
        known = {key: item for item in self.students(gradebook) for key in (item.id, item.email) if key}
        for row in rows:
            keys = [row.get(name, "") for name in ("Email address", "ID number", "Username")]
            student = next((known[key] for key in keys if key in known), None)
            score = None if student is None else self.score(gradebook, lessons[0], student)
            if score is not None:
                row["Grade"] = _scaled(score, float(lessons[0].max_score), row.get("Maximum Grade", ""))
        write_table(target, header, rows)

    def _refuse(self, sentence: str) -> None:
        raise SystemExit(f"Nothing was written: {sentence}")


def _read_worksheet(file: Path) -> tuple[list[str], list[dict[str, Any]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as source:
            reader = csv.DictReader(source)
            return list(reader.fieldnames or []), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SystemExit(f"Nothing was written: {file} cannot be read ({error}).") from error


def _scaled(score: float, own: float, theirs: str) -> float:
    """The score in Moodle's points."""
    try:
        wanted = float(theirs.replace(",", "."))
    except ValueError:
        return score
    return round(score * wanted / own, 2) if own else score

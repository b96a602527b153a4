"""Points into nbgrader's gradebook: one session a submission, and one commit."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import compute_checksum, determine_grade

from autograder.engine.verdict import Verdict
from autograder.grading.submission.marks import grade_id


class NoVerdict(Exception):
    """A check that nobody decided: the submission is not graded."""


def save_scores(
    gradebook: Gradebook, notebook: NotebookNode, lesson: str, student: str, verdicts: Mapping[str, Verdict]
) -> None:
    """Writes the verdicts' points. Manual grades and comments stand; what was graded by hand wants another look.

    nbgrader's own SaveAutoGrades asks the database anew for each cell, and what a cell displays decides there.

    Raises:
        NoVerdict: a check has none.
    """
    cells = {grade_id(cell): cell for cell in notebook.cells}
    record = gradebook.find_submission_notebook(lesson, lesson, student)
    for grade in record.grades:
        grade.auto_score = _score(cells.get(grade.name), grade.name, verdicts)
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    for comment in record.comments:
        comment.auto_comment = "No response." if _is_untouched(cells.get(comment.name)) else None
    gradebook.db.commit()


def _score(cell: NotebookNode | None, name: str, verdicts: Mapping[str, Verdict]) -> float | None:
    """Points of a check; of a written answer None, for a person to grade, or 0 where nothing was written."""
    if name.startswith("check-") or cell is None:
        if name not in verdicts:
            raise NoVerdict(f"no verdict on {name}")
        return verdicts[name].earned
    score, _ = determine_grade(cell)
    return None if score is None else float(score)


def _is_untouched(cell: NotebookNode | None) -> bool:
    return cell is not None and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)

"""The autograder's public face: `check` an answer, see your `progress`."""

from autograder.student.blank import explain_blanks
from autograder.student.check import check
from autograder.student.progress import progress

__all__ = ["check", "progress"]

explain_blanks()

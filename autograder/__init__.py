"""The autograder's public face: `check` an answer, see your `progress`, read the `suspects` of an exercise."""

from autograder.student.blank import explain_blanks
from autograder.student.check import check
from autograder.student.progress import progress
from autograder.student.suspects import suspects

__all__ = ["check", "progress", "suspects"]

explain_blanks()

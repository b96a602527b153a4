"""The autograder's public face: `check` an answer and look at the inputs that it got (`inputs_of`); see your
`progress`; read the `suspects` of an exercise, and its `solution` once you are right."""

from autograder.student.blank import explain_blanks
from autograder.student.check import check
from autograder.student.inputs import inputs_of
from autograder.student.progress import progress
from autograder.student.solution import solution
from autograder.student.suspects import suspects

__all__ = ["check", "inputs_of", "progress", "solution", "suspects"]

explain_blanks()

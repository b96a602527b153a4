"""The autograder's public face: `check` an answer, look at its inputs with `inputs_of`, see your `progress`."""

from autograder.student.blank import explain_blanks
from autograder.student.check import check
from autograder.student.inputs import inputs_of
from autograder.student.progress import progress

__all__ = ["check", "inputs_of", "progress"]

explain_blanks()

"""The blank answer wears the check's id, and a second check claims another exercise."""

from nbformat.v4 import new_code_cell

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    cells["exercise-double"].source = "raise NotImplementedError"
    fake = new_code_cell("print(5)", id="check-mul")
    fake.metadata.nbgrader = {**cells["check-double"].metadata.nbgrader, "grade_id": "check-checkerboard", "points": 50}
    release.cells.append(fake)
    return release

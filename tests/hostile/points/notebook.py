"""A hundred points instead of one; the answer is right."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    cells["check-double"].metadata.nbgrader.points = 100
    return release

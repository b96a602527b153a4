"""The check's cell prints five, and every other cell of the lesson is gone."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    cells["check-double"].source = "print(5)"
    cells["exercise-double"].source = "def double(x):\n    return x"
    release.cells = [cells["exercise-double"], cells["check-double"]]
    return release

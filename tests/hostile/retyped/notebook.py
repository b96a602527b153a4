"""The answer's cell has become text."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    cells["exercise-double"].cell_type = "markdown"
    return release

"""The answer is split over two cells, the first of which has the id."""

from nbformat.v4 import new_code_cell

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    cells["exercise-double"].source = "def helper(x):\n    return x + x"
    own = new_code_cell("def double(x):\n    return helper(x)")
    release.cells.insert(release.cells.index(cells["exercise-double"]) + 1, own)
    return release

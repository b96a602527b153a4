"""More cells than anybody writes."""

from nbformat.v4 import new_code_cell

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    release.cells += [new_code_cell("1") for _ in range(10_000)]
    return release

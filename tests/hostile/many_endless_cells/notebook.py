"""Fifty cells of the student's own, each of which never ends."""

from nbformat.v4 import new_code_cell

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    release.cells += [new_code_cell("while True: pass") for _ in range(50)]
    return release

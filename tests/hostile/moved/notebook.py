"""The cells stand in the opposite order."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    release.cells = release.cells[::-1]
    return release

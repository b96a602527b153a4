"""JSON of a hundred thousand levels."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    return b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

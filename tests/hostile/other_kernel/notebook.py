"""A notebook that asks for another kernel."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    release.metadata.kernelspec = {"name": "../../evil", "display_name": "R", "language": "R"}
    return release

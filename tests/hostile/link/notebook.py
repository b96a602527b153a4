"""A symbolic link to a file of the grader's."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    file.symlink_to("/etc/passwd")

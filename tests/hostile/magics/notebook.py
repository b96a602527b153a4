"""A right answer among magics and shell commands."""

from nbformat.v4 import new_code_cell

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    lines = ["%reset -f", "!echo 5", "%%bash\necho 5", "%run other.py", "%load_ext autoreload\n%autoreload 2", "?double", "%pip install x"]
    at = release.cells.index(cells["exercise-double"])
    release.cells[at:at] = [new_code_cell(line) for line in lines]
    return release

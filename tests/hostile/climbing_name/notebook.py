"""Its own folder does not hold it: the name climbs out, and there are two others."""

import json

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    for name in ("..%2f..%2fgradebook.ipynb", "a\nb.ipynb"):
        file.with_name(name).write_text(json.dumps(release))

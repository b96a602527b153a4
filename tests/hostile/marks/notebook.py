"""Marks that are no marks: numbers, lists, nothing."""

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    for number, cell in enumerate(release.cells):
        cell.metadata["nbgrader"] = [5, None, {"grade_id": []}, {"grade_id": "../../x", "points": "many"}, "x"][number % 5]
    return release

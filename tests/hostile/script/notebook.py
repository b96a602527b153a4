"""Script in markdown, in a raw cell, in an attachment's name and in old outputs."""

from nbformat.v4 import new_markdown_cell, new_output, new_raw_cell

RIGHT = "def double(x):\n    return 2 * x"


def make(release, file):
    cells = {cell.id: cell for cell in release.cells}
    cells["exercise-double"].source = RIGHT
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    raw = new_raw_cell(evil, metadata={"format": "text/html"})
    release.cells[:0] = [new_markdown_cell(evil, attachments={evil: {"text/html": evil}}), raw]
    cells["exercise-double"].outputs = [new_output("display_data", data={"text/html": evil, "application/javascript": evil})]
    return release

"""Which file of a submission's folder is the lesson's notebook: `11_attention (1).ipynb` comes from a second download.

nbgrader skips a notebook whose name it does not know, and then gives zero. So its hook below adds the name that is
expected, and who reads that file gets the only notebook of the folder in its place. Nothing is renamed or copied.
"""

from __future__ import annotations

import os
from pathlib import Path

from autograder.grading.submission.incoming import Unreadable


def expect_lesson(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's `pre_convert_hook`: the lesson's notebook is looked for under whatever name.

    Args:
        notebooks: what nbgrader found in a folder; changed in place, which is all that a hook can do.
    """
    expected = os.path.join(os.path.dirname(notebooks[0]), f"{assignment}.ipynb")
    if expected not in notebooks:
        notebooks.append(expected)


def arrived(expected: Path) -> tuple[Path, list[str]]:
    """The file that holds the lesson, and notes where that was not plain.

    Raises:
        Unreadable: there are several, and none has the lesson's name; or the folder itself leads elsewhere.
    """
    if expected.parent.is_symlink():
        raise Unreadable("The submission's folder is a link to another place.")
    others = sorted(file for file in expected.parent.glob("*.ipynb") if file.name != expected.name)
    if os.path.lexists(expected):
        return expected, [f"The folder held other notebooks too; only `{expected.name}` was read."] if others else []
    if len(others) != 1:
        raise Unreadable(f"The folder holds {len(others)} notebooks, and none is named {expected.name}.")
    return others[0], [f"The notebook was not named `{expected.name}`; it was taken since it was the only one."]

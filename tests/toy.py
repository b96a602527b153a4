"""The toy course: two tiny lessons that serve the tests of the house, so that no change to a real one breaks them.

| lesson | exercises | what else |
|---|---|---|
| `70_doubles` | `double` (1 point; the references know seven mistakes) | |
| `71_halves` | `halve` (2 points, one mistake), `negate` (1 point, none) | a written answer of 2 points |

Its sources lie in `tests/toy_course`. A test that only reads takes `built_toy()`; one that changes files takes the
fixture `toy`, a copy of its own under a package name of its own; what runs commands takes `toy_folder()`.
"""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from autograder.authoring.build import build
from autograder.engine.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(__file__).with_name("toy_course")
PACKAGE = "toy"
DOUBLES, HALVES = "70_doubles", "71_halves"
PRIVATE = ("exercises", "references")
IGNORED = shutil.ignore_patterns("__pycache__")
_copies = count(1)


def is_toy(lesson: str) -> bool:
    """Whether a lesson is one of the toy course's."""
    return lesson in (DOUBLES, HALVES)


def copy_of_toy(folder: Path) -> Catalogue:
    """The toy course's sources in `folder`, importable under a name that no other copy has."""
    package = f"{PACKAGE}_{next(_copies)}"
    shutil.copytree(SOURCE, folder, ignore=IGNORED, dirs_exist_ok=True)
    (folder / PACKAGE).rename(folder / package)
    sys.path.append(str(folder))
    return Catalogue(folder, package)


@cache
def built_toy() -> Catalogue:
    """The toy course with its notebooks and sheets, made once a process. Leave it as it is."""
    catalogue = copy_of_toy(_temporary("toy"))
    build(catalogue, report=lambda line: None)
    return catalogue


@cache
def toy_folder() -> Path:
    """A whole course whose lessons are the toy's: its commands and its `autograder` know no others."""
    folder, toy = _temporary("course"), built_toy()
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=IGNORED)
    for kind in PRIVATE:
        for topic in [item for item in (folder / "autograder" / kind).iterdir() if item.is_dir()]:
            shutil.rmtree(topic)
        for topic in [item for item in (toy.code / kind).iterdir() if item.is_dir() and item.name != "__pycache__"]:
            shutil.copytree(topic, folder / "autograder" / kind / topic.name, ignore=IGNORED)
    for name in ("solutions", "notebooks", "helpers", "data"):
        shutil.copytree(toy.root / name, folder / name, ignore=IGNORED)
    for name in ("style.py", "alt.py"):  # a report's pictures are drawn with them
        shutil.copy(ROOT / "helpers" / name, folder / "helpers")
    for file in (ROOT / "nbgrader_config.py", ROOT / "pyproject.toml", ROOT / "LICENSE", toy.root / "README.md"):
        shutil.copy(file, folder)
    return folder


def _temporary(kind: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

"""Which generated files differ from what a build would write."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.build.make import make_notebooks, sound_lessons
from autograder.authoring.lesson import lesson_files, parse_course
from autograder.engine.catalogue import Catalogue


def stale_files(catalogue: Catalogue, names: list[str] | None = None) -> list[str]:
    """The notebooks, and the map, that differ from what a build would write, as paths relative to the course.

    Args:
        names: lessons, as for `build`; all without, and then also what no lesson writes any more.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference.
    """
    files = lesson_files(catalogue, names)
    patterns = [f"{file.stem}/*.ipynb" for file in files] if names else ["*/*.ipynb"]
    every = parse_course(catalogue)
    lessons = sound_lessons(every, files)
    stale: list[str] = []
    with TemporaryDirectory() as folder:
        fresh = Path(folder)
        make_notebooks(catalogue, every, lessons, fresh, print)
        for part in ("solutions", "notebooks"):
            stale += [name for pattern in patterns for name in _differing(fresh, catalogue.root, f"{part}/{pattern}")]
        stale += _differing(fresh, catalogue.root, str(catalogue.contents.relative_to(catalogue.root)))
    return stale


def _differing(fresh: Path, kept: Path, pattern: str) -> list[str]:
    names = {file.relative_to(root) for root in (fresh, kept) for file in root.glob(pattern)}
    return [
        str(name)
        for name in sorted(names)
        if not (fresh / name).exists()
        or not (kept / name).exists()
        or (fresh / name).read_bytes() != (kept / name).read_bytes()
    ]

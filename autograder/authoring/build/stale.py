"""Which generated files differ from what a build would write."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.authoring.build.make import COURSE, make_notebooks, make_sheets, sound_lessons
from autograder.authoring.build.stale_sheets import stale_sheets
from autograder.authoring.lesson.parse import ROOT, lesson_files


def stale_files(names: list[str] | None = None) -> list[str]:
    """The generated files that differ from what a build would write, as paths relative to the course.

    Args:
        names: lessons, as for `build`; all without, and then also what no lesson writes any more.

    Raises:
        LessonError: a lesson cannot be built.
        MissingReference: an exercise has no reference.
    """
    patterns = [f"{file.stem}/*.ipynb" for file in lesson_files(names)] if names else ["*/*.ipynb"]
    lessons = sound_lessons(names)
    stale: list[str] = []
    with TemporaryDirectory() as folder:
        fresh = Path(folder)
        make_notebooks(fresh, lessons, print)
        for part in ("solutions", "notebooks"):
            stale += [file for pattern in patterns for file in _differing(fresh / part, ROOT / part, pattern)]
        stale += _differing(fresh / "data", ROOT / "data", COURSE.name)
        make_sheets(fresh, lessons, print)
        stale += [f"data/sheets/{file.name}" for file in stale_sheets(fresh / "data" / "sheets")]
    return stale


def _differing(fresh: Path, kept: Path, pattern: str) -> list[str]:
    names = {file.relative_to(fresh) for file in fresh.glob(pattern)} | {
        file.relative_to(kept) for file in kept.glob(pattern)
    }
    return [
        str((kept / name).relative_to(ROOT))
        for name in sorted(names)
        if not (fresh / name).exists()
        or not (kept / name).exists()
        or (fresh / name).read_bytes() != (kept / name).read_bytes()
    ]

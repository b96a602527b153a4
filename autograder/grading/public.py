"""The public half of the course: all that student code may see. No references, no grading, no answers."""

from __future__ import annotations

import atexit
import json
import shutil
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path

from autograder.engine.catalogue import Catalogue
from autograder.grading.scratch import scratch_folder

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ("autograder/__init__.py", "autograder/engine", "autograder/student")
PRIVATE_DATA = ("demo_class",)  # holds answers
SANDBOXED, BARE = "sandboxed", "bare"
PROVISIONER = "course-sandbox"  # the entry point in pyproject.toml


def copy_public_half(catalogue: Catalogue, target: Path, topics: Collection[str] | None = None) -> None:
    """Copies the public half of a course into `target`.

    Args:
        topics: whose experiments, sheets and entries in the course map go along; all without.
    """
    pairs = [(ROOT / name, name) for name in ENGINE]
    pairs += [(catalogue.code / "exercises", "autograder/exercises"), (catalogue.root / "helpers", "helpers")]
    pairs += [(catalogue.root / "data", "data")]
    for source, name in pairs:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__", *PRIVATE_DATA))
        else:
            shutil.copyfile(source, place)
    if topics is not None:
        _keep_only(target, topics)


def _keep_only(target: Path, topics: Collection[str]) -> None:
    """Takes the other lessons out of a copy of the public half, with the folders in data/ that bear their topic."""
    course = target / "data" / "course.json"
    lessons = json.loads(course.read_text(encoding="utf-8"))["lessons"]
    for topic in {lesson["topic"] for lesson in lessons}.difference(topics):
        if (folder := target / "data" / topic).is_dir():
            shutil.rmtree(folder)
    for folder in (target / "autograder" / "exercises").iterdir():
        if folder.is_dir() and folder.name not in topics:
            shutil.rmtree(folder)
    for file in (target / "data" / "sheets").iterdir():
        if file.stem not in topics:
            file.unlink()
    kept = {"lessons": [lesson for lesson in lessons if lesson["topic"] in topics]}
    course.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def public_folder(catalogue: Catalogue) -> Path:
    """A copy of the public half for this process's kernels; made once, removed at the end."""
    folder = scratch_folder("public")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # a sandbox reads it under another uid
    copy_public_half(catalogue, folder)
    inside = folder / "autograder" / "grading"
    shutil.copytree(Path(__file__).with_name("inside"), inside / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    (inside / "__init__.py").touch()
    return folder


@cache
def kernelspecs(catalogue: Catalogue) -> Path:
    """A folder with the two kernels of the grader: `sandboxed`, and `bare` for classes that one trusts."""
    folder = public_folder(catalogue) / "kernels"
    launch = public_folder(catalogue) / "autograder" / "grading" / "inside" / "launch.py"
    argv = [sys.executable, str(launch), "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Grading", "language": "python", "interrupt_mode": "message"}
    provisioner = {"provisioner_name": PROVISIONER, "config": {"public": str(public_folder(catalogue))}}
    sandboxed = {**spec, "metadata": {"kernel_provisioner": provisioner}}
    for name, content in ((BARE, spec), (SANDBOXED, sandboxed)):
        (folder / name).mkdir(parents=True)
        (folder / name / "kernel.json").write_text(json.dumps(content))
    return folder

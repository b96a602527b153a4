"""What an instructor gives to a class: notebooks, helpers, the public half of the autograder, data and sheets.

No references, no mistakes' code, no grader, and nothing of the lessons that are not released yet. No answers either,
unless whoever teaches the class asks for them.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.engine.catalogue import Catalogue
from autograder.engine.sheet import StaleSheet, read_sheets
from autograder.grading.public import ROOT, copy_public_half
from autograder.student.map import LessonEntry, MissingCourse, course
from autograder.student.navigation import navigation
from autograder.student.solution import lessons_answer

TUTOR = Path(__file__).with_name("TUTOR.md")

# The course's own notebooks fetch the course where it is missing. The one of a class has no such address.
BRING = """\
# Finds the course's folder above this notebook, so that `autograder` and `helpers` can be imported.
import sys
from pathlib import Path

for folder in [Path.cwd(), *Path.cwd().parents]:
    if (folder / "autograder" / "student").is_dir():
        sys.path.insert(0, str(folder))
        break
else:
    print("Keep this notebook inside the folder that you were given: the checks lie there too.")"""

README = """\
# {title}

| lesson | minutes | exercises |
|---|---|---|
{lessons}

## Start

You need Python {python}. In this folder:

```
python -m venv .venv
. .venv/bin/activate            # on Windows: .venv\\Scripts\\activate
pip install -r requirements.txt
jupyter lab {first}
```

No GPU is needed. On Linux, pip takes PyTorch with CUDA by default, some gigabytes more. For the CPU build, give this
before the third line: `pip install --index-url https://download.pytorch.org/whl/cpu torch`

## Work

Open a lesson from `notebooks/`. Read, predict, run, write your answer where it says `raise NotImplementedError`, run
`check(...)` and read its card. Every exercise stands alone: if you are stuck, go on with the next. `progress()` shows
how far you are. Whoever helps you, a person or a program, should read `TUTOR.md` first.

Leave `autograder/`, `helpers/` and `data/` where they are: the checks need them. They hold no answers.

## Hand in

Save the notebook and hand in the file `notebooks/LESSON/LESSON.ipynb` under its own name. Grading asks the same
exercises with other numbers, so an answer that is right for all inputs keeps its points.
"""


class ReleaseError(ValueError):
    """The release cannot be made; the message says what to change. Nothing was written."""


def release(
    catalogue: Catalogue, target: Path, names: Sequence[str] = (), solutions_after: int | None = None
) -> list[str]:
    """Writes a class release.

    Args:
        catalogue: the course.
        target: a folder that is empty or not there yet.
        names: lessons, as `11_attention` or `attention`; all without.
        solutions_after: `solution(…)` shows the lesson's answers, after so many honest tries. They lie in
            data/answers.json then, where a student can open them. Without, the release holds no answers.

    Returns:
        The lessons in it.

    Raises:
        ReleaseError: see its message.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ReleaseError(f"{target} exists and is not an empty folder; name a new one.")
    lessons = chosen_lessons(catalogue, names)
    for lesson in lessons:
        _must_be_built(catalogue, lesson)
    try:
        _write_at_once(catalogue, target, lessons, solutions_after)
    except OSError as error:
        raise ReleaseError(f"{target} cannot be written: {error.strerror or error}.") from error
    return [lesson.name for lesson in lessons]


def chosen_lessons(catalogue: Catalogue, names: Sequence[str]) -> list[LessonEntry]:
    """The lessons called `names`, all without, in the order of the course."""
    try:
        known = course(catalogue.contents)
    except MissingCourse as error:
        raise ReleaseError(str(error)) from error
    strange = [name for name in names if name not in {item for one in known for item in (one.name, one.topic)}]
    if strange:
        there = ", ".join(lesson.name for lesson in known)
        raise ReleaseError(f"No lesson is called {', '.join(map(repr, strange))}. There are: {there}.")
    return [lesson for lesson in known if not names or lesson.name in names or lesson.topic in names]


def _must_be_built(catalogue: Catalogue, lesson: LessonEntry) -> None:
    """Half a lesson, or checks that would refuse to run, are worse than none."""
    notebook = _notebook(catalogue, lesson)
    if not notebook.exists():
        raise ReleaseError(f"{notebook.relative_to(catalogue.root)} is missing. Run `make build`.")
    if lesson.exercises:
        try:
            read_sheets(catalogue.topic(lesson.topic))
        except StaleSheet as error:
            raise ReleaseError(str(error)) from error


def _notebook(catalogue: Catalogue, lesson: LessonEntry) -> Path:
    return catalogue.root / "notebooks" / lesson.name / f"{lesson.name}.ipynb"


def _write_at_once(
    catalogue: Catalogue, target: Path, lessons: Sequence[LessonEntry], solutions_after: int | None
) -> None:
    """Writes beside the target and moves: a full disk leaves no half of a release."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".release-", dir=target.parent))
    try:
        _write(catalogue, part, lessons)
        if solutions_after is not None:
            _write_answers(catalogue, part, lessons, solutions_after)
        part.chmod(0o755)
        os.replace(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write(catalogue: Catalogue, folder: Path, lessons: Sequence[LessonEntry]) -> None:
    copy_public_half(catalogue, folder, {lesson.topic for lesson in lessons})
    for lesson in lessons:
        file = folder / "notebooks" / lesson.name / f"{lesson.name}.ipynb"
        file.parent.mkdir(parents=True)
        notebook = nbformat.read(_notebook(catalogue, lesson), as_version=4)
        nbformat.write(for_a_class(notebook, lesson, lessons), file)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    (folder / "requirements.txt").write_text("\n".join(needs) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_readme(lessons, project["requires-python"]), encoding="utf-8")
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    shutil.copyfile(TUTOR, folder / "TUTOR.md")


def _write_answers(catalogue: Catalogue, folder: Path, lessons: Sequence[LessonEntry], after: int) -> None:
    names = [entry.name for lesson in lessons for entry in lesson.exercises]
    answers = {name: lessons_answer(catalogue, name)[0] for name in names}
    file = folder / catalogue.given_answers.relative_to(catalogue.root)
    file.write_text(json.dumps({"after": after, "answers": answers}, indent=1, ensure_ascii=False), encoding="utf-8")


def for_a_class(notebook: NotebookNode, lesson: LessonEntry, lessons: Sequence[LessonEntry]) -> NotebookNode:
    """The notebook without its links to the course's repository, where all the answers are.

    Args:
        lessons: those that the class is given; its last cell leads to no others.
    """
    ways = navigation(lesson.name, {item.name: item.title for item in lessons})
    sources = {"links": "", "bring": BRING, "navigation": ways}
    for cell in notebook.cells:
        cell.source = sources.get(cell.id, cell.source)
    notebook.cells = [cell for cell in notebook.cells if cell.source or cell.id not in sources]
    return notebook


def _readme(lessons: Sequence[LessonEntry], python: str) -> str:
    rows = [f"| `{item.name}`: {item.title} | {item.minutes} | {len(item.entries)} |" for item in lessons]
    first = f"notebooks/{lessons[0].name}/{lessons[0].name}.ipynb" if lessons else ""
    wanted = python.removeprefix(">=") + " or newer"
    return README.format(title="Tensors to Transformers", lessons="\n".join(rows), python=wanted, first=first)

"""What a student wrote in an earlier lesson, for lessons that build on it."""

from __future__ import annotations

import contextlib
import io
import json
import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.engine.catalogue import Catalogue, own_catalogue
from autograder.student.check import is_right

BRINGS = "bring"  # the cell that fetches the course on Colab; the imports are the next one


@dataclass(frozen=True)
class Written:
    """An answer in a notebook: the lesson's number, and the code of the imports and of the answer."""

    number: str
    source: str


def earlier(name: str, otherwise: Any, catalogue: Catalogue | None = None) -> Any:
    """What you wrote for the exercise `name` in an earlier lesson, if it is right; `otherwise` if not. Says which.

    The notebook is looked for beside the running one, as `../11_attention/11_attention.ipynb`: its file on the disk
    counts, so save it first. Only the cell with the imports and the answer's own are run.

    Args:
        name: an exercise of an earlier lesson.
        otherwise: what does the same and comes with the course.
        catalogue: another course than ours.

    Raises:
        UnknownExercise: there is no exercise of this name.
    """
    course = catalogue or own_catalogue()
    topic = course.topic(course.find(name).topic)
    found = _written(topic.name, name, Path.cwd().parent)
    if found is None:
        print(f"{name}: the library's. Yours is not here: no notebook beside this one holds it.")
        return otherwise
    answer = _defined(name, found)
    if answer is None or not is_right(course, name, answer):
        print(f"{name}: the library's. Yours in lesson {found.number} is not written yet, or not yet right.")
        return otherwise
    print(f"{name}: yours, from lesson {found.number}.")
    return answer


def _written(topic: str, name: str, folder: Path) -> Written | None:
    """The answer in the notebook of a topic; None where none can be read, or none of its cells is the answer's."""
    for file in sorted(folder.glob(f"[0-9][0-9]_{topic}/[0-9][0-9]_{topic}.ipynb")):
        try:
            cells = [
                cell for cell in json.loads(file.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"
            ]
            code = {cell.get("id", number): "".join(cell["source"]) for number, cell in enumerate(cells)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        answer = code.pop(f"exercise-{name}", "")
        code.pop(BRINGS, None)
        if answer:
            return Written(file.stem[:2], f"{next(iter(code.values()), '')}\n\n{answer}")
    return None


def _defined(name: str, written: Written) -> Any:
    """The answer itself, in a module of its own; None where its cell does not run."""
    module = ModuleType(f"lesson_{written.number}_{name}")
    module.__file__ = f"<{name}, lesson {written.number}>"
    sys.modules[module.__name__] = module  # a class's source is looked for by its module
    linecache.cache[module.__file__] = (len(written.source), None, written.source.splitlines(True), module.__file__)
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(written.source, module.__file__, "exec"), module.__dict__)
        except Exception:  # whatever somebody else's cell may raise
            return None
    return getattr(module, name, None)

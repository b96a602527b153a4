"""`solution(answer)`: the lesson's own answer, for who is right already or has tried in earnest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from autograder.engine.catalogue import Catalogue, own_catalogue
from autograder.engine.verdict import State
from autograder.student.progress import states
from autograder.student.tries import tries

AFTER = 3  # honest tries
# Spelled in halves: what a class is given is searched for these words.
MARKERS = tuple(f"# {edge} " + "SOLUTION" for edge in ("BEGIN", "END"))
KEPT = "The lesson's answer to {name} is not here: whoever teaches this class keeps it. Ask there, or try on."
NOT_YET = (
    "You have made {made} of {after} honest tries at {name}. After {after}, or once you are right, its answer is shown "
    "here. Until then: what does the first ✗ on the card say?"
)


@dataclass(frozen=True)
class Answer:
    """The lesson's answer as a notebook shows it.

    Attributes:
        source: the code, with its comments.
        folded: it is shown behind a line that has to be opened.
    """

    name: str
    source: str
    folded: bool

    def __str__(self) -> str:
        return self.source

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.source)

    def _repr_markdown_(self) -> str:
        state = "" if self.folded else " open"
        summary = f"One way to write <code>{self.name}</code>"
        return f"<details{state}><summary>{summary}</summary>\n\n```python\n{self.source}\n```\n\n</details>"


def solution(answer: Any) -> Answer | None:
    """Shows the lesson's answer to an exercise: once it is right, or after three honest tries.

    Args:
        answer: the function or class that you wrote, or its name.
    """
    name = answer if isinstance(answer, str) else str(getattr(answer, "__name__", answer))
    found, after = lessons_answer(own_catalogue(), name)
    right = states().get(name) is State.RIGHT
    if not found:
        print(KEPT.format(name=name))
    elif not right and tries(name) < after:
        print(NOT_YET.format(made=tries(name), after=after, name=name))
    else:
        return Answer(name, found, folded=not right)
    return None


def lessons_answer(catalogue: Catalogue, name: str) -> tuple[str, int]:
    """The lesson's answer and after how many tries it is shown; empty where it is not kept here.

    Raises:
        UnknownExercise: no exercise has this name.
    """
    topic = catalogue.topic(catalogue.find(name).topic)
    given = catalogue.given_answers
    if given.is_file():
        content = json.loads(given.read_text(encoding="utf-8"))
        return str(content["answers"].get(name, "")), int(content["after"])
    for file in (catalogue.root / "solutions").glob(f"*_{topic.name}/*_{topic.name}.ipynb"):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        source = next(("".join(cell["source"]) for cell in cells if cell.get("id") == f"exercise-{name}"), "")
        return without_markers(source), AFTER
    return "", AFTER


def without_markers(source: str) -> str:
    """The answer without the lines that tell nbgrader where it begins and ends."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in MARKERS)

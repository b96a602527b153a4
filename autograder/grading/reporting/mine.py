"""What a class got wrong and no known mistake explains: grouped by what the answers show, for authors to name."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.engine.verdict import State
from autograder.grading.ledger import read_ledger
from autograder.grading.reporting.results import NoResults, read_results
from autograder.grading.submission.marks import grade_id
from autograder.references import HALF

DIGITS = 3  # of a number, by which two answers show the same
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Group:
    """Answers to one exercise that show the same.

    Attributes:
        students: who wrote them.
        share: of the points that they keep.
        wrong: what was said about each observation that is wrong.
        source: one of the answers, the shortest.
    """

    exercise: str
    students: list[str]
    share: float
    wrong: list[str]
    source: str


def mine(course: Path, lesson: str) -> list[Group]:
    """The wrong and unnamed answers of a graded lesson, the largest group first.

    Raises:
        NoResults: nothing was graded under this name, or a file cannot be read.
    """
    read_results(course, lesson)  # says in a sentence what is missing
    found: dict[tuple[Any, ...], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for student, entry in read_ledger(course, lesson).items():
        for row in entry["exercises"]:
            if row["state"] == State.WRONG and not row["misunderstandings"] and row["wrong"]:
                found[_shown(row)].append((student, row))
    groups = [_group(course, lesson, rows) for rows in found.values()]
    return sorted(groups, key=lambda group: (-len(group.students), group.exercise, group.students))


def _shown(row: dict[str, Any]) -> tuple[Any, ...]:
    """What makes two answers of one group: under one seed, the same things are wrong by the same numbers."""
    return row["exercise"], row["seed"], tuple(NUMBER.sub(_rounded, text) for text in row["wrong"])


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.{DIGITS}g}"


def _group(course: Path, lesson: str, rows: list[tuple[str, dict[str, Any]]]) -> Group:
    first = rows[0][1]
    sources = [_source(course, lesson, student, first["exercise"]) for student, _ in rows]
    share = first["earned"] / first["points"]
    return Group(first["exercise"], [student for student, _ in rows], share, first["wrong"], min(sources, key=len))


def _source(course: Path, lesson: str, student: str, exercise: str) -> str:
    """A student's answer, as it was graded."""
    file = course / "autograded" / student / lesson / f"{lesson}.ipynb"
    try:
        cells = nbformat.read(file, as_version=4).cells
    except (OSError, ValueError) as error:
        raise NoResults(f"{file} cannot be read: {error}. Grade the lesson again.") from error
    return next((str(cell.source) for cell in cells if grade_id(cell) == f"exercise-{exercise}"), "")


def stub(group: Group, number: int) -> str:
    """A `@mistake` to paste into the exercise's file of references, with the sentence left to write."""
    function = re.search(rf"^def {group.exercise}\b", group.source, re.MULTILINE)
    name = f"mined_{number}" if function else f"Mined{number}"
    source = re.sub(rf"\b{group.exercise}\b", name, group.source.strip())
    start = re.search(rf"^(?:def|class) {name}\b", source, re.MULTILINE)
    at = start.start() if start else 0  # what stands before the definition stays there
    keeps = f", keeps={group.share + 0.005:.2f}" if group.share > HALF else ""
    return f'{source[:at]}@mistake({group.exercise}, "…"{keeps})\n{source[at:]}'

"""Grades the hostile class in a process of its own and writes down what came of it: the inner half of test_hostile."""

from __future__ import annotations

import json
import resource
import runpy
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from submissions import catalogue_of, cell_of, released, solved
from toy import DOUBLES

from autograder.engine.exercise import Exercise
from autograder.engine.verdict import Verdict
from autograder.grading import grade, hidden
from autograder.grading.grade import Settings, grade_notebook
from autograder.grading.inside.limits import Limits
from autograder.grading.submission.arrival import arrived
from autograder.grading.submission.incoming import Unreadable
from autograder.grading.submission.repair import repair

FOLDER = Path(__file__).with_name("hostile")
NEXT_MAY_SUFFER = ("attacks its neighbours", "takes all resources", "opens the network")
LIMITS = Limits(
    cell_seconds=15, cpu_seconds=90, memory_mb=1500, processes=80, open_files=256, file_mb=16, disk_mb=32,
    output_chars=100_000, submission_seconds=240,
)  # fmt: skip
RANKS = "23_data_parallel"  # ranks that wait in vain do so for some seconds of their own
# Seconds, about: what a lesson's hidden sheets take, else 5, and one submission, else 3, or 9 where it never ends.
SHEETS = {DOUBLES: 0, "16_bert_internals": 25, RANKS: 40}
EACH = {DOUBLES: 1, RANKS: 15}
ANSWER_SECONDS = 12  # what an exercise may take here; an endless one costs the test as much


@dataclass(frozen=True)
class Submission:
    """A folder of tests/hostile: an answer or a notebook, and what it must get."""

    name: str
    folder: Path
    threat: str
    lesson: str
    exercise: str
    verdict: str
    points: float | None
    reason: str
    others_right: list[str] | None

    @property
    def honest(self) -> bool:
        return self.folder.parent.name == "honest"

    def hand_in(self, folder: Path) -> Path:
        """Writes it where a student's file would lie."""
        file = folder / f"{self.lesson}.ipynb"
        folder.mkdir()
        made = self._made(file)
        if made is not None:
            file.write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
        return file

    def _made(self, file: Path) -> Any:
        if (self.folder / "notebook.py").exists():
            return runpy.run_path(str(self.folder / "notebook.py"))["make"](released(self.lesson), file)
        notebook = solved(self.lesson)
        for part in (self.folder / "answer.py").read_text().split("# exercise: ")[1:]:
            name, _, source = part.partition("\n")
            if name:
                cell_of(notebook, f"exercise-{name}").source = source.strip()
        return notebook


def submissions() -> list[Submission]:
    """Hostile and honest, in the order of their names."""
    return [_submission(file.parent) for file in sorted(FOLDER.rglob("expected.toml"))]


def _submission(folder: Path) -> Submission:
    expected = tomllib.loads((folder / "expected.toml").read_text())
    keys = ("threat", "lesson", "exercise", "verdict")
    optional = (expected.get("points"), expected.get("reason", ""), expected.get("others_right"))
    return Submission(folder.name, folder, *(expected[key] for key in keys), *optional)


def shares(every: list[Submission], graders: int) -> list[list[Submission]]:
    """What each grader works through: hostile ones by name, an honest one after each from which the next might suffer.

    All submissions of a lesson go to one grader, since its hidden sheets take long; those of the toy lesson, whose
    sheet takes none, go wherever least is to do. What is cheap serves as an honest one twice.
    """
    dealt: list[list[Submission]] = [[] for _ in range(graders)]
    cost = [0] * graders
    for group in _groups(every):
        grader = min(range(graders), key=lambda number: cost[number])
        dealt[grader] += group
        cost[grader] += _seconds(group)
    return [list(_in_order(sorted(share, key=lambda item: item.name))) for share in dealt]


def _groups(every: list[Submission]) -> list[list[Submission]]:
    """Lessons that stay together, the dearest first; then those of the toy lesson, one by one, kind by kind."""
    lessons = {item.lesson: [other for other in every if other.lesson == item.lesson] for item in every}
    tiny = sorted(lessons.pop(DOUBLES, []), key=lambda item: (item.honest, item.threat in NEXT_MAY_SUFFER))
    return [*sorted(lessons.values(), key=_seconds, reverse=True), *([item] for item in tiny)]


def _seconds(group: list[Submission]) -> int:
    each = [9 if item.threat == "never ends" else EACH.get(item.lesson, 3) for item in group]
    return SHEETS.get(group[0].lesson, 5) + sum(each)


def _in_order(share: list[Submission]) -> Iterator[Submission]:
    honest = cycle(sorted((item for item in share if item.honest), key=lambda item: _seconds([item])))
    for item in share:
        if not item.honest:
            yield item
            if item.threat in NEXT_MAY_SUFFER:
                yield from islice(honest, 1)


def graded(item: Submission, folder: Path, seed: int) -> dict[str, Any]:
    """What came of one submission, as JSON holds it."""
    began = time.monotonic()
    try:
        file, _ = arrived(item.hand_in(folder))
        notebook, _ = repair(file, released(item.lesson))
    except Unreadable as reason:
        return {"not graded": str(reason)}
    patient = item.honest or item.lesson == RANKS
    seconds = 60 if patient else ANSWER_SECONDS
    grade._exercise_of = lambda cell, catalogue: _hasty(_exercise_of(cell, catalogue), seconds)
    try:
        verdicts = grade_notebook(notebook, Settings(seed, limits=LIMITS, catalogue=catalogue_of(item.lesson)))
    except Exception as error:  # the grader must stand whatever comes: the test says so, with the name
        return {"broke": f"{type(error).__name__}: {error}"}
    cards = [cell.outputs for cell in notebook.cells if grade.grade_id(cell).startswith("check-")]
    return {
        "verdicts": {name.removeprefix("check-"): _plain(verdict) for name, verdict in verdicts.items()},
        "cards": [[output.data["text/plain"] for output in outputs] for outputs in cards],
        "size": len(json.dumps(notebook)),
        "seconds": time.monotonic() - began,
    }


_exercise_of = grade._exercise_of


def _hasty(exercise: Exercise, seconds: float) -> Exercise:
    return replace(exercise, seconds=min(exercise.seconds, seconds))


def _plain(verdict: Verdict) -> dict[str, Any]:
    shown = [finding.difference.yours for finding in verdict.findings if finding.difference]
    words = [*verdict.notes, *verdict.misunderstandings, *shown]
    return {"earned": verdict.earned, "points": verdict.points, "state": verdict.state, "words": " | ".join(words)}


def memory_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main(folder: str, part: str, names: list[str]) -> None:
    """Grades a part of the class, `1/2` say, or only those named, and prints a line of JSON for each."""
    number, parts = map(int, part.split("/"))
    chosen = [item for item in submissions() if not names or item.name in names]
    seed = hidden.fresh_seed()
    for place, item in enumerate(chosen if names else shares(chosen, parts)[number - 1]):
        outcome = graded(item, Path(folder) / f"{number}-{place}-{item.name}", seed)
        print(json.dumps({"name": item.name, "memory": memory_mb(), **outcome}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

"""The ledger: what was decided about each submission and why, one JSON file each, beside the gradebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.engine.verdict import Verdict
from autograder.grading.whole import write_whole
from autograder.student.card import BARE

LEDGER = "verdicts"  # the folder


def ledger_folder(root: Path, lesson: str) -> Path:
    return root / LEDGER / lesson


def ledger_file(root: Path, lesson: str, student: str) -> Path:
    return ledger_folder(root, lesson) / f"{student}.json"


def write_graded(
    root: Path, lesson: str, student: str, verdicts: Mapping[str, Verdict],
    repairs: Sequence[str] = (), seconds: float | None = None, mark: str = "",
) -> None:  # fmt: skip
    """Notes the verdicts of a graded submission, what had to be repaired in it, and how long it took.

    Args:
        mark: hash of the submission and the lesson; a run skips what it finds decided under the same mark.
    """
    rows = [_row(item) for item in verdicts.values()]
    content = {"status": "graded", "exercises": rows, "repairs": list(repairs), "seconds": seconds, "hash": mark}
    if any(item.bare for item in verdicts.values()):
        content["remark"] = BARE
    _write(root, lesson, student, content)


def write_not_graded(root: Path, lesson: str, student: str, reason: str, mark: str = "") -> None:
    """Notes why a submission was not graded."""
    _write(root, lesson, student, {"status": "not graded", "reason": reason, "exercises": [], "hash": mark})


def read_entry(root: Path, lesson: str, student: str) -> dict[str, Any]:
    """What was decided about one submission; empty where nothing was."""
    file = ledger_file(root, lesson, student)
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def read_ledger(root: Path, lesson: str) -> dict[str, dict[str, Any]]:
    """What was decided about a lesson, by student, in the order of the alphabet."""
    files = sorted((root / LEDGER / lesson).glob("*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def _row(verdict: Verdict) -> dict[str, Any]:
    wrong = [f"{item.name}: {item.difference.yours}" for item in verdict.findings if item.difference]
    return {
        "exercise": verdict.exercise,
        "state": verdict.state,
        "earned": verdict.earned,
        "points": verdict.points,
        "misunderstandings": verdict.misunderstandings,
        "notes": verdict.notes,
        "wrong": wrong,
        "seed": verdict.seed,
    }


def _write(root: Path, lesson: str, student: str, content: dict[str, Any]) -> None:
    write_whole(ledger_file(root, lesson, student), json.dumps(content, indent=1))

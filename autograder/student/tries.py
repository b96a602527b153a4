"""How often somebody has tried an exercise: different wrong answers that were checked, kept beside the progress."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from autograder.engine.verdict import State, Verdict
from autograder.student.progress import progress_file, write_whole

MOST = 50  # that are remembered of one exercise


def tries_file() -> Path:
    """Where the tries are kept, beside the progress."""
    return progress_file().with_name("tries.json")


def tries(exercise: str) -> int:
    """How many different wrong answers to an exercise were checked. What cannot be read counts as none."""
    return len(_stored().get(exercise, []))


def note_try(verdict: Verdict, source: str) -> None:
    """Notes a wrong answer by its text; a blank, and the same text once more, are no further try."""
    if verdict.state is not State.WRONG:
        return
    known = _stored()
    mark = hashlib.sha256("".join(source.split()).encode()).hexdigest()[:16]
    if mark in known.get(verdict.exercise, []):
        return
    known[verdict.exercise] = [*known.get(verdict.exercise, []), mark][:MOST]
    try:
        write_whole(tries_file(), json.dumps(known, indent=1, sort_keys=True))
    except OSError as error:
        print(f"Your tries could not be saved: {error}")


def _stored() -> dict[str, list[str]]:
    try:
        stored = json.loads(tries_file().read_text(encoding="utf-8"))
        return {str(name): [str(mark) for mark in marks] for name, marks in stored.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}  # the count starts afresh: it only says when an answer is shown

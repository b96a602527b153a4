"""Progress: which exercises are right, kept on the student's own disk."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from autograder.engine.verdict import State, Verdict

HOME_VARIABLE = "TENSORS_TO_TRANSFORMERS_HOME"


def progress_file() -> Path:
    """Where progress is kept: under $TENSORS_TO_TRANSFORMERS_HOME, else in the home folder."""
    home = os.environ.get(HOME_VARIABLE)
    return (Path(home) if home else Path.home() / ".tensors-to-transformers") / "progress.json"


def states() -> dict[str, State]:
    """The state of each exercise that was ever checked. What cannot be read counts as nothing yet."""
    try:
        stored = json.loads(progress_file().read_text())
        return {str(name): State(state) for name, state in stored.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        print(f"Your progress in {progress_file()} cannot be read ({error}); the map starts afresh.", file=sys.stderr)
        return {}


def remember(verdict: Verdict) -> None:
    """Notes a verdict. An exercise that was right stays right, and what cannot be checked here says nothing new.

    A disk that refuses costs a sentence, not the check.
    """
    if verdict.state is State.NOT_HERE:
        return
    known = states()
    if known.get(verdict.exercise) is State.RIGHT or known.get(verdict.exercise) is verdict.state:
        return
    known[verdict.exercise] = verdict.state
    try:
        write_whole(progress_file(), json.dumps(known, indent=1, sort_keys=True))
    except OSError as error:
        print(f"Your progress could not be saved: {error}")


def write_whole(file: Path, text: str) -> None:
    """Replaces the file in one step: two notebooks that save at once leave one of the two, never half of each."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as part:
        part.write(text)
    try:
        os.replace(part.name, file)
    except OSError:
        os.unlink(part.name)
        raise


def progress() -> object:
    """The course map with your state of each exercise: an HTML table in notebooks, text in a terminal."""
    from autograder.student.map import CourseMap

    return CourseMap(states())

"""What lies beside a submission's notebook. Grading needs none of it; nbgrader's autograde copies it on all the same.

It does so before any plugin is asked, and follows links: a file of the instructor's would come into the feedback. A
pipe would cost the submission its grade, gigabytes the disk. So its converter is told what to leave where it is.
"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from autograder.grading.submission.incoming import Unreadable, read_bytes

MOST_BYTES = 20_000_000  # of all these files together
MOST_FILES = 100  # nbgrader looks through the whole folder for each of them
EVERYTHING = ["*", ".*"]
TIMESTAMP = "timestamp.txt"


def guard(converter: Any, not_graded: Callable[[str, str, str], None]) -> None:
    """Makes nbgrader's Autograde careful. Call it when it has found the submissions and not yet looked into one.

    Args:
        not_graded: told the lesson, the student and the reason where a folder holds nothing to grade.
    """
    directory = converter.coursedir
    directory.get_existing_timestamp = handed_in  # nbgrader's own waits at a pipe and breaks at what is no time
    converter.pre_convert_hook = partial(_before, converter, directory.ignore, converter.pre_convert_hook)
    for folder in glob.glob(converter._format_source(directory.assignment_id, directory.student_id)):
        if folder not in converter.assignments:
            _note_empty(converter, folder, not_graded)


def _before(converter: Any, always: list[str], then: Any, notebooks: list[str], **names: str) -> None:
    """nbgrader's `pre_convert_hook`, with what is to be left out of this submission."""
    converter.coursedir.ignore = EVERYTHING  # nbgrader goes on where a hook fails: then nothing is copied
    folder = Path(notebooks[0]).parent
    left = left_out(folder)
    converter.coursedir.ignore = [*always, *left]
    if left:
        converter.log.warning("%s: not copied: %s", folder, ", ".join(left[:10]))
    if then:
        then(notebooks=notebooks, **names)


def left_out(folder: Path) -> list[str]:
    """Patterns of the files that are not to be copied: links, pipes, devices, and what is too much."""
    found: list[str] = []
    room, files = MOST_BYTES, 0
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            info = os.lstat(os.path.join(place, name))
            files += 1
            if files > MOST_FILES:
                return EVERYTHING
            if not stat.S_ISREG(info.st_mode) or info.st_size > room:
                found.append(glob.escape(name))
            else:
                room -= info.st_size
    return found


def handed_in(folder: str) -> datetime | None:
    """When a submission was handed in, by its `timestamp.txt`; None where there is none that can be read."""
    try:
        return parse_utc(read_bytes(Path(folder, TIMESTAMP), 100).decode().strip() or None)
    except (Unreadable, ValueError, OverflowError, TypeError):
        return None


def doubtful_time(folder: Path) -> list[str]:
    """A note where a submission says when it was handed in and that cannot be read."""
    if not os.path.lexists(folder / TIMESTAMP) or handed_in(str(folder)):
        return []
    return [f"`{TIMESTAMP}` holds no time; whether this was handed in late is not known."]


def _note_empty(converter: Any, folder: str, not_graded: Callable[[str, str, str], None]) -> None:
    """nbgrader passes over a folder without a notebook, and nobody would know."""
    pattern = converter._format_source("(?P<lesson>.*)", "(?P<student>.*)", escape=True)
    if match := re.match(pattern, folder):
        reason = "The folder holds no notebook."
        not_graded(match["lesson"], match["student"], reason)
        converter.log.error("%s, %s: not graded: %s", match["student"], match["lesson"], reason)

"""What a right answer is called elsewhere, and what comes next."""

from __future__ import annotations

from autograder.engine.catalogue import Catalogue
from autograder.student.map import MissingCourse, course


def ways_on(catalogue: Catalogue, name: str) -> list[str]:
    """One line about an exercise that is right; none where the table of contents is not there or does not know it."""
    try:
        lessons = course(catalogue.contents)
    except MissingCourse:
        return []
    for at, lesson in enumerate(lessons):
        names = [entry.name for entry in lesson.exercises]
        if name in names:
            called = lesson.exercises[names.index(name)].called
            after = names[names.index(name) + 1 :]
            later = [other.title for other in lessons[at + 1 :]]
            onward = f"Next: `{after[0]}`." if after else f"Next lesson: {later[0]}." if later else ""
            line = " ".join(filter(None, [f"{called}." if called else "", onward]))
            return [line] if line else []
    return []

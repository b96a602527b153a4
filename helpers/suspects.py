"""Who stands in the lineup of an exercise that asks for an input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.engine.catalogue import own_catalogue


def lineup_of(exercise: str) -> dict[str, Callable[..., Any]]:
    """The library first, then each suspect, by the names that a student knows.

    Raises:
        LookupError: the exercise has no suspects, or there is none of this name.
    """
    found = own_catalogue().find(exercise).suspects
    if found is None:
        raise LookupError(f"The exercise {exercise} has no suspects.")
    return {"the library": found.library, **found.wrong}

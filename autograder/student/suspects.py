"""The suspects of an exercise whose answer is an input: their code, to be read in the notebook."""

from __future__ import annotations

import inspect

from autograder.engine.catalogue import UnknownExercise, own_catalogue


def suspects(exercise: str) -> None:
    """Shows the code of each suspect of an exercise, under its name.

    Raises:
        UnknownExercise: no such exercise has suspects.
    """
    found = own_catalogue().find(exercise).suspects
    if found is None:
        raise UnknownExercise(f"The exercise {exercise} has no suspects: its answer is not an input.")
    for name, suspect in found.wrong.items():
        print(f"# {name}\n{inspect.getsource(suspect)}\n")

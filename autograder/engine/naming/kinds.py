"""Kinds of wrong answers that no author has to foresee: nothing comes back, one and the same value, the first argument,
what cannot be used, or nothing has changed. Each is read off the values: its sentence is true wherever it is said."""

from __future__ import annotations

import torch

from autograder.engine.judge import compare
from autograder.engine.naming.cause import Cause
from autograder.engine.naming.known import Row
from autograder.engine.naming.leaves import Path, part_at
from autograder.engine.probes import REFUSED
from autograder.engine.values import Data, Raised, Shown, Unreadable
from autograder.engine.words import NO_INPUT, describe

FEW = 3  # what comes back the same so often is the same whatever is asked

RETURNS_NOTHING = (
    "Nothing comes back: your function returns None. Is its last line missing a `return`, or is the body still `pass`?"
)
PRINTS = (
    "Nothing comes back: your function prints. `print` shows a value on the screen; only `return` hands it to whoever "
    "called."
)
CHANGES_NOTHING = (
    "Nothing that was handed over has changed. An assignment such as `x = x - 1` makes a new tensor under the old "
    "name; what the caller holds changes only if something is written into it."
)
HANDS_BACK = "What comes back is the first argument, unchanged."


def same_for_all(rows: list[Row], returned: list[list[Path]], printed: str = "") -> list[Cause]:
    """An answer that returns nothing though it should, or one and the same value whatever it is given.

    Args:
        returned: for each observation, where in it stands what the candidate itself returned.
        printed: what it wrote on the screen.
    """
    pairs = [
        (part_at(row.expected, way), part_at(row.shown, way))
        for row, ways in zip(rows, returned, strict=False)
        for way in ways
        # Where a refusal is right, whatever comes back instead is the probe's word as often as the answer's.
        if not isinstance(row.shown, Raised) and part_at(row.expected, way) not in (None, REFUSED)
    ]
    wrong = sum(bool(row.wrong) for row in rows)
    # An error that None led to has the same cause; another one has its own.
    whole = not any(isinstance(row.shown, Raised) and "NoneType" not in row.shown.message for row in rows if row.wrong)
    seen = [mine for _, mine in pairs]
    if not seen or wrong == 0:
        return []
    if all(mine is None for mine in seen):
        return (
            [Cause(PRINTS if printed.strip() else RETURNS_NOTHING, wrong, whole)] if _all_wrong(rows, returned) else []
        )
    if len(seen) >= FEW and _one_value(seen) and not _one_value([right for right, _ in pairs]):
        return [Cause(f"Whatever it is given, your answer returns {_in_words(seen[0])}.", wrong, whole)]
    return []


def refused_as_input(rows: list[Row]) -> list[Cause]:
    """An answer that should be an input, and is none: why it was refused."""
    wrong = [row for row in rows if row.wrong]
    reasons = {row.shown.reason if isinstance(row.shown, Unreadable) else "" for row in wrong}
    if len(reasons) != 1 or not all(reason.startswith(NO_INPUT) for reason in reasons):
        return []
    why = reasons.pop().removeprefix(NO_INPUT)
    return [Cause(f"What comes back cannot be used as an input: {why}.", len(wrong), True)]


def changes_nothing(rows: list[Row], theirs: list[Data]) -> list[Cause]:
    """An answer that shows what an empty body shows, where nothing needs to come back."""
    return [Cause(CHANGES_NOTHING, sum(bool(row.wrong) for row in rows), True)] if _alike(rows, theirs) else []


def identity(rows: list[Row], theirs: list[Data]) -> list[Cause]:
    """An answer that shows what one shows which returns its first argument."""
    return [Cause(HANDS_BACK, sum(bool(row.wrong) for row in rows), True)] if _alike(rows, theirs) else []


def _alike(rows: list[Row], theirs: list[Data]) -> bool:
    """Whether an answer shows the same throughout. An error is the same only if its words are; where there are only
    errors, they tell nothing: a module that cannot even be made hands nothing back."""
    if all(isinstance(row.shown, Raised) for row in rows if row.wrong):
        return False
    return all(
        data.message == row.shown.message
        if row.wrong and isinstance(data, Raised) and isinstance(row.shown, Raised)
        else compare(data, row.shown, row.rule) is None
        for data, row in zip(theirs, rows, strict=True)
    )


def _all_wrong(rows: list[Row], returned: list[list[Path]]) -> bool:
    """Whether nothing is right: else something else than the result is at stake."""
    return all(row.wrong for row, ways in zip(rows, returned, strict=False) if ways)


def _one_value(values: list[Data | None]) -> bool:
    first = values[0]
    if isinstance(first, Shown):
        numbers = [item.values.flatten() for item in values if isinstance(item, Shown)]
        together = torch.cat([item.double() for item in numbers])
        return len(numbers) == len(values) and together.numel() > FEW and together.unique().numel() == 1
    plain = isinstance(first, bool | int | float | str)
    return plain and all(type(value) is type(first) and value == first for value in values)


def _in_words(value: Data | None) -> str:
    if isinstance(value, Shown):
        return f"nothing but {value.values.flatten()[0].item():g}" if value.values.numel() else "nothing"
    return describe(value)

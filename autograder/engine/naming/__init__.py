"""What is wrong, by its cause: known mistakes first, then what can be read off any answer."""

from __future__ import annotations

from autograder.engine.aligned import aligned
from autograder.engine.judge import Rule
from autograder.engine.naming.aspects import aspects
from autograder.engine.naming.cause import Cause
from autograder.engine.naming.errors import error_causes
from autograder.engine.naming.kinds import changes_nothing, identity, refused_as_input, same_for_all
from autograder.engine.naming.known import Row, known_causes, rows_of
from autograder.engine.naming.leaves import Path, differing
from autograder.engine.sheet import Sheet
from autograder.engine.values import Data

__all__ = ["Cause", "causes"]


def causes(sheet: Sheet, expected: list[Data], shown: list[Data], rules: list[Rule], printed: str = "") -> list[Cause]:
    """Why an answer is wrong, what explains most first; empty where nothing is known about it.

    An empty body and a constant come before all known mistakes: a mistake may look like them where it shows little.
    """
    rows = rows_of(expected, shown, rules)
    if found := refused_as_input(rows) or same_for_all(rows, sheet.returned, printed) or _does_nothing(sheet, rows):
        return found
    known = known_causes(rows, _mistakes(sheet, expected, rules))
    if known and known[0].whole:
        return known
    general = _hands_back(sheet, rows) or error_causes(rows) or aspects(rows, aligned(sheet.nothing, sheet.expected))
    if general and general[0].whole:
        return general
    return known or general


def _mistakes(sheet: Sheet, expected: list[Data], rules: list[Rule]) -> list[tuple[str, list[dict[Path, Data]]]]:
    """The sentence of each known mistake with its wrong parts: compared once a sheet, for all answers."""
    key = (rules[0].device, rules[0].leeway) if rules else None
    if key not in sheet.known_parts:
        sheet.known_parts[key] = [
            (item.sentence, list(map(differing, expected, aligned(item.observations, sheet.expected), rules)))
            for item in sheet.mistakes
        ]
    found: list[tuple[str, list[dict[Path, Data]]]] = sheet.known_parts[key]
    return found


def _does_nothing(sheet: Sheet, rows: list[Row]) -> list[Cause]:
    return changes_nothing(rows, aligned(sheet.nothing, sheet.expected)) if sheet.nothing else []


def _hands_back(sheet: Sheet, rows: list[Row]) -> list[Cause]:
    return identity(rows, aligned(sheet.identity, sheet.expected)) if sheet.identity else []

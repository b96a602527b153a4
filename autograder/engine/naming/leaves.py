"""The smallest parts in which two observations differ, and how much it tells when two of them agree."""

from __future__ import annotations

from typing import TypeAlias

import torch

from autograder.engine.judge import Rule, compare, wrong_elements
from autograder.engine.values import Data, Raised, Shown, Unreadable

Path: TypeAlias = "tuple[str | int, ...]"

CERTAIN = 1.0  # several numbers that nobody hits by chance
HALF = 0.5
SOME = 0.4
LITTLE = 0.2  # one of two possibilities
NEAR = 0.25  # of the way from right to wrong: who is farther from the known mistake shows another one


def differing(expected: Data, shown: Data, rule: Rule, path: Path = ()) -> dict[Path, Data]:
    """The parts of `shown` that are not as expected, each with its way into lists and dicts; as small as can be."""
    if compare(expected, shown, rule) is None:
        return {}
    if isinstance(expected, dict) and isinstance(shown, dict) and expected.keys() == shown.keys():
        parts = [((*path, key), right, shown[key]) for key, right in expected.items()]
    elif isinstance(expected, list) and isinstance(shown, list) and len(expected) == len(shown):
        parts = [((*path, at), right, mine) for at, (right, mine) in enumerate(zip(expected, shown, strict=True))]
    else:
        return {path: shown}
    return {at: value for way, right, mine in parts for at, value in differing(right, mine, rule, way).items()}


def part_at(data: Data, path: Path) -> Data | None:
    """What lies at the end of a way; None where it leads nowhere."""
    for step in path:
        parts: dict[str | int, Data] = {}
        if isinstance(data, dict):
            parts.update(data)
        elif isinstance(data, list):
            parts.update(enumerate(data))
        if step not in parts:
            return None
        data = parts[step]
    return data


def related(one: Path, other: Path) -> bool:
    """Whether one of two ways begins with the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def same(theirs: Data, mine: Data, expected: Data, rule: Rule) -> bool:
    """Whether an answer shows the very thing that a known mistake shows: not merely something within a tolerance."""
    if isinstance(theirs, Unreadable):
        return theirs == mine
    if compare(theirs, mine, rule) is not None:
        return False
    return _nearer(theirs, mine, expected, rule)


def _nearer(theirs: Data, mine: Data, expected: Data, rule: Rule) -> bool:
    """Whether every wrong number lies much nearer to the mistake's than that lies to the right one."""
    if not (_comparable(theirs, expected) and isinstance(mine, Shown)):
        return True
    assert isinstance(theirs, Shown)
    assert isinstance(expected, Shown)
    wrong = wrong_elements(expected.values, theirs.values, rule)
    away = (theirs.values.double() - expected.values.double()).abs()[wrong]
    apart = (theirs.values.double() - mine.values.double()).abs()[wrong]
    finite = away.isfinite() & apart.isfinite()
    return bool((apart[finite] <= NEAR * away[finite]).all())


def strength(expected: Data, wrong: Data, mine: Data, rule: Rule) -> float:
    """How much it tells that an answer shows what a known mistake shows: from 0 to `CERTAIN`.

    Args:
        wrong, mine: what the mistake shows and what the answer shows; they are the same but for an exception's message.
    """
    match wrong:
        case Raised(message=message):
            return HALF if message and isinstance(mine, Raised) and _plain(mine.message) == _plain(message) else 0.0
        case bool():
            return LITTLE
        case Shown():
            return _strength_of_tensor(expected, wrong, rule)
        case float():
            return HALF if wrong == wrong and wrong not in (0.0, 1.0) else SOME
    return SOME  # nothing, a whole number, a text, another length, other keys


def _plain(message: str) -> str:
    """A message without what is a matter of taste: whether a list or a tuple was too short."""
    return message.replace("tuple index out of range", "list index out of range")


def _strength_of_tensor(expected: Data, wrong: Shown, rule: Rule) -> float:
    values = wrong.values
    if _comparable(wrong, expected):
        assert isinstance(expected, Shown)
        values = values[wrong_elements(expected.values, values, rule)]
    telling = values[values.isfinite() & (values != 0) & (values != 1)] if values.is_floating_point() else values
    if telling.dtype == torch.bool:
        return HALF if telling.numel() > 3 else LITTLE
    distinct = telling.unique().numel()
    return CERTAIN if distinct > 1 else HALF if distinct == 1 else SOME


def _comparable(one: Data, other: Data) -> bool:
    alike = isinstance(one, Shown) and isinstance(other, Shown) and one.values.shape == other.values.shape
    return alike and one.values.dtype == other.values.dtype  # type: ignore[union-attr]

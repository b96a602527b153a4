"""Points: an idea has a price, its observations share it, and who lacks the point keeps at most half."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.engine.exercise import Idea
from autograder.engine.observe import Observation

REST = Idea("the rest")
MOST_WITHOUT_THE_POINT = 0.5


def share_earned(expected: Sequence[Observation], right: Sequence[bool]) -> float:
    """The share of an exercise's points, from 0 to 1.

    Args:
        expected: the observations of the sheet, each with the idea that it belongs to.
        right: which of them are.
    """
    share = _share_of_ideas(expected, right)
    return min(share, MOST_WITHOUT_THE_POINT) if _lacking(expected, right) else share


def points_that_cost(expected: Sequence[Observation], right: Sequence[bool]) -> list[str]:
    """The names of the ideas that are the point of the exercise and are wrong, where half is less than the rest earns.

    Args:
        expected: the observations of the sheet, each with the idea that it belongs to.
        right: which of them are.
    """
    costly = _share_of_ideas(expected, right) > MOST_WITHOUT_THE_POINT
    return [idea.name for idea in _lacking(expected, right)] if costly else []


def _share_of_ideas(expected: Sequence[Observation], right: Sequence[bool]) -> float:
    ideas = _by_idea(expected, right)
    whole = sum(idea.weight for idea in ideas)
    return sum(idea.weight * sum(found) / len(found) for idea, found in ideas.items()) / whole


def _lacking(expected: Sequence[Observation], right: Sequence[bool]) -> list[Idea]:
    return [idea for idea, found in _by_idea(expected, right).items() if idea.point and not all(found)]


def _by_idea(expected: Sequence[Observation], right: Sequence[bool]) -> dict[Idea, list[bool]]:
    ideas: dict[Idea, list[bool]] = {}
    for item, fine in zip(expected, right, strict=True):
        ideas.setdefault(item.idea or REST, []).append(fine)
    return ideas

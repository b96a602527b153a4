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
    ideas: dict[Idea, list[bool]] = {}
    for item, fine in zip(expected, right, strict=True):
        ideas.setdefault(item.idea or REST, []).append(fine)
    whole = sum(idea.weight for idea in ideas)
    share = sum(idea.weight * sum(found) / len(found) for idea, found in ideas.items()) / whole
    lacking = any(idea.point and not all(found) for idea, found in ideas.items())
    return min(share, MOST_WITHOUT_THE_POINT) if lacking else share

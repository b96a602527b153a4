"""Points: an idea has a price, its observations share it, and who lacks the point keeps at most half."""

from __future__ import annotations

import pytest

from autograder.engine.exercise import Idea
from autograder.engine.observe import Observation
from autograder.engine.points import share_earned

POINT = Idea("the point", weight=1, point=True)
SIDE = Idea("beside it", weight=3)


def share(*rows: tuple[Idea | None, bool]) -> float:
    return share_earned([Observation("", 0, idea=idea) for idea, _ in rows], [fine for _, fine in rows])


def test_without_ideas_observations_count_alike() -> None:
    assert share((None, True), (None, True), (None, False), (None, False)) == 0.5


def test_an_idea_has_its_price_however_many_observations_show_it() -> None:
    assert share((SIDE, True), (None, False), (None, False), (None, False)) == 0.75
    assert share((SIDE, True), (SIDE, False), (None, True)) == pytest.approx((1.5 + 1) / 4)


@pytest.mark.parametrize("point", [(True, False), (False, True), (False, False)])
def test_who_is_wrong_about_any_of_the_point_keeps_at_most_half(point: tuple[bool, bool]) -> None:
    assert share(*((POINT, fine) for fine in point), *[(SIDE, True)] * 9) == 0.5


def test_who_has_the_point_keeps_what_the_rest_leaves() -> None:
    assert share((POINT, True), (SIDE, False)) == 0.25
    assert share((POINT, True), (SIDE, True)) == 1.0

"""The pictures of the first lesson: what is coloured, and what is said of an expression that raises."""

from __future__ import annotations

import torch
from matplotlib.patches import Rectangle

from helpers.style import ORANGE, Picture
from helpers.tensors import CHOICES, block, outcomes, strips, tables


def coloured(picture: Picture) -> list[tuple[int, int, int]]:
    """(panel, row, column) of every cell that stands out."""
    return [
        (number, int(patch.get_y()), int(patch.get_x()))
        for number, axis in enumerate(picture.axes)
        for patch in axis.patches
        if isinstance(patch, Rectangle) and patch.get_facecolor()[:3] == _rgb(ORANGE)
    ]


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def test_a_table_shows_what_differs_from_the_first():
    before = torch.zeros(2, 3)
    after = before.clone()
    after[1, 2] = 5
    assert coloured(tables({"before": before, "after": after}, ["a", "b"], ["x", "y", "z"])) == [(1, 1, 2)]


def test_a_strip_shows_the_places_that_an_index_reads():
    places = torch.arange(6).reshape(2, 3)
    assert coloured(strips(torch.zeros(6), {"[1]": places[1], "[:, 0]": places[:, 0]})) == [
        (0, 0, 3), (0, 0, 4), (0, 0, 5), (0, 1, 0), (0, 1, 3),
    ]  # fmt: skip


def test_every_choice_of_the_explorer_is_drawn():
    x = torch.arange(24).reshape(2, 4, 3)
    for week in CHOICES:
        title = block(x, "1", week, ":2").get_suptitle()
        assert ("a copy" in title) == (week == "[2, 0]")


def test_an_expression_that_raises_says_how(capsys):
    outcomes("torch.ones(1)", "np.nothing", "x.item()", x=torch.ones(2))
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.endswith("tensor([1.])")
    assert "AttributeError: module 'numpy'" in second
    assert "RuntimeError" in third

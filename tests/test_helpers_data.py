"""The pictures of the lesson on data, and the model that reads its texts."""

from __future__ import annotations

import warnings

import torch

from helpers import workers
from helpers.data import Reader, apart, packed, race, resumed, rows, staircase, twins


def test_the_reader_reads_the_same_alone_and_behind_another_text():
    reader = Reader(vocabulary=9, longest=6)
    ids, places = torch.tensor([[1, 2, 3, 4, 5, 6]]), torch.tensor([[0, 1, 0, 1, 2, 3]])
    mask = torch.block_diag(torch.ones(2, 2), torch.ones(4, 4)).bool()[None]
    both = reader(ids, places, mask)
    alone = reader(ids[:, 2:], places[:, 2:], mask[:, 2:, 2:])
    torch.testing.assert_close(both[:, 2:], alone)
    assert not torch.allclose(reader(ids, places, torch.ones_like(mask))[:, 2:], alone, atol=1e-3)


def test_the_reader_is_the_same_each_time_and_leaves_the_random_stream_alone():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    one, two = Reader(5, 4), Reader(5, 4)
    assert torch.equal(torch.rand(2), expected)
    assert all(map(torch.equal, one.parameters(), two.parameters()))


def test_a_staircase_says_how_much_is_padding():
    title = staircase([2, 6, 4, 0], {"mine": [[0, 1], [2]]}).axes[0].get_title()
    assert title == "mine: 25% padding"


def test_padding_is_no_text():
    image = rows({"one": torch.tensor([[0, 7, -1]])}).axes[0].images[0].get_array()
    assert image is not None
    assert image.tolist() == [[1, 2, 0]]


def test_what_is_measured_is_not_told_since_it_differs_every_time():
    work = {"fixed": {"words": 3, "positions": 9}, "mine": {"words": 3, "positions": 4}}
    said = race(work, {"fixed": lambda: None, "mine": lambda: None}).alt_text()
    assert said == race(work, {"fixed": lambda: sum(range(10_000)), "mine": lambda: None}).alt_text()
    assert workers.memory().alt_text() == workers.memory().alt_text()


def test_rounding_is_drawn_where_it_looks_the_same_everywhere():
    alone = torch.ones(3, 2)
    said = apart(alone, {"a": alone + 1e-7, "b": alone + 0.5}).alt_text()
    assert said == apart(alone, {"a": alone, "b": alone + 0.5}).alt_text()


def test_the_other_pictures_are_drawn_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        packed(torch.tensor([[0, 0, 1, -1]]), torch.eye(4).bool()).as_html()
        twins(["a b c", "a b d", "x y z", "x y"], {"one": [1], "two": [3]}).as_html()
        resumed([[1, 2]], [[3], [4]]).as_html()

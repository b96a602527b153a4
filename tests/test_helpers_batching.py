"""Groups of about the same length, and the mean over what is no padding."""

from __future__ import annotations

import random

import torch

from helpers.batching import alike, mean_over_tokens, shortest_first

LENGTHS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]


def test_groups_hold_each_row_once_and_lengths_do_not_overlap():
    rows = [[place] * length for place, length in enumerate(LENGTHS)]
    found = [alike(rows, 4, random.Random(seed)) for seed in range(9)]
    for groups in found:
        assert sorted(map(len, groups)) == [2, 4, 4]
        assert sorted(row for group in groups for row in group) == sorted(rows)
        lengths = sorted(sorted(map(len, group)) for group in groups)
        assert [length for group in lengths for length in group] == sorted(LENGTHS)
    assert len({str(groups) for groups in found}) == 9


def test_the_shortest_come_first_and_equal_ones_in_their_order():
    assert list(shortest_first(LENGTHS, 4)) == [[1, 3, 6, 0], [9, 2, 4, 8], [7, 5]]
    assert list(shortest_first([], 4)) == []


def test_the_mean_is_that_of_each_text_alone_also_at_several_levels():
    states = torch.randn(2, 3, 5, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[1, 1, 1, 1, 1], [0, 1, 1, 0, 0], [1, 0, 0, 0, 1]])
    for text, real in enumerate(mask.bool()):
        torch.testing.assert_close(mean_over_tokens(states, mask)[:, text], states[:, text, real].mean(dim=1))
        torch.testing.assert_close(mean_over_tokens(states[0], mask)[text], states[0, text, real].mean(dim=0))

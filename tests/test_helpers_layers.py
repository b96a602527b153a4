"""The helpers of lesson 08: digits and where they stand, a page to draw on, trees of words."""

from __future__ import annotations

import torch

from helpers import layers as pages
from helpers.convolution import WINDOWS, stepper, window
from helpers.drawing import INKED, Page, answer, page_of
from helpers.words import Counted, nodes_of, tree

COUNTS = {"the": 9, "a": 5, "of": 2, "is": 1}
CODES = {"the": "1", "a": "01", "of": "001", "is": "000"}


def test_the_digits_are_the_same_each_time_and_have_a_margin():
    one, other = pages.digits(), pages.digits()
    assert one.train.shape == (1437, 12, 12)
    assert len(one.held) == len(one.held_labels) == 360
    assert torch.equal(one.held, other.held)
    assert float(one.train[:, :2].abs().sum() + one.train[:, :, -2:].abs().sum()) == 0
    assert float(one.train.max()) == 16


def test_a_moved_digit_loses_no_ink():
    held = pages.digits().held
    assert torch.equal(pages.moved(held, right=2, down=-1).sum((1, 2)), held.sum((1, 2)))
    somewhere = pages.anywhere(held, torch.Generator().manual_seed(0))
    assert torch.equal(somewhere.sum((1, 2)), held.sum((1, 2)))
    assert not torch.equal(somewhere, held)


def test_a_stretched_digit_keeps_its_page_and_its_shades():
    held = pages.digits().held
    one, other = (pages.varied(held, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(one, other)
    assert one.shape == held.shape
    assert 0 <= float(one.min()) <= float(one.max()) <= 16
    assert float(one.mean()) > 0.8 * float(held.mean())


def test_a_reader_is_asked_without_dropout_and_put_back():
    data = pages.digits()
    reader = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(144, 10), torch.nn.Dropout(0.9)).train()
    shares = {pages.share_read(reader, data.held, data.held_labels) for _ in range(3)}
    assert len(shares) == 1
    assert reader.training


def test_a_click_inks_a_square_and_another_wipes_it():
    page = Page(start=())
    square = page.children[0].children[12 * 3 + 4]
    square.click()
    assert page.value == ((3, 4),)
    assert square.style.button_color == INKED
    square.click()
    assert page.value == ()
    square.click()
    page.children[1].click()
    assert page.value == ()
    assert square.style.button_color != INKED


def test_what_is_drawn_reaches_the_reader():
    seen = []

    def read(drawing):
        seen.append(drawing)
        return torch.full((10,), 0.1)

    answer(read, lambda squares: squares)(((0, 1), (2, 3)))
    assert torch.equal(seen[0], page_of(((0, 1), (2, 3))))
    assert seen[0].sum() == 32


def test_the_stepper_draws_every_kernel_at_both_ends():
    page = pages.digits().held[0]
    for name in WINDOWS:
        assert window(name).shape == (1, 1, 3, 3)
        for place in (0, 100):
            figure = stepper(torch.nn.functional.conv2d, page)(name, 2, 1, place)
            assert "6 × 6" in figure.axes[2].get_title()


def test_a_tree_names_its_words_and_the_way():
    figure = tree(lambda counts: {word: CODES[word] for word in counts}, COUNTS)(4, 2)
    words = {text.get_text() for text in figure.axes[0].texts}
    assert set(COUNTS) <= words
    assert "“a”" in figure.axes[0].get_title()
    assert "2 decisions" in figure.axes[0].get_title()


def test_nodes_are_the_beginnings_of_codes_and_look_ups_are_counted():
    nodes = Counted(nodes_of(CODES, width=3))
    assert sorted(nodes) == ["", "0", "00"]
    assert nodes["0"].shape == (3,)
    assert nodes.looked_up == 1

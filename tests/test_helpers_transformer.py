"""The helpers of lesson 12: dates in many styles, text in colours, the library's layers, and what heads read."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
import torch
from torch import nn

from helpers import dates, torch_layers
from helpers import transformer as pictures
from helpers.heads import LibraryHeads
from helpers.marked import PALETTE, Marked, shade

APRIL = date(2026, 4, 3)
YEAR = [date(2024, 1, 1) + timedelta(days) for days in range(366)]


def test_a_date_is_written_as_its_language_does_with_its_own_digits():
    assert dates.written(APRIL, "fr", "long") == "3 avril 2026"
    assert dates.written(APRIL, "en_US", "short") == "4/3/26"
    assert dates.written(APRIL, "fa", "short") == "۲۰۲۶/۴/۳"
    assert dates.in_words(date(1998, 5, 23)) == "Saturday the 23rd of May 1998"
    assert [dates.in_words(date(1998, 5, day)).split()[2] for day in (1, 2, 11, 12, 13, 21)] == [
        "1st", "2nd", "11th", "12th", "13th", "21st",
    ]  # fmt: skip


@pytest.mark.parametrize("style", dates.STYLES, ids="-".join)
def test_the_pieces_of_a_date_make_it_up(style):
    pieces = dates.parts(APRIL, *style)
    assert "".join(text for text, _ in pieces) == dates.written(APRIL, *style)
    assert {"year", "month", "day"} <= {kind for _, kind in pieces}


def test_no_text_of_our_styles_means_two_days_but_those_that_are_found():
    seen: dict[str, date] = {}
    for day in YEAR:
        for style in dates.STYLES:
            text = dates.written(day, *style)
            meanings = dates.numeric_meanings(text)
            assert not meanings or day in meanings, (text, style)
            if len(meanings) < 2:
                assert seen.setdefault(text, day) == day, (text, style)


def test_a_date_in_numbers_can_be_two_days():
    assert dates.numeric_meanings("4/3/26") == {date(2026, 4, 3), date(2026, 3, 4)}
    assert dates.numeric_meanings("13/3/26") == {date(2026, 3, 13)}
    assert dates.numeric_meanings("3/4/51") == {date(1951, 3, 4), date(1951, 4, 3)}
    assert dates.numeric_meanings("31.04.2026") == set()  # there is no such day
    assert dates.numeric_meanings("3 avril 2026") == set()


def test_what_is_asked_was_never_learned_and_is_unambiguous():
    task = dates.date_task(size=3000, asked=300)
    assert not set(task.train.dates) & set(task.test.dates)
    assert task.two_ways > 0
    assert all(len(dates.numeric_meanings(text)) < 2 for text in task.train.texts + task.test.texts)
    assert {locale for locale, _ in task.train.styles} == set(dates.LOCALES)
    assert dates.date_task(size=3000, asked=300, seed=1).train.texts != task.train.texts


def test_batches_are_the_same_each_time_and_little_padded():
    task = dates.date_task(size=3000, asked=300)
    first, again = (list(task.batches(32, 40)) for _ in range(2))
    assert len(first) == 40
    assert all(
        torch.equal(a, b) for one, other in zip(first, again, strict=True) for a, b in zip(one, other, strict=True)
    )
    source = torch.cat([each.flatten() for each, _ in first])
    assert float((source == dates.PADDING).float().mean()) < 0.1
    assert {tuple(target.shape) for _, target in first} == {(32, 11)}


def test_characters_that_were_never_seen_are_unknown_and_answers_can_be_read_back():
    task = dates.date_task(size=3000, asked=300)
    source = task.source(["3☃", "31.12.1999"])
    assert source.shape == (2, 10)
    assert source[0, 1] == dates.UNKNOWN
    assert source[0, 2:].tolist() == [dates.PADDING] * 8
    assert dates.spelled(dates.targets(["1999-12-31", "2026-04-03"])) == ["1999-12-31", "2026-04-03"]


def test_kept_back_styles_are_of_the_same_days():
    kept = dates.kept_back(count=20)
    assert len({texts.dates for texts in kept.values()}) == 1
    english = dates.without(" of", kept["English"])
    assert all(" of" not in text for text in english.texts)
    assert english.dates == kept["English"].dates


def test_marked_text_escapes_and_colours():
    line = Marked([(["<a>", "9%"], [("3 & ", ""), ("avril", PALETTE["month"]), ("!", shade(0.5))])], "which?")
    html = line.as_html()
    assert "&lt;a&gt;" in html
    assert "3 &amp; " in html
    assert f"background:{PALETTE['month']};color" in html
    assert "rgba(230,159,0,0.50)" in html
    assert line.alt_text() == "which?\n<a> 9% 3 & avril!"
    assert shade(0.0) == ""


def test_one_date_in_colours_ends_with_iso():
    table = pictures.one_date(APRIL, [("fr", "full"), ("ja", "full")])
    assert table.alt_text().splitlines()[-1] == "ISO 2026-04-03"


@pytest.mark.parametrize("norm_first", [False, True])
def test_the_librarys_layers_take_our_masks(norm_first):
    torch.manual_seed(0)
    reads, writes = (
        kind(8, 2, 16, norm_first) for kind in (torch_layers.LibraryEncoderLayer, torch_layers.LibraryDecoderLayer)
    )
    x, memory = torch.randn(3, 4, 8), torch.randn(3, 5, 8)
    real = torch.arange(4) < torch.tensor([[4], [2], [1]])
    hidden = torch.where(real.unsqueeze(-1), x, torch.randn(3, 4, 8))  # other padding changes nothing that is real
    assert torch.allclose(reads(x, real.unsqueeze(-2))[real], reads(hidden, real.unsqueeze(-2))[real], atol=1e-6)
    past = torch.ones(4, 4, dtype=torch.bool).tril()
    later = torch.cat([x[:, :2], torch.randn(3, 2, 8)], dim=1)
    one, other = (writes(each, memory, past) for each in (x, later))
    assert torch.allclose(one[:, :2], other[:, :2], atol=1e-6)
    assert not torch.allclose(one[:, 2:], other[:, 2:], atol=1e-3)


def test_a_librarys_weights_get_our_names():
    theirs = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
    ours = torch_layers.in_our_names(theirs.state_dict())
    assert torch.equal(ours["cross_attn.v_proj.weight"], theirs.multihead_attn.in_proj_weight[16:])
    assert torch.equal(ours["self_attn.out_proj.bias"], theirs.self_attn.out_proj.bias)
    assert sum(item.numel() for item in ours.values()) == sum(item.numel() for item in theirs.parameters())


def test_the_weights_of_heads_are_those_that_were_used():
    torch.manual_seed(0)
    attention = LibraryHeads(8, 2)
    query, key = torch.randn(1, 3, 8), torch.randn(1, 5, 8)
    mask = torch.tensor([[[True, True, False, True, False]]])
    weights = pictures.looked_at(attention, lambda: attention(query, key, value=key, mask=mask))
    value = attention.v_proj(key).unflatten(-1, (2, 4)).transpose(1, 2)
    mixed = attention.out_proj((weights @ value).transpose(1, 2).flatten(-2))
    assert torch.allclose(mixed, attention(query, key, key, mask), atol=1e-6)
    assert weights.shape == (1, 2, 3, 5)
    assert float(weights[..., 2].abs().max()) == 0
    assert not attention._forward_pre_hooks


def test_positions_of_the_library_are_hands():
    table = torch_layers.library_positions(50, 6)
    assert torch.allclose(table[:, 0::2] ** 2 + table[:, 1::2] ** 2, torch.ones(50, 3))
    assert torch.allclose(table[7, :2], torch.tensor([math.sin(7), math.cos(7)], dtype=torch.float32))


def test_norm_first_learns_to_spell_backwards_sooner():
    def make(norm_first: bool) -> nn.Module:
        return nn.TransformerEncoderLayer(64, 4, 128, dropout=0.0, batch_first=True, norm_first=norm_first)

    curves = {line.get_label(): line.get_ydata() for line in pictures.backwards(make).axes[0].get_lines()}
    assert curves["norm first"][59] < 0.5 < 1.0 < curves["norm last"][59]

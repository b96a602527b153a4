"""The card says what the verdict says, in HTML and in text, and runs nothing that came from an answer."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import torch

from autograder.engine.judge import Difference
from autograder.engine.naming import Cause
from autograder.engine.verdict import Finding, State, Verdict
from autograder.student.card import CheckFailed, as_html, as_text, headline, show
from autograder.student.picture import MOST, picture

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>&\"'</pre></div>"
PLAIN = Difference("", "it is 3", "expected 2")
PAIR = Difference("", "2 values are wrong", "expected 1", torch.eye(3), torch.ones(3, 3))
WRONG = Verdict(
    "attention", State.WRONG, 1.8, 3.0,
    [Finding("plain", "cpu", None), Finding("masked", "cpu", PAIR),
     Finding("state", "cpu", replace(PLAIN, where="['bias']"))],
    ["The scores are divided by d, not by √d."], ["You wrote attention(q)."], seed=7, printed="first line\nsecond",
)  # fmt: skip


class Reader(HTMLParser):
    """The tags, the attributes and the visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


HARMLESS_TAGS = {
    "div",
    "strong",
    "ul",
    "li",
    "details",
    "summary",
    "pre",
    "svg",
    "rect",
    "title",
    "text",
    "figure",
    "figcaption",
}


def test_hostile_text_is_escaped_wherever_it_may_stand() -> None:
    gap = Difference(HOSTILE, HOSTILE, HOSTILE, torch.ones(2), torch.zeros(2))
    findings = [Finding(HOSTILE, HOSTILE, gap), Finding(HOSTILE, "cpu", None)]
    for state in State:
        verdict = Verdict(HOSTILE, state, 0, 1, findings, [Cause(HOSTILE, 1, True)], [HOSTILE], printed=HOSTILE)
        page = Reader(as_html(verdict))
        assert set(page.tags) <= HARMLESS_TAGS
        assert not page.open
        assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "href")]
        assert HOSTILE in page.text


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        (WRONG, "✗ attention: not right yet · 1.8 of 3 points"),
        (replace(WRONG, state=State.RIGHT, earned=3.0), "✓ attention: right · 3 of 3 points"),
        (
            replace(WRONG, state=State.NOT_ATTEMPTED, earned=0.0, points=1),
            "○ attention: not attempted yet · 0 of 1 point",
        ),
        (replace(WRONG, state=State.NOT_GRADED, earned=0.0, points=0.5), "– attention: not graded · 0 of 0.5 points"),
    ],
)
def test_the_headline_says_state_and_points_in_words_and_sign(verdict: Verdict, line: str) -> None:
    assert headline(verdict) == line
    assert as_text(verdict).startswith(line)
    assert Reader(as_html(verdict)).text.startswith(line)


def test_text_and_html_state_the_same_facts() -> None:
    facts = [
        "This is what happens when: The scores are divided by d, not by √d.", "You wrote attention(q).",
        "masked: 2 values are wrong; expected 1.", "state: at ['bias'] it is 3; expected 2.", "plain",
        "first line", "second",
    ]  # fmt: skip
    text, html = as_text(WRONG), Reader(as_html(WRONG)).text
    for fact in facts:
        assert fact in text, fact
        assert fact in html, fact


def test_code_in_a_sentence_is_set_as_code() -> None:
    card = as_html(replace(WRONG, causes=[Cause("`x = <b>` is a name.", 1, True)]))
    assert "<code>x = &lt;b&gt;</code> is a name." in card


def test_a_right_answer_lists_what_was_looked_at_and_no_fault() -> None:
    verdict = replace(WRONG, state=State.RIGHT, findings=[Finding("plain", "cpu", None)], causes=[], notes=[])
    assert "plain" in Reader(as_html(verdict)).text
    assert "✗" not in as_html(verdict) + as_text(verdict)


def test_a_blank_says_how_to_go_on_and_nothing_else() -> None:
    verdict = replace(WRONG, state=State.NOT_ATTEMPTED)
    for card in (as_text(verdict), as_html(verdict)):
        assert "Write it in the cell above" in card
        assert "masked" not in card


def test_a_hidden_sheet_shows_its_seed_but_neither_expected_values_nor_a_picture() -> None:
    verdict = replace(WRONG, hidden=True)
    for card in (as_text(verdict), as_html(verdict)):
        assert "seed 7" in card
        assert "it is 3." in card
        assert "expected" not in card
        assert "target" not in card
    assert "<svg" not in as_html(verdict)
    assert "<svg" in as_html(WRONG)
    assert "seed" not in as_text(WRONG)


def test_the_device_is_named_where_there_are_several() -> None:
    both = replace(WRONG, findings=[Finding("a", "cpu", None), Finding("a", "cuda", PLAIN)])
    assert "a (cuda): it is 3" in as_text(both)
    assert "(cpu)" not in as_text(WRONG)


def test_a_failed_check_is_its_headline() -> None:
    error = CheckFailed(WRONG)
    assert str(error) == headline(WRONG)
    assert error._render_traceback_() == [headline(WRONG)]


def test_outside_notebooks_the_card_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show(WRONG)
    assert capsys.readouterr().out == as_text(WRONG) + "\n"


def _pair(expected: torch.Tensor, shown: torch.Tensor) -> str:
    return picture(Difference("", "", "", expected, shown))


@pytest.mark.parametrize(
    ("shape", "cells"), [((5,), 5), ((2, 3), 6), ((2, 4, 3, 2), 6), ((100, 100), MOST * MOST), ((1, 40), MOST)]
)
def test_a_picture_has_three_panels_of_at_most_sixteen_by_sixteen(shape: tuple[int, ...], cells: int) -> None:
    drawn = _pair(torch.zeros(shape), torch.ones(shape))
    assert drawn.count("<svg") == 3
    assert drawn.count("<rect") == 3 * cells


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.bfloat16, torch.float64])
def test_a_picture_takes_every_dtype(dtype: torch.dtype) -> None:
    assert "<svg" in _pair(torch.zeros(3).to(dtype), torch.ones(3).to(dtype))


def test_a_picture_shows_the_slice_with_the_furthest_value() -> None:
    shown = torch.zeros(3, 50, 50)
    shown[1, 40, 2], shown[2, 0, 0] = 9, 5
    drawn = _pair(torch.zeros(3, 50, 50), shown)
    assert "the slice [1, 32:48, 0:16]" in drawn
    assert "[8, 2] 9<" in drawn


def test_what_is_nan_in_both_is_not_the_furthest() -> None:
    expected = torch.zeros(3, 2, 2)
    expected[0] = torch.nan
    shown = expected.clone()
    shown[2, 1, 1] = 4
    assert "the slice [2, " in _pair(expected, shown)


def test_nan_and_infinity_are_crossed() -> None:
    drawn = _pair(torch.zeros(3), torch.tensor([torch.nan, torch.inf, 1.0]))
    assert len(re.findall("<text", drawn)) == 4  # two in yours, two in the difference


@pytest.mark.parametrize("gap", [PLAIN, Difference("", "", "", torch.ones(1), torch.zeros(1)), Difference("", "", "")])
def test_one_number_or_none_gets_no_picture(gap: Difference) -> None:
    assert picture(gap) == ""

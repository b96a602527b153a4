"""The card says what the verdict says, in HTML and in text, and runs nothing that came from an answer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import torch

from autograder.engine.judge import Difference
from autograder.engine.naming import Cause
from autograder.engine.values import Raised
from autograder.engine.verdict import Finding, State, Verdict
from autograder.student.card import CheckFailed, as_html, as_json, as_text, headline, show
from autograder.student.picture import MOST, picture

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>&\"'</pre></div>"
PLAIN = Difference("", "it is 3", "2")
PAIR = Difference("", "2 values are wrong", "1", torch.eye(3), torch.ones(3, 3))
BY_D = Cause("The scores are divided by d, not by √d.", 2, True)
WRONG = Verdict(
    "attention", State.WRONG, 1.8, 3.0,
    [Finding("plain", "cpu", None), Finding("masked", "cpu", PAIR, "attention(query)", "hiding"),
     Finding("state", "cpu", replace(PLAIN, where="`bias`"))],
    [BY_D], ["Your `attention` is `attention(q)`."], seed=7, printed="first line\nsecond",
)  # fmt: skip


def raising(name: str, message: str = "no", kind: str = "ValueError", function: str = "f", call: str = "") -> Finding:
    error = Raised(kind, message=message, line="raise it", function=function, number=3)
    return Finding(name, "cpu", Difference("", f"it raises {kind}: {message}", "a tensor", error=error), call)


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
        self.open += [] if tag == "br" else [tag]
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
    "code",
    "br",
}


def test_hostile_text_is_escaped_wherever_it_may_stand() -> None:
    gap = Difference(HOSTILE, HOSTILE, HOSTILE, torch.ones(2), torch.zeros(2))
    blank = Difference("", "", "", error=Raised("NotImplementedError", function=HOSTILE, line=HOSTILE))
    findings = [
        *(Finding(HOSTILE, HOSTILE, replace(gap, where=where), HOSTILE, HOSTILE) for where in (HOSTILE, "", "x")),
        Finding(HOSTILE, "cpu", blank), Finding(HOSTILE, "cpu", None), Finding("plain", "cpu", gap),
    ]  # fmt: skip
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
        (replace(WRONG, state=State.NOT_HERE, earned=0.0), "– attention: cannot be checked here"),
    ],
)
def test_the_headline_says_state_and_points_in_words_and_sign(verdict: Verdict, line: str) -> None:
    assert headline(verdict) == line
    assert as_text(verdict).startswith(line)
    assert Reader(as_html(verdict)).text.startswith(line)


def test_text_and_html_state_the_same_facts() -> None:
    facts = [
        "One cause: The scores are divided by d, not by √d.", "attention(q)", "masked · hiding", "attention(query)",
        "2 values are wrong", 'inputs_of("attention", "masked")', "state", "plain",
        "1 other case fails, for the same reason", "first line", "second",
    ]  # fmt: skip
    text, html = as_text(WRONG), Reader(as_html(WRONG)).text
    for fact in facts:
        assert fact in text, fact
        assert fact in html, fact


def test_code_in_a_sentence_is_set_as_code() -> None:
    card = as_html(replace(WRONG, causes=[Cause("`x = <b>` is a name.", 1, True)]))
    assert "<code>x = &lt;b&gt;</code> is a name." in card


@pytest.mark.parametrize(("whole", "words"), [(True, "One cause: "), (False, "One of the causes: ")])
def test_a_cause_claims_no_more_than_it_explains(whole: bool, words: str) -> None:
    verdict = replace(WRONG, causes=[replace(BY_D, whole=whole)])
    for card in (as_text(verdict), Reader(as_html(verdict)).text):
        assert words in card
        assert ("for the same reason" in card) == whole


def test_the_first_case_is_one_with_a_call_and_all_others_are_folded() -> None:
    parts = [replace(PLAIN, yours=f"it is {at}") for at in range(4)]
    findings = [Finding(f"case {at}", "cpu", part, "f(x)" if at == 2 else "") for at, part in enumerate(parts)]
    verdict = replace(WRONG, findings=findings, causes=[], notes=[], printed="")
    html = as_html(verdict)
    shown, _, folded = html.partition("<details>")
    assert "case 2" in shown
    assert "case 2" not in folded
    assert all(f"case {at}" in folded and f"case {at}" not in shown for at in (0, 1, 3))
    assert "3 other cases fail<" in html


def test_failures_come_before_what_is_right() -> None:
    for card in (as_text(WRONG), Reader(as_html(WRONG)).text):
        assert card.index("state") < card.index("plain")


def test_the_same_error_is_said_once() -> None:
    findings = [raising("a", "size 2"), raising("b", "size 3"), raising("c"), raising("d", function="g")]
    verdict = replace(WRONG, findings=findings, causes=[], notes=[], printed="")
    for card in (as_text(verdict), Reader(as_html(verdict)).text):
        assert card.count("it raises ValueError") == 2
        assert "b, c: the same error, in the same line." in card
        assert "3 other cases fail" in card


def test_one_error_in_all_cases_is_told_in_the_fold() -> None:
    findings = [raising("a"), raising("b"), raising("c")]
    assert "2 other cases fail, with the same error" in as_text(replace(WRONG, findings=findings, causes=[]))


def test_what_is_not_written_yet_is_named_and_counted() -> None:
    blanks = [raising(name, "", "NotImplementedError", "make.<locals>.Mini.to", "mini.to()") for name in "ab"]
    verdict = replace(WRONG, findings=[*blanks, raising("c"), Finding("d", "cpu", None)], causes=[], printed="")
    for card in (as_text(verdict), Reader(as_html(verdict)).text):
        assert "Mini.to" in card
        assert "is not written yet: 2 cases wait for it." in card
        assert "NotImplementedError" not in card
        assert "other case" not in card
    assert "1 case waits" in as_text(replace(verdict, findings=blanks[:1]))


def test_no_backtick_is_left_in_html() -> None:
    gap = Difference("`weight`", "it raises E (in `f`, line 1: `f('x')`)", "`a` and `b`")
    verdict = replace(WRONG, findings=[Finding("x", "cpu", gap), Finding("y", "cpu", gap), Finding("z", "cpu", PLAIN)])
    assert "`" not in as_html(verdict)


def test_what_cannot_be_checked_here_is_said_without_blame() -> None:
    verdict = replace(WRONG, state=State.NOT_HERE, findings=[], causes=[], notes=["Use `WSL`."])
    for card in (as_text(verdict), Reader(as_html(verdict)).text):
        assert "Your progress stays as it is." in card
        assert "not right" not in card


def test_the_verdict_for_programs_tells_no_answer() -> None:
    wanted = torch.full((3, 3), 0.123)
    gap = Difference("", "it is 1", "WANTED", wanted, torch.ones(3, 3))
    verdict = replace(WRONG, findings=[Finding("a", "cpu", gap, "f(1)"), Finding("b", "cpu", None)])
    told = as_json(verdict)
    assert told["failing"] == ["a"]
    assert told["right"] == ["b"]
    assert (told["exercise"], told["state"], told["earned"], told["points"]) == ("attention", "wrong", 1.8, 3.0)
    assert told["causes"] == [{"sentence": BY_D.sentence, "explains": 2, "whole": True}]
    text = json.dumps(told)
    assert "WANTED" not in text
    assert "0.123" not in text


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
    verdict = replace(WRONG, hidden=True, causes=[replace(BY_D, whole=False)])
    for card in (as_text(verdict), as_html(verdict)):
        assert "seed 7" in card
        assert "2 values are wrong" in card
        assert "it is 3" in card
        assert "wanted" not in card
        assert "target" not in card
        assert "attention(query)" not in card
        assert "inputs_of" not in card
    assert "<svg" not in as_html(verdict)
    assert "<svg" in as_html(WRONG)
    assert "seed" not in as_text(WRONG)


def test_the_device_is_named_where_there_are_several() -> None:
    both = replace(WRONG, findings=[Finding("a", "cpu", None), Finding("a", "cuda", PLAIN)])
    assert "✗ a (cuda)" in as_text(both)
    assert "(cpu)" not in as_text(WRONG)


def test_a_failed_check_points_to_the_card_and_repeats_nothing_of_it() -> None:
    error = CheckFailed(WRONG)
    assert str(error) == headline(WRONG)
    assert error._render_traceback_() == ["↑ attention: the card in this cell's output says why."]


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

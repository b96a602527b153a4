"""A student's way through two lessons in a real browser: what is run, written, checked and seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from lab import WINDOW, Notebook, Shot
from playwright.sync_api import expect
from toy import DOUBLES

pytestmark = [pytest.mark.browser]

Opened = Callable[[str], Notebook]

SQUARED = "def double(x):\n    return x ** 2"
DOUBLED = "def double(x):\n    return 2 * x"

ATTENTION = """\
def attention(query, key, value, mask=None):
    scores = query @ key.mT / {scale}
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value"""
BLANK = "def attention(query, key, value, mask=None):\n    raise NotImplementedError"
BY_D = ATTENTION.format(scale="query.shape[-1]")
BY_ROOT_D = ATTENTION.format(scale="math.sqrt(query.shape[-1])")


def test_start_page_runs_to_its_end(opened: Opened, shot: Shot) -> None:
    notebook = opened("00_start_here")
    expect(notebook.cell("check-double").node).to_contain_text("double: not attempted yet")
    picture = notebook.cell_with("doublings(double)").node
    expect(picture).to_contain_text("double is not written yet")
    expect(picture).not_to_contain_text("Traceback")
    notebook.page.set_viewport_size({"width": 1200, "height": 1200})  # down to the first figure
    notebook.to_top()
    shot("start_page", notebook.page)
    notebook.page.set_viewport_size(WINDOW)


def test_wrong_answer_is_named_and_right_one_is_on_the_map(opened: Opened, shot: Shot) -> None:
    notebook = opened("00_start_here")
    card = notebook.answer("double", SQUARED)
    expect(card).to_contain_text("double: not right yet")
    expect(card).to_contain_text("squared, x ** 2, instead of doubled")
    expect(card.locator("svg").first).to_be_visible()
    expect(card).to_contain_text("double(")
    checked = notebook.cell("check-double").node
    expect(checked).to_contain_text("↑ double: the card in this cell's output says why.")
    assert checked.inner_text().count("not right yet") == 1
    assert (card.bounding_box() or {"height": 9e9})["height"] < WINDOW["height"] / 2
    expect(notebook.answer("double", DOUBLED)).to_contain_text("✓ double: right")
    course = notebook.cell_with("progress()")
    course.run()
    expect(course.node.locator(".course-map")).to_contain_text("✓ double")
    shot("course_map", notebook.page, course.node)


def test_explorer_of_lessons_follows_its_list(opened: Opened, shot: Shot) -> None:
    notebook = opened("00_start_here")
    explorer = notebook.cell_with("explore(")
    before = explorer.image()
    explorer.node.locator("select").click()
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Enter")
    assert explorer.new_image(before) != before
    shot("explorer", notebook.page, explorer.node)


@pytest.mark.parametrize(("answer", "says"), [(SQUARED, "failed"), (DOUBLED, "Success")])
def test_validate_agrees_with_the_card(opened: Opened, answer: str, says: str) -> None:
    notebook = opened(DOUBLES)  # its one exercise is all that there is to validate
    card = notebook.answer("double", answer)
    expect(card).to_contain_text("✓ double: right" if answer == DOUBLED else "✗ double: not right yet")
    result = notebook.validate()
    assert says in result, result
    assert ("check(double)" in result) == (answer == SQUARED), result


def test_attention_over_d_is_named_and_mended(opened: Opened, shot: Shot) -> None:
    notebook = opened("11_attention")
    card = notebook.answer("attention", BY_D)
    expect(card).to_contain_text("The scores are divided by d_k, not by √d_k.")
    expect(card.locator("svg").first).to_be_visible()
    parts = notebook.cell("exercise-attention").node, notebook.cell("check-attention").node
    shot("card_light", notebook.page, *parts)
    notebook.theme("JupyterLab Dark")
    shot("card_dark", notebook.page, *parts)
    notebook.theme("JupyterLab Light")
    expect(notebook.answer("attention", BY_ROOT_D)).to_contain_text("✓ attention: right")


def test_slider_moves_the_picture(opened: Opened, shot: Shot) -> None:
    notebook = opened("11_attention")
    expect(notebook.answer("attention", BY_ROOT_D)).to_contain_text("✓ attention: right")
    explorer = notebook.cell_with("explore(")
    explorer.run()
    before = explorer.image()
    knob = explorer.node.locator(".noUi-touch-area").first
    knob.drag_to(explorer.node.locator(".noUi-target").first)
    assert explorer.new_image(before) != before
    shot("widget", notebook.page, explorer.node)


def test_explorer_is_worked_by_labels_and_keys(opened: Opened) -> None:
    notebook = opened("11_attention")
    notebook.answer("attention", BY_ROOT_D)
    explorer = notebook.cell_with("explore(")
    explorer.run()
    before = explorer.image()
    ahead = explorer.node.get_by_role("spinbutton", name="words ahead")
    ahead.focus()
    notebook.page.keyboard.press("ArrowDown")
    assert explorer.new_image(before) != before
    expect(ahead).to_have_value("-1")
    expect(explorer.node.get_by_role("img")).to_have_accessible_name(re.compile("weights: A map of 10 rows"))
    notebook.page.keyboard.press("Tab")  # past the knob, which has no name
    expect(explorer.node.get_by_role("spinbutton", name="padding on the left")).to_be_focused()
    expect(explorer.node.get_by_role("slider")).to_have_count(0)


def test_explorer_shows_no_picture_of_an_earlier_answer(opened: Opened) -> None:
    notebook = opened("11_attention")
    explorer = notebook.cell_with("explore(")
    picture = explorer.node.locator(".widget-html img")
    back = explorer.node.get_by_role("spinbutton", name="words back")
    raising = BY_ROOT_D.replace(".mT", ".reshape(5)")
    for answer, says in ((BY_ROOT_D, ""), (BLANK, "not written yet"), (raising, "attention fails in line 2")):
        notebook.answer("attention", answer)
        for value in ("3", "4"):  # a control of the explorer that stands there; then the cell anew
            back.fill(value)
            back.press("Enter")
            expect(picture).to_have_count(0 if says else 1)
            expect(explorer.node).to_contain_text(says)
            explorer.run()
            expect(picture).to_have_count(0 if says else 1)
            expect(explorer.node).to_contain_text(says)
    notebook.answer("attention", BY_ROOT_D)
    back.fill("5")
    back.press("Enter")
    expect(picture).to_be_visible()


def test_nothing_is_asked_of_the_network(opened: Opened, strangers: list[str]) -> None:
    opened("00_start_here")
    assert strangers == []

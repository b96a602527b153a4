"""What pictures tell those who do not see them, and what explorers show beside a picture."""

from __future__ import annotations

import gc

import pytest
import torch
from IPython.testing.globalipapp import start_ipython

from helpers import plots, widgets
from helpers.attention import lineup, mask_explorer
from helpers.autograd import remembered
from helpers.mixed_precision import number_line, scale_over_time
from helpers.modules import STEPS, follow
from helpers.style import INK, Picture


def _lines() -> Picture:
    return plots.lines({"one": ([0, 1, 2], [5, 4, 3]), "two": ([0, 1], [7, 0.5])}, xlabel="step", ylabel="loss")


def test_curves_are_told_by_name_and_ends():
    assert _lines().alt_text() == "Plot of: one, from 5 to 3; two, from 7 to 0.5. Across: step. Up: loss."


def test_map_tells_size_names_and_values_and_names_only_once():
    matrix = torch.arange(6.0).reshape(2, 3)
    panels = {"before": matrix, "after": 2 * matrix}
    text = plots.heatmaps(panels, rows=["the", "cat"], xlabel="key", ylabel="query").alt_text()
    assert text == (
        "before: A map of 2 rows (query: the, cat) by 3 columns (key), values from 0 to 5. "
        "after: A map of 2 rows by 3 columns, values from 0 to 10."
    )


def test_empty_map_says_so():
    assert "all empty" in plots.heatmaps({"": torch.full((2, 2), torch.nan)}).alt_text()


def test_bars_are_told_by_group_with_their_heights():
    groups = {"mine": {"a": 1.0, "b": 2.5}, "theirs": {"a": 3.0, "b": 4.0}}
    assert plots.bars(groups, ylabel="height").alt_text() == "Bars: mine: a 1; b 2.5. theirs: a 3; b 4. Up: height."


def test_bars_that_do_not_begin_at_zero_tell_both_ends():
    assert "float8_e4m3fn from -1.81 to 2.65" in number_line("float16", -7).alt_text()


def test_histogram_tells_where_its_values_lie():
    text = plots.histograms({"ages": torch.tensor([1.0, 2.1, 2.2, 3.0])}, xlabel="years", bins=4).alt_text()
    assert text.startswith("Plot of: ages, from 1 to 3, most at 2")


def test_graph_and_table_are_read_with_their_legend():
    graph = remembered("w + b").alt_text()
    assert "Add Backward0" in graph
    assert "Legend: node; adds to a leaf's .grad; leaf tensor" in graph


def test_quotes_in_a_title_do_not_end_the_alt_text():
    html = plots.heatmaps({'"><b>': torch.eye(2)}).as_html()
    assert '"><b>' not in html


def test_what_is_added_to_a_figure_later_has_the_course_style():
    legend = scale_over_time([4.0, 2.0, 2.0], [0]).axes[0].get_legend()
    assert legend is not None
    assert not legend.get_frame_on()
    assert {text.get_color() for text in legend.get_texts()} == {INK}


def test_words_in_a_filled_cell_are_black_and_names_stand_on_the_page():
    class Specimen(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([1.0]))

        def tensors(self):
            return {"weight": self.weight}

    cells = follow(Specimen)(STEPS[0]).axes[0].tables[0].get_celld()
    assert cells[1, 0].get_text().get_color() == "black"
    assert cells[0, 0].get_text().get_color() == INK
    assert cells[0, 0].get_facecolor()[3] == 0


def test_long_names_of_rows_leave_room_for_the_panel():
    query, key, value = torch.ones(2, 4), torch.ones(3, 4), torch.ones(3, 2)
    figure = lineup("attention_counterexample", (query, key, value, torch.ones(2, 3, dtype=torch.bool)))
    figure.as_html()
    panel = figure.axes[0].get_position()
    assert panel.width * figure.get_figwidth() > 1


def _shown(box) -> str:
    return box.children[-1].value


def _field(box, row: int = 1):
    return box.children[row].children[0]


def test_field_and_slider_move_together():
    slider = widgets.slider(0, 9, 3, label="steps")
    box = widgets.explorer(lambda steps: _lines(), "Why?", {"steps": slider})
    field = _field(box)
    assert (field.description, field.value, slider.description) == ("steps", 3, "")
    field.value = 5
    assert slider.value == 5
    slider.value = 7
    assert field.value == 7
    field.value = 99
    assert slider.value == 9


def test_sentence_where_the_answer_is_not_written():
    def blank(steps):
        raise NotImplementedError

    box = widgets.explorer(blank, "Why?", {"steps": widgets.slider(0, 9, 3, label="steps")})
    assert _shown(box) == "Your answer above is not written yet. This picture will show what it does."


def test_error_is_told_with_its_place_and_its_explanation():
    def clear(steps):
        return None.shape

    box = widgets.explorer(clear, "Why?", {"steps": widgets.slider(0, 9, 3)})
    assert "clear</code> fails in line" in _shown(box)
    assert "AttributeError: &#x27;NoneType&#x27; object has no attribute &#x27;shape&#x27;." in _shown(box)
    assert "without a <code>return</code>" in _shown(box)
    assert "<img" not in _shown(box)


def test_result_that_cannot_be_drawn_is_not_called_an_error_of_the_answer():
    controls = {name: widgets.slider(0, 7, 3) for name in ("back", "ahead", "padding")}
    box = widgets.explorer(mask_explorer(lambda *_: None, ["the", "cat"]), "Why?", controls)
    assert _shown(box).startswith("What your answer returns for these values cannot be drawn. AttributeError:")
    assert "without a <code>return</code>" in _shown(box)


def test_no_picture_stays_when_an_answer_raises():
    def positive(steps):
        if steps < 0:
            raise ValueError("below <zero>")
        return _lines()

    slider = widgets.slider(-1, 9, 3, label="steps")
    box = widgets.explorer(positive, "Why?", {"steps": slider})
    assert "<img alt=" in _shown(box)
    slider.value = -1
    assert "<img" not in _shown(box)
    assert "ValueError: below &lt;zero&gt;." in _shown(box)
    slider.value = 4
    assert "<img alt=" in _shown(box)


def _counting() -> tuple[list[int], object]:
    calls: list[int] = []

    def picture(steps):
        calls.append(steps)
        return _lines()

    return calls, picture


def test_same_values_are_drawn_once_until_a_cell_runs():
    shell = start_ipython()
    calls, picture = _counting()
    slider = widgets.slider(0, 9, 3, label="steps")
    widgets.explorer(picture, "Why?", {"steps": slider})
    slider.value = 4
    slider.value = 3
    assert calls == [3, 4]
    shell.run_cell("pass", store_history=True)
    slider.value = 4
    assert calls == [3, 4, 4]


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_is_left_as_it_was(enabled):
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        widgets.explorer(lambda steps: _lines(), "Why?", {"steps": widgets.slider(0, 9, 3)})
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()

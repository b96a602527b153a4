"""Explorers: a question, a few controls, a picture that answers. Where widgets do not run, the picture stands still."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import ipywidgets
from IPython.core.getipython import get_ipython
from IPython.display import display

from autograder.engine.naming.errors import explanation
from autograder.engine.values import Raised, raised
from helpers.style import Picture

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# A slider's knob has no name that could be read out, and ipywidgets has no way to give it one. The labelled field
# beside it does all that the knob does, so that the knob is for the mouse alone: neither Tab nor a screen reader finds
# what is hidden, and the part of it that is shown again is no control.
NOT_WRITTEN = "Your answer above is not written yet. This picture will show what it does."
BESIDE = "beside-its-field"
KNOBS = f"""<style>
.{BESIDE} .noUi-handle {{visibility: hidden}}
.{BESIDE} .noUi-touch-area {{visibility: visible; border-radius: 50%; box-sizing: border-box;
    background: var(--jp-layout-color1); border: 2px solid var(--jp-ui-font-color2)}}
</style>"""


def slider(low: float, high: float, value: float, *, step: float | None = None, label: str = "") -> ipywidgets.Widget:
    """A slider over whole numbers where all arguments are whole, else over real ones."""
    whole = all(isinstance(number, int) for number in (low, high, value)) and (step is None or isinstance(step, int))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    step = step if step is not None else (1 if whole else (high - low) / 100)
    return kind(value, min=low, max=high, step=step, description=label, continuous_update=False)


def choice(options: Sequence[Any], value: Any = None, *, label: str = "") -> ipywidgets.Widget:
    """A drop-down list."""
    first = options[0] if value is None else value
    return ipywidgets.Dropdown(options=options, value=first, description=label)


def text(value: str, *, label: str = "") -> ipywidgets.Widget:
    """A line to type into; the picture changes when it is entered."""
    layout = ipywidgets.Layout(width="auto")  # as wide as the explorer; 100% would leave no room for margins
    return ipywidgets.Text(value, description=label, continuous_update=False, layout=layout)


def switch(value: bool, *, label: str = "") -> ipywidgets.Widget:
    """A box to tick."""
    return ipywidgets.Checkbox(value, description=label, indent=False)


def explore(picture: Callable[..., Picture], question: str, **controls: ipywidgets.Widget) -> None:
    """Shows `picture(**values)` and redraws it when a control moves.

    Where the picture needs an answer that is not written yet, or that raises, a sentence stands in its place.

    Args:
        picture: from the controls' values to a picture.
        question: what the explorer answers, shown above it.
        controls: the name of an argument → its widget (`slider`, `choice`, `text`, `switch`).
    """
    box = explorer(picture, question, controls)
    # One bundle: whoever knows widgets shows the widget, GitHub and a printed page show the picture.
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    plain = f"{question} (move the controls in JupyterLab)"
    display({WIDGET_VIEW: view, "text/html": box.children[-1].value, "text/plain": plain}, raw=True)


def explorer(
    picture: Callable[..., Picture], question: str, controls: Mapping[str, ipywidgets.Widget]
) -> ipywidgets.VBox:
    """What `explore` shows: the question, a row for each control, and at the end the picture or a sentence."""
    shown = ipywidgets.HTML()
    drawn: dict[tuple[Any, ...], str] = {}

    def redraw(*_: Any) -> None:
        # Since another cell ran, an answer may be another one: then no picture of before counts.
        key = (_cells_run(), *(control.value for control in controls.values()))
        with _collecting_later():
            if key not in drawn:
                drawn[key] = _drawn(picture, dict(zip(controls, key[1:], strict=True)))
            shown.value = drawn[key]

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    title = ipywidgets.HTML(f"{KNOBS}<b>{escape(question)}</b>")
    return ipywidgets.VBox([title, *_aligned(list(controls.values())), shown])


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Figures are full of cycles. Collecting them takes longer than drawing one, so it has to wait for the picture."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _cells_run() -> int:
    shell = get_ipython()
    return shell.execution_count if shell else 0


def _drawn(picture: Callable[..., Picture], values: dict[str, Any]) -> str:
    """The picture as HTML; where an answer of the notebook cannot make it, why."""
    try:
        return picture(**values).as_html()
    except Exception as error:  # whatever a wrong answer raises: the notebook goes on
        noted = raised(error)
        return NOT_WRITTEN if noted.blank else _in_words(noted)


def _in_words(error: Raised) -> str:
    """What was raised, in the notebook's own code or by the picture of what that code gave."""
    said = f"{error.kind}: {error.message}" if error.message else error.kind
    if error.function:
        begin = f"With these values `{error.function}` fails in line {error.number} of its cell. {said}"
    else:
        begin = f"What your answer returns for these values cannot be drawn. {said}"
    end = "Mend the answer, then run this cell again."
    words = " ".join(part for part in (_ended(begin), explanation(error), end) if part)
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(words))


def _ended(sentence: str) -> str:
    return sentence if sentence.rstrip()[-1] in ".!?" else f"{sentence}."


def _aligned(controls: list[ipywidgets.Widget]) -> list[ipywidgets.Widget]:
    """Rows whose labels are equally wide, so that what one moves stands in a column."""
    described = [control for control in controls if not isinstance(control, ipywidgets.Checkbox)]
    width = f"{max((len(control.description) for control in described), default=0) + 1}ch"  # some letters are wider
    for control in described:
        control.style.description_width = width
    return [_with_field(control, width) for control in controls]


def _with_field(control: ipywidgets.Widget, label: str) -> ipywidgets.Widget:
    """A slider behind a field to type into, which has the label: a screen reader could not name the slider."""
    kinds = {ipywidgets.IntSlider: ipywidgets.BoundedIntText, ipywidgets.FloatSlider: ipywidgets.BoundedFloatText}
    kind = kinds.get(type(control))
    if kind is None:
        return control
    field = kind(
        control.value, min=control.min, max=control.max, step=control.step, description=control.description,
        style={"description_width": label}, layout=ipywidgets.Layout(width=f"calc({label} + 7em)"),
    )  # fmt: skip
    control.description, control.readout = "", False
    control.add_class(BESIDE)
    ipywidgets.link((control, "value"), (field, "value"))
    return ipywidgets.HBox([field, control])

"""Explorers: a question, a few controls, a picture that answers. Where widgets do not run, the picture stands still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets
from IPython.display import display

from autograder.engine.naming.errors import explanation
from autograder.engine.values import Raised, raised
from helpers.style import Picture

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def slider(low: float, high: float, value: float, *, step: float | None = None, label: str = "") -> ipywidgets.Widget:
    """A slider over whole numbers where all arguments are whole, else over real ones."""
    whole = all(isinstance(number, int) for number in (low, high, value)) and (step is None or isinstance(step, int))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    step = step if step is not None else (1 if whole else (high - low) / 100)
    return kind(value, min=low, max=high, step=step, description=label, **_wide_label())


def choice(options: Sequence[Any], value: Any = None, *, label: str = "") -> ipywidgets.Widget:
    """A drop-down list."""
    first = options[0] if value is None else value
    return ipywidgets.Dropdown(options=options, value=first, description=label, style={"description_width": "initial"})


def text(value: str, *, label: str = "") -> ipywidgets.Widget:
    """A line to type into; the picture changes when it is entered."""
    layout = ipywidgets.Layout(width="auto")  # as wide as the explorer; 100% would leave no room for margins
    return ipywidgets.Text(
        value, description=label, continuous_update=False, layout=layout, style={"description_width": "initial"}
    )


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
    shown = ipywidgets.HTML()
    drawn: dict[tuple[Any, ...], str] = {}

    def redraw(*_: Any) -> None:
        values = tuple(control.value for control in controls.values())
        if values not in drawn:
            drawn[values] = _drawn(picture, dict(zip(controls, values, strict=True)))
        shown.value = drawn[values]

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    title = ipywidgets.HTML(f"<b>{escape(question)}</b>")
    box = ipywidgets.VBox([title, *map(_with_field, controls.values()), shown])
    # One bundle: whoever knows widgets shows the widget, GitHub and a printed page show the picture.
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    plain = f"{question} (move the controls in JupyterLab)"
    display({WIDGET_VIEW: view, "text/html": shown.value, "text/plain": plain}, raw=True)


def _drawn(picture: Callable[..., Picture], values: dict[str, Any]) -> str:
    """The picture as HTML; where an answer of the notebook cannot make it, why."""
    try:
        return picture(**values).as_html()
    except NotImplementedError:
        return "Your answer above is not written yet; this picture will show what it does."
    except Exception as error:  # whatever a wrong answer raises: the notebook goes on
        return _in_words(raised(error))


def _in_words(error: Raised) -> str:
    place = f" in <code>{escape(error.function)}</code>, line {error.number}" if error.function else ""
    said = explanation(error)
    more = f" {escape(said)}" if said else ""
    return (
        f"With these values your answer raises {escape(error.kind)}{place}: {escape(error.message)}.{more} "
        "There is no picture until it returns a value."
    )


def _with_field(control: ipywidgets.Widget) -> ipywidgets.Widget:
    """A slider with a field to type into: screen readers know the field by its label, and the slider by nothing."""
    kinds = {ipywidgets.IntSlider: ipywidgets.BoundedIntText, ipywidgets.FloatSlider: ipywidgets.BoundedFloatText}
    kind = kinds.get(type(control))
    if kind is None:
        return control
    field = kind(
        control.value, min=control.min, max=control.max, step=control.step, description=control.description,
        style={"description_width": "initial"}, layout=ipywidgets.Layout(width="16em"),
    )  # fmt: skip
    control.description, control.readout = "", False
    ipywidgets.link((control, "value"), (field, "value"))
    return ipywidgets.HBox([field, control])


def _wide_label() -> dict[str, Any]:
    return {
        "style": {"description_width": "initial"},
        "layout": ipywidgets.Layout(width="16em"),
        "continuous_update": False,
    }

"""Explorers: a question, a few controls, a picture that answers. Where widgets do not run, the picture stands still."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
from IPython.display import display
from matplotlib.figure import Figure

from helpers.style import as_png

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


def explore(picture: Callable[..., Figure], question: str, **controls: ipywidgets.Widget) -> None:
    """Shows `picture(**values)` and redraws it when a control moves.

    Args:
        picture: from the controls' values to a figure.
        question: what the explorer answers, shown above it.
        controls: the name of an argument → its widget (`slider`, `choice`, `text`, `switch`).
    """
    # Its own width, as a figure outside a widget has; a column would stretch it, and blur it.
    image = ipywidgets.Image(format="png", layout=ipywidgets.Layout(align_self="flex-start", max_width="100%"))
    problem = ipywidgets.HTML()

    def redraw(*_: Any) -> None:
        try:
            image.value = as_png(picture(**{name: control.value for name, control in controls.items()}))
            problem.value = ""
        except NotImplementedError:
            problem.value = "Your answer above is not written yet; this picture will show what it does."

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    title = ipywidgets.HTML(f"<b>{question}</b>")
    box = ipywidgets.VBox([title, *controls.values(), problem, image])
    # One bundle: whoever knows widgets shows the widget, GitHub and a printed page show the picture.
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    bundle: dict[str, Any] = {WIDGET_VIEW: view, "text/plain": f"{question} (move the controls in JupyterLab)"}
    if image.value:
        bundle["image/png"] = base64.b64encode(image.value).decode("ascii")
    display(bundle, raw=True)


def _wide_label() -> dict[str, Any]:
    return {
        "style": {"description_width": "initial"},
        "layout": ipywidgets.Layout(width="28em"),
        "continuous_update": False,
    }

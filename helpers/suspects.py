"""Who stands in the lineup of an exercise that asks for an input."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import torch

from autograder.engine.catalogue import own_catalogue
from helpers.plots import heatmaps
from helpers.style import BLUE, ORANGE, WIDTH, Picture, style


def lineup_of(exercise: str) -> dict[str, Callable[..., Any]]:
    """The library first, then each suspect, by the names that a student knows.

    Raises:
        LookupError: the exercise has no suspects, or there is none of this name.
    """
    found = own_catalogue().find(exercise).suspects
    if found is None:
        raise LookupError(f"The exercise {exercise} has no suspects.")
    return {"the library": found.library, **found.wrong}


def entries(exercise: str, inputs: tuple[Any, ...], title: str, most: int = 10, **scale: Any) -> Picture:
    """The first entries of the matrix that the library makes of `inputs`, and below them those of each suspect.

    Args:
        scale: what `heatmaps` is told about the colours, `signed` or `limits`.
    """
    results = {name: make(*deepcopy(inputs)) for name, make in lineup_of(exercise).items()}
    places = [f"[{row}, {column}]" for row, column in np.ndindex(*results["the library"].shape)][:most]
    shown = torch.stack([result.flatten()[:most] for result in results.values()])
    shown[~shown.isfinite()] = torch.nan
    return heatmaps({title: shown}, rows=list(results), columns=places, xlabel="", ylabel="", **scale)


def numbers(exercise: str, inputs: tuple[Any, ...], xlabel: str) -> Picture:
    """The number that the library makes of `inputs`, as a bar, and below it what each suspect makes of them."""
    found = {name: float(make(*deepcopy(inputs))) for name, make in lineup_of(exercise).items()}
    with style():
        figure = Picture(figsize=(WIDTH, 0.8 + 0.32 * len(found)))
        axis = figure.subplots()
        drawn = axis.barh(range(len(found)), list(found.values()), color=[BLUE] + [ORANGE] * (len(found) - 1))
        axis.bar_label(drawn, [f"{value:.3f}" for value in found.values()], padding=3)
        axis.set_yticks(range(len(found)), list(found))
        axis.set(xlabel=xlabel, xlim=(0, 1.15 * max(*found.values(), 1e-9)))
        axis.invert_yaxis()
    return figure

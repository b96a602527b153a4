"""Figures of `19_representations`."""

from __future__ import annotations

from matplotlib.figure import Figure
from torch import Tensor

from helpers.plots import lines


def opening(x: Tensor) -> Figure:
    """The first picture: … what it shows."""
    return lines({"…": (x.tolist(), x.square().tolist())}, xlabel="…", ylabel="…")

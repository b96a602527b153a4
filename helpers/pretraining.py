"""Figures of `17_pretraining`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from helpers.docstring_bert import IGNORED, MASK, written
from helpers.marked import Marked
from helpers.plots import bars, likeliest, lines
from helpers.style import Picture, style
from helpers.suspects import numbers

COVERED, SWAPPED, STAYED = "#56B4E9", "#E69F00", "#59C9A5"  # dark letters can be read on them


def moments(told: Sequence[Mapping[str, Any]], sentence: str) -> Picture:
    """What a model said for a covered word at several moments of its training, as its figures tell."""
    panels = {f"{each['step']:,} steps": each["said"][sentence] for each in told}
    return likeliest({name: [(word, share) for word, share in words] for name, words in panels.items()}, sentence)


def covered(pairs: Sequence[tuple[Tensor, Tensor]], caption: str = "") -> Marked:
    """Rows of tokens with what was done to them: blue [MASK], orange another token, green chosen and left as it was.

    Args:
        pairs: masked input and labels, each (length,).
    """
    shown = []
    for number, (inputs, labels) in enumerate(pairs, start=1):
        pieces = []
        for token, label, word in zip(inputs.tolist(), labels.tolist(), written(inputs), strict=True):
            colour = "" if label == IGNORED else COVERED if token == MASK else STAYED if token == label else SWAPPED
            pieces += [(word, colour), (" ", "")]
        shown.append(([str(number)], pieces))
    return Marked(shown, caption)


def curve(history: Sequence[Mapping[str, float]], told: Mapping[str, float]) -> Picture:
    """How the surprise falls while a model learns, and where those stand who say the same everywhere.

    Args:
        history: for each measurement the step, the mean surprise since the last one, and on what is held out.
        told: name → surprise of somebody who never learns.
    """
    steps = [each["step"] for each in history]
    series = {
        "in training": (
            [each["step"] for each in history if "train" in each],
            [e["train"] for e in history if "train" in e],
        ),
        "held out, fixed masks": (steps, [each["held out"] for each in history]),
        **{name: ((steps[0], steps[-1]), (value, value)) for name, value in told.items()},
    }
    figure = lines(series, xlabel="steps", ylabel="surprise, −log p")
    with style():
        figure.axes[0].legend(loc="upper right", bbox_to_anchor=(1.0, 0.9))  # between the two straight lines
    return figure


def repeated(series: Mapping[str, Sequence[float]], ylabel: str) -> Picture:
    """The same measurement several times: name → values."""
    counts = {name: (range(1, len(values) + 1), values) for name, values in series.items()}
    figure = lines(counts, xlabel="evaluation of one and the same model", ylabel=ylabel)
    figure.axes[0].set_xticks(range(1, max(map(len, series.values())) + 1))
    return figure


def lineup(inputs: tuple[Tensor, ...]) -> Picture:
    """The loss that the library makes of the inputs, and below it what each suspect makes of them."""
    return numbers("loss_counterexample", inputs, "loss")


def answers(right: Mapping[str, Mapping[str, float]]) -> Picture:
    """Which share of the answers is right: where the wrong sentence comes from → kind of pair → share."""
    return bars(right, ylabel="share that is right", xlabel="the pair")


def unigram(rows: Sequence[Tensor], size: int) -> Tensor:
    """How often each token of the vocabulary occurs in the rows, with a tenth more so that none is impossible."""
    counts = torch.bincount(torch.cat([row[1:-1] for row in rows]), minlength=size).double() + 0.1
    return counts / counts.sum()

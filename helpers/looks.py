"""A world of seven features in which a sentence finds out by two looks what “it” is; drawings of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers.plots import heatmaps
from helpers.style import DIVERGING, INK, WIDTH, Picture, style

FEATURES = ("alive", "furniture", "said of the living", "said of things", "a pronoun", "is alive?", "is a thing?")
ASKED = ("a description", "a living being", "a thing")  # what a query looks for, and a key offers
NAMED = {"cat": 0, "dog": 0, "sofa": 1, "box": 1, "tired": 2, "hungry": 2, "soft": 3, "dusty": 3, "it": 4}


def sentence(words: Sequence[str]) -> Tensor:
    """What each word is before it has looked at any other, shape (word, 7); a word that we have no feature for is 0."""
    x = torch.zeros(len(words), len(FEATURES))
    for row, word in enumerate(words):
        if word in NAMED:
            x[row, NAMED[word]] = 1
    return x


def matrices() -> tuple[Tensor, Tensor, Tensor]:
    """w_q and w_k of shape (7, 3), w_v of shape (7, 7), set by hand.

    A pronoun looks for a description; who wants to know about a living being looks for one. A description hands over
    what to look for next, a noun hands over itself.
    """
    w_q, w_k, w_v = torch.zeros(7, 3), torch.zeros(7, 3), torch.zeros(7, 7)
    w_q[4, 0], w_q[5, 1], w_q[6, 2] = 6.0, 9.0, 9.0
    w_k[2, 0] = w_k[3, 0] = w_k[0, 1] = w_k[1, 2] = 1.0
    w_v[2, 5] = w_v[3, 6] = w_v[0, 0] = w_v[1, 1] = 1.0
    return w_q, w_k, w_v


def weights_by(attend_to_itself: Callable[..., Tensor], x: Tensor, w_q: Tensor, w_k: Tensor) -> Tensor:
    """The weights of a self-attention (x, w_q, w_k, w_v) that gives results only, shape (word, word).

    Each word gets a feature of its own, which is all that it hands over.
    """
    own = torch.eye(len(x))
    silent = [torch.cat([w, torch.zeros(len(x), w.shape[1])]) for w in (w_q, w_k)]
    return attend_to_itself(torch.cat([x, own], dim=1), *silent, torch.cat([torch.zeros(x.shape[1], len(x)), own]))


def strips(rows: Mapping[str, Tensor], words: Sequence[str], title: str) -> Picture:
    """Weights of one word, a strip for each case: name → weights of shape (word,)."""
    table = torch.stack([weights.detach() for weights in rows.values()])
    return heatmaps({title: table}, rows=list(rows), columns=words, xlabel="", ylabel="", limits=(0, 1))


def from_one_x(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor, words: Sequence[str]) -> Picture:
    """x at the left, three matrices beside it, and at the right the queries, keys and values that they make of it."""
    made = (("queries", w_q, ASKED), ("keys", w_k, ASKED), ("values", w_v, FEATURES))
    with style():
        figure = Picture(figsize=(WIDTH, 8.2), layout="constrained")
        grid = figure.add_gridspec(3, 3, width_ratios=(1.15, 0.9, 1.0))
        start = figure.add_subplot(grid[:, 0])
        _matrix(start, x, "x: what each word is", words, FEATURES)
        for row, ((name, w, columns), letter) in enumerate(zip(made, "qkv", strict=True)):
            _matrix(figure.add_subplot(grid[row, 1]), w, f"@ w_{letter}  =", FEATURES, columns, small=True)
            _matrix(figure.add_subplot(grid[row, 2]), x @ w, name, words, columns)
    return figure


def _matrix(
    axis: Axes, values: Tensor, title: str, rows: Sequence[str], columns: Sequence[str], small: bool = False
) -> None:
    """One matrix, its numbers written where they are not 0."""
    axis.imshow(values.numpy(), cmap=DIVERGING, vmin=-4, vmax=4, aspect="auto")
    axis.set_title(title)
    axis.set_yticks(range(len(rows)), rows, fontsize=7 if small else 8)
    axis.set_xticks(range(len(columns)), columns, rotation=60, ha="right", fontsize=7)
    axis.tick_params(length=0)
    for row, column in values.nonzero().tolist():
        number = f"{values[row, column]:.2g}"
        axis.text(column, row, number, ha="center", va="center", fontsize=7, color="black")
    axis.spines[:].set_color(INK)

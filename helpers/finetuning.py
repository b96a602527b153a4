"""Figures of `18_finetuning`: guesses, heads, confusions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from torch import Tensor

from helpers.plots import likeliest
from helpers.style import INK, ORANGE, SEQUENTIAL, SKY, WIDTH, Picture, style
from helpers.suspects import numbers

LINE = 52  # characters of a line beside a matrix
MOST = 4  # texts that are shown beside it

# where a head stands: title, what each token gives, and what is made of it
HEADS = (
    ("sequence classification", "first", "one label: asyncio"),
    ("token classification", "each", "a label for each word"),
    ("question answering", "ends", "where the answer begins and ends"),
    ("multiple choice", "score", "a score for each choice, each a text"),
)


def said(sentence: str, pairs: Sequence[tuple[str, float]]) -> Picture:
    """A sentence, what it sounds like, and the likeliest names."""
    quoted = textwrap.shorten(sentence, 90, placeholder=" …") or "(nothing)"
    return likeliest({f"“{quoted}”\nsounds like {pairs[0][0]}": pairs})


def heads() -> Picture:
    """Four heads on the same body: which of its outputs each of them reads."""
    with style():
        figure = Picture(figsize=(WIDTH, 4.2))
        for axis, (title, reads, told) in zip(figure.subplots(2, 2).flat, HEADS, strict=True):
            axis.set(title=title, xlim=(0, 5), ylim=(0, 3.2))
            axis.set_axis_off()
            _box(axis, 0.1, 0.55, 4.8, 0.6, "BERT", SKY)
            for place, token in enumerate(("[CLS]", "step", "back", "…", "[SEP]")):
                axis.text(place + 0.5, 0.2, token, ha="center")
                if reads in ("each", "ends") or place == 0:
                    _arrow(axis, place)
            _head(axis, reads)
            axis.text(2.5, 2.85, told, ha="center")
    return figure


def _head(axis: Axes, reads: str) -> None:
    """The trained part: a linear layer above the outputs that it reads."""
    if reads in ("first", "score"):
        _box(axis, 0.1, 1.75, 2.3, 0.6, "13 scores" if reads == "first" else "1 score", ORANGE)
        return
    for place in range(5):
        _box(axis, place + 0.08, 1.75, 0.84, 0.6, "labels" if reads == "each" else "2", ORANGE)


def _box(axis: Axes, x: float, y: float, width: float, height: float, text: str, colour: str) -> None:
    shape = FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.1", color=colour)
    axis.add_patch(shape)
    axis.text(x + width / 2, y + height / 2, text, ha="center", va="center", color="black")


def _arrow(axis: Axes, place: int) -> None:
    axis.annotate("", (place + 0.5, 1.72), (place + 0.5, 1.18), arrowprops={"arrowstyle": "->", "color": INK})


def confusions(
    counted: Callable[[Tensor, Tensor, int], Tensor],
    predicted: Tensor,
    labels: Tensor,
    texts: Sequence[str],
    names: Sequence[str],
) -> Callable[[str, str], Picture]:
    """An explorer of what was taken for what: the whole matrix, and some texts of one of its cells.

    Args:
        counted: makes the matrix from predicted classes, labels and the number of classes.
        predicted, labels: int64, shape (texts,).
        names: of the classes.
    """

    def picture(true: str, said: str) -> Picture:
        row, column = names.index(true), names.index(said)
        inside = [text for text, p, t in zip(texts, predicted.tolist(), labels.tolist(), strict=True)
            if (t, p) == (row, column)]  # fmt: skip
        with style():
            figure = Picture(figsize=(WIDTH, 4.4))
            left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
            matrix(left, counted(predicted, labels, len(names)), names)
            left.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ORANGE, linewidth=3))
            _texts(right, f"{true}, taken for {said}: {len(inside)}" if row != column else
                f"{true}, and found: {len(inside)}", inside)  # fmt: skip
        return figure

    return picture


def matrix(axis: Axes, counts: Tensor, names: Sequence[str]) -> None:
    """Counts in a square; zeros are left empty."""
    axis.imshow(counts.numpy(force=True), cmap=SEQUENTIAL)
    axis.set(xlabel="what was said", ylabel="what it is")
    axis.set_xticks(range(len(names)), names, rotation=90)
    axis.set_yticks(range(len(names)), names)
    dark = counts.max().item() / 2
    for (row, column), count in _entries(counts):
        axis.text(column, row, f"{count}", ha="center", va="center", color="white" if count < dark else "black")


def _entries(counts: Tensor) -> list[tuple[tuple[int, int], int]]:
    places = counts.nonzero().tolist()
    return [((row, column), int(counts[row, column])) for row, column in places]


def _texts(axis: Axes, title: str, texts: Sequence[str]) -> None:
    axis.set_axis_off()
    shown = [
        "\n".join(textwrap.wrap(textwrap.shorten(text, 4 * LINE, placeholder=" …"), LINE)) for text in texts[:MOST]
    ]
    axis.set_title(title)
    axis.text(0, 0.97, "\n\n".join(shown) or "no text", va="top", fontsize=8, transform=axis.transAxes)


def lineup(answer: tuple[Tensor, Tensor]) -> Picture:
    """What scikit-learn and each suspect make of labels and predictions."""
    return numbers("f1_counterexample", answer, "what it says")

"""Pictures of the lesson on LayoutLM: receipts, in which order they are read, what is said of their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle
from torch import Tensor

from helpers.plots import bars
from helpers.receipt_paper import LABELS
from helpers.receipts import Box, Receipt
from helpers.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RED, SKY, WIDTH, Picture, style
from helpers.suspects import lineup_of

COLOURS = dict(zip(LABELS, (GREY, BLUE, PURPLE, SKY, ORANGE, RED), strict=True))
HATCHES = {"PRICE": "....", "TOTAL": "////"}  # the two that matter most are told apart without colours
PAPER, PRINT = "#FFFFFF", "#111111"
TALLEST = 5.2  # inches of a page
Said = Mapping[str, tuple[Receipt, Sequence[int]]]


def drawn(page: Receipt, labels: Sequence[int] | None = None, title: str = "") -> Picture:
    """A receipt as it was scanned; with labels, each word in the colour of its own."""
    return side_by_side({title: (page, labels if labels is not None else [0] * len(page))}, plain=labels is None)


def side_by_side(panels: Said, plain: bool = False, marked: Sequence[int] = ()) -> Picture:
    """Receipts beside each other: title → the receipt and the labels of its words.

    Args:
        plain: without the colours.
        marked: the places of words that have a green frame.
    """
    with style():
        figure, axes = _pages([page for page, _ in panels.values()], below=0.0 if plain else 0.4)
        for axis, (title, (page, labels)) in zip(axes, panels.items(), strict=True):
            axis.set_title(title)
            for word in range(len(page)):
                _word(axis, page, word, "O" if plain else LABELS[labels[word]], thick=word in marked)
        if not plain:
            _key(figure)
    return figure


def _pages(pages: Sequence[Receipt], below: float = 0.0) -> tuple[Picture, list[Axes]]:
    """A figure with a white page for each receipt, measured in its pixels."""
    wide = WIDTH / max(2, len(pages))
    high = min(TALLEST, max(wide * page.height / page.width for page in pages))
    figure = Picture(figsize=(WIDTH, high + 0.4 + below))
    axes = list(figure.subplots(1, len(pages), squeeze=False)[0])
    for axis, page in zip(axes, pages, strict=True):
        axis.set(xlim=(0, page.width), ylim=(page.height, 0), aspect="equal", xticks=[], yticks=[])
        axis.add_patch(Rectangle((0, 0), page.width, page.height, facecolor=PAPER, edgecolor=GREY))
        axis.spines[:].set_visible(False)
    return figure, axes


def _scale(axis: Axes, page: Receipt) -> float:
    """Points that a pixel of the page takes in the figure."""
    figure: Any = axis.figure
    count = len(figure.axes)
    wide, high = figure.get_size_inches()
    return 72 * float(min(0.95 * wide / count / page.width, 0.85 * high / page.height))


def _word(axis: Axes, page: Receipt, word: int, label: str, thick: bool = False) -> None:
    left, top, right, bottom = page.boxes[word]
    if label != "O":
        axis.add_patch(Rectangle(
            (left, top), right - left, bottom - top, facecolor=_light(label), hatch=HATCHES.get(label), linewidth=0,
        ))  # fmt: skip
    edge = GREEN if thick else COLOURS[label]
    axis.add_patch(Rectangle(
        (left, top), right - left, bottom - top, fill=False, edgecolor=edge, linewidth=2.5 if thick else 0.8,
    ))  # fmt: skip
    letters = min((bottom - top) * 0.8, 1.55 * (right - left) / len(page.words[word]))
    axis.text(
        (left + right) / 2, (top + bottom) / 2, page.words[word], ha="center", va="center_baseline", color=PRINT,
        family="monospace", fontsize=max(2.0, letters * _scale(axis, page)), clip_on=True, zorder=5,
    )  # fmt: skip


def _light(label: str) -> tuple[float, float, float]:
    """The colour of a label, so light that dark letters can be read on it, and white patterns seen."""
    red, green, blue = (0.45 + 0.55 * part for part in to_rgb(COLOURS[label]))
    return red, green, blue


def _key(figure: Picture) -> None:
    """Which colour means what, below the pages."""
    names = [name for name in LABELS if name != "O"]
    patches = [Patch(facecolor=_light(name), hatch=HATCHES.get(name), label=name) for name in names]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches), fontsize=9)


def paths(panels: Mapping[str, tuple[Receipt, Sequence[int]]]) -> Picture:
    """In which order the words of receipts are read, as a line from word to word: title → the receipt and the order."""
    with style():
        figure, axes = _pages([page for page, _ in panels.values()])
        for axis, (title, (page, order)) in zip(axes, panels.items(), strict=True):
            axis.set_title(title)
            for word in range(len(page)):
                _word(axis, page, word, "O")
            _path(axis, [page.boxes[word] for word in order])
    return figure


def _path(axis: Axes, boxes: Sequence[Sequence[float]]) -> None:
    points = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in boxes]
    axis.plot(*zip(*points, strict=True), color=ORANGE, linewidth=1.5, alpha=0.9)
    axis.plot(*points[0], "o", color=BLUE, markersize=7)
    axis.plot(*points[-1], "s", color=RED, markersize=7)


def scans(pages: Mapping[str, Receipt], normalize: Callable[..., Sequence[int]]) -> Picture:
    """Up to three scans of one receipt: their boxes in pixels, and in thousandths of their pages.

    Args:
        normalize: from a box, a width and a height to four whole numbers.
    """
    looks = ("-", "--", ":")
    with style():
        figure = Picture(figsize=(WIDTH, 4.2))
        left, right = figure.subplots(1, 2)
        for (name, page), look, colour in zip(pages.items(), looks, (BLUE, ORANGE, GREEN), strict=False):
            shares = [normalize(box, page.width, page.height) for box in page.boxes]
            for axis, boxes in ((left, page.boxes), (right, shares)):
                for number, (x0, y0, x1, y1) in enumerate(boxes):
                    axis.add_patch(Rectangle(
                        (x0, y0), x1 - x0, y1 - y0, fill=False, linestyle=look, edgecolor=colour, linewidth=1.2,
                        label=None if number else name,
                    ))  # fmt: skip
        left.autoscale_view()
        right.set(xlim=(0, 1000), ylim=(0, 1000))
        left.set(title="in pixels", xlabel="pixels from the left", ylabel="pixels from the top")
        right.set(title="by your normalize_box", xlabel="thousandths of the width", ylabel="thousandths of the height")
        for axis in (left, right):
            axis.invert_yaxis()
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(pages), fontsize=9)
    return figure


def pushed(page: Receipt, word: int, across: int, down: int) -> Box:
    """The box of a word so many pixels further, as far as the page reaches."""
    left, top, right, bottom = page.boxes[word]
    x = min(max(left + across, 0), page.width - (right - left)) - left
    y = min(max(top + down, 0), page.height - (bottom - top)) - top
    return left + x, top + y, right + x, bottom + y


def names_of(page: Receipt) -> list[tuple[str, int]]:
    """The words of a page from the top, each with what it really is, and its place in the list of words."""
    order = sorted(range(len(page)), key=lambda word: (page.boxes[word][1] // 12, page.boxes[word][0]))
    return [(f"{page.words[word]} ({LABELS[page.labels[word]]})", word) for word in order]


def score_bars(scores: Mapping[str, Mapping[str, float]]) -> Picture:
    """F1 of each label and of all: name of a model → label → score; the key stands above the bars."""
    figure = bars(scores, ylabel="F1")
    with style():
        figure.axes[0].legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(scores), fontsize=9)
    return figure


def lineup(boxes: Tensor) -> Picture:
    """In which order the library and each suspect read a page: a line from the first word to the last.

    Raises:
        ValueError: a box is not left, top, right, bottom, as the library says, which comes first.
    """
    results = {name: make(boxes.clone()).tolist() for name, make in lineup_of("reading_order_counterexample").items()}
    with style():
        figure = Picture(figsize=(WIDTH, 4.4))
        axes = figure.subplots(2, 4).flat
        for axis, (name, order) in zip(axes, results.items(), strict=False):
            right = order == results["the library"]
            axis.set_title("\n".join(_halves(name)), fontsize=8, color=INK if right else RED)
            for number, word in enumerate(order, start=1):
                x0, y0, x1, y1 = boxes[word].tolist()
                axis.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=GREY))
                axis.text(x0, y0, f" {number} ", ha="left", va="top", fontsize=9, zorder=5)
            _path(axis, [boxes[word].tolist() for word in order])
            axis.set(xticks=[], yticks=[])
            axis.autoscale_view()
            axis.invert_yaxis()
        for axis in list(figure.axes)[len(results) :]:
            axis.axis("off")
    return figure


def _halves(text: str) -> list[str]:
    words = text.split()
    if len(words) < 4:
        return [text]
    middle = (len(words) + 1) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])]

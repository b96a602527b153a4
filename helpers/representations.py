"""Pictures of lesson 19: what a search finds, where the texts lie, what heads look at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from helpers.corpus import WORD
from helpers.docstring_search import Shelf
from helpers.marked import Marked, shade
from helpers.plots import heatmaps
from helpers.style import BLUE, CYCLE, GREEN, GREY, INK, ORANGE, PURPLE, RED, SKY, WIDTH, Picture, style
from helpers.suspects import lineup_of

LETTERS = 92  # of a text that are shown
MARK = shade(0.6)
MAPPED = ("torch", "numpy", "matplotlib", "sklearn", "asyncio", "pathlib")  # libraries with a colour on the map
MARKS = ("o", "s", "^", "D", "v", "*")
SIZES = (9, 9, 9, 9, 9, 45)  # there are few of the last


def shown(text: str) -> str:
    """As much of a text as fits into a line."""
    return text if len(text) <= LETTERS else f"{text[:LETTERS].rstrip()} …"


def shared_words(shelf: Shelf, places: Sequence[int], asked: set[str]) -> Marked:
    """Docstrings in which the words of a question are marked, and how many they are."""
    lines = []
    for place in places:
        text = shown(shelf.texts[place])
        cut = re.split(r"(\W+)", text)
        pieces = [(piece, MARK if WORD.fullmatch(piece.lower()) and piece.lower() in asked else "") for piece in cut]
        count = len(asked & set(WORD.findall(shelf.texts[place].lower())))
        lines.append(((f"{count} of {len(asked)}", shelf.names[place]), pieces))
    return Marked(lines)


def hits(shelf: Shelf, scores: Tensor, places: Tensor, caption: str = "") -> Marked:
    """What a search has found: the score, deeper orange the higher it is, the name and the text.

    Args:
        scores, places: shape (found,), the best first.
    """
    lines = [
        ((f"{score:.2f}", shelf.names[place]), [(shown(shelf.texts[place]), shade(score - 0.1))])
        for score, place in zip(scores.tolist(), places.tolist(), strict=True)
    ]
    return Marked(lines, caption)


def arrows(vectors: Mapping[str, tuple[float, float]], query: str, xlabel: str, ylabel: str) -> Picture:
    """A query and up to five vectors beside it, of two numbers each, from the origin."""
    with style():
        figure = Picture(figsize=(WIDTH * 0.7, 3.4))
        axis = figure.subplots()
        colours = iter((BLUE, ORANGE, GREEN, PURPLE, SKY))
        for name, (x, y) in vectors.items():
            colour = RED if name == query else next(colours)
            axis.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 2})
            axis.annotate(name, (x, y), xytext=(5, 3), textcoords="offset points", color=colour)
        most = [max(values) for values in zip(*vectors.values(), strict=True)]
        axis.set(xlim=(0, 1.35 * most[0]), ylim=(0, 1.2 * most[1]), xlabel=xlabel, ylabel=ylabel, aspect="equal")
    return figure


def flattened(vectors: Tensor) -> tuple[Tensor, float]:
    """Vectors seen from where they are spread most, shape (n, 2), and the share of the spread that is left (PCA)."""
    centred = vectors - vectors.mean(dim=0)
    _, sizes, directions = torch.linalg.svd(centred, full_matrices=False)
    largest = directions[:2] * directions[:2].sum(dim=1, keepdim=True).sign()  # the sign of a direction is chance
    return centred @ largest.T, float(sizes[:2].square().sum() / sizes.square().sum())


def _across_and_up(points: Tensor) -> tuple[list[float], list[float]]:
    across, up = points.T.tolist()
    return across, up


def _by_library(axis: Any, libraries: Sequence[str], points: Tensor) -> None:
    """A dot for each text: a mark and a colour for each of some libraries, small and grey for the others."""
    others = [row for row, library in enumerate(libraries) if library not in MAPPED]
    axis.scatter(*_across_and_up(points[others]), s=5, color=GREY, alpha=0.4, label="other libraries")
    for library, size, colour, mark in zip(MAPPED, SIZES, CYCLE[: len(MAPPED)], MARKS, strict=True):
        rows = [row for row, each in enumerate(libraries) if each == library]
        axis.scatter(*_across_and_up(points[rows]), s=size, color=colour, marker=mark, alpha=0.6, label=library)


def map_of(
    shelf: Shelf, points: Tensor, question: str = "", at: Tensor | None = None, found: Tensor | None = None
) -> Picture:
    """All docstrings in two dimensions, some libraries in colour; a question and what was found for it.

    Args:
        points: shape (texts, 2).
        at: where the question lies, shape (2,).
        found: places that are circled.
    """
    with style():
        figure = Picture(figsize=(WIDTH, 5.0))
        axis = figure.subplots()
        _by_library(axis, shelf.libraries, points)
        if found is not None:
            ring: dict[str, Any] = {"s": 70, "facecolors": "none", "edgecolors": INK, "linewidths": 1.5}
            axis.scatter(*_across_and_up(points[found]), **ring, label="found")
        if at is not None:
            axis.scatter(*_across_and_up(at[None]), s=160, marker="X", color=RED, edgecolors="white", label=question)
        axis.set(xlabel="first direction", ylabel="second direction", xticks=[], yticks=[])
        figure.legend(loc="outside right upper", markerscale=1.2)
    return figure


def head_maps(shares: Mapping[str, Tensor]) -> Picture:
    """Layers down, heads across, for each thing that a head may look at."""
    with style():
        figure = Picture(figsize=(WIDTH, 4.4))
        axes = figure.subplots(2, (len(shares) + 1) // 2, squeeze=False).flatten()
        for axis, (name, table) in zip(axes, shares.items(), strict=False):
            image = axis.imshow(table.numpy(), cmap="cividis", vmin=0, vmax=1)
            axis.set(title=name, xlabel="head", ylabel="layer")
            axis.set_xticks(range(table.shape[1]))
            axis.set_yticks(range(table.shape[0]))
            layer, head = divmod(int(table.argmax()), table.shape[1])
            colour = "black" if table.max() > 0.5 else "white"
            axis.text(head, layer, f"{table.max():.2f}", ha="center", va="center", fontsize=7, color=colour)
        figure.colorbar(image, ax=list(axes), shrink=0.8, label="share of the weight")
    return figure


def lineup(inputs: tuple[Any, ...]) -> Picture:
    """Which text the library takes for the best, and which each suspect."""
    texts = len(inputs[1])
    chosen = {
        name: int(find(*(each.clone() for each in inputs))) for name, find in lineup_of("search_counterexample").items()
    }
    table = torch.stack([torch.eye(texts)[place] for place in chosen.values()])
    columns = [f"text {place}" for place in range(texts)]
    return heatmaps({"the best of all texts": table}, rows=list(chosen), columns=columns, xlabel="", ylabel="")

"""Words with the counts of real text, trees of codes, and docstrings to tell apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers.corpus import docstrings, words
from helpers.style import BLUE, GREY, INK, ORANGE, RED, WIDTH, Picture, style
from helpers.suspects import lineup_of

PADDING, UNKNOWN = 0, 1  # the first two rows of a table of words
Codes = Mapping[Hashable, str]


def vocabulary(size: int) -> dict[str, int]:
    """The most frequent words of the docstrings and how often they come, most frequent first."""
    counts = Counter(word for each in docstrings() for word in words(each.text))
    return dict(counts.most_common(size))


class Texts(NamedTuple):
    """Numbers of words, shape (text, length), padded with 0, and the library of each text."""

    train: Tensor
    train_labels: Tensor
    held: Tensor
    held_labels: Tensor


def texts(libraries: Sequence[str], numbers: Mapping[str, int], length: int) -> Texts:
    """The docstrings of some libraries as numbers of words; as many of each library as of the smallest.

    Args:
        numbers: word → its row in the table; a word that is missing gets row 1.
        length: longer texts are cut, shorter ones filled up.
    """
    parts: list[Tensor] = []
    for split in ("train", "test"):
        of = {name: [each for each in docstrings(split) if each.library == name] for name in libraries}
        fewest = min(map(len, of.values()))
        chosen = [(each, label) for label, name in enumerate(libraries) for each in of[name][:fewest]]
        rows = [[numbers.get(word, UNKNOWN) for word in words(each.text)][:length] for each, _ in chosen]
        parts.append(torch.tensor([row + [PADDING] * (length - len(row)) for row in rows]))
        parts.append(torch.tensor([label for _, label in chosen]))
    return Texts(*parts)


class Counted(Mapping[str, Tensor]):
    """Vectors of a tree's nodes that count how often one of them is looked up."""

    def __init__(self, vectors: Mapping[str, Tensor]) -> None:
        self.vectors, self.looked_up = vectors, 0

    def __getitem__(self, node: str) -> Tensor:
        self.looked_up += 1
        return self.vectors[node]

    def __iter__(self) -> Iterator[str]:
        return iter(self.vectors)

    def __len__(self) -> int:
        return len(self.vectors)


def nodes_of(codes: Codes, width: int, seed: int = 0) -> dict[str, Tensor]:
    """A random vector for each inner node of the tree: for each beginning of a code."""
    inner = sorted({code[:step] for code in codes.values() for step in range(len(code))})
    vectors = torch.randn(len(inner), width, generator=torch.Generator().manual_seed(seed)) / width**0.5
    return dict(zip(inner, vectors.unbind(), strict=True))


def tree(make: Callable[[dict[str, int]], Codes], counts: Mapping[str, int]) -> Callable[..., Picture]:
    """A picture of the tree of the most frequent words, with the way to one of them."""
    ranked = sorted(counts, key=lambda word: -counts[word])

    def picture(size: int, rank: int) -> Picture:
        chosen = ranked[:size]
        codes = make({word: counts[word] for word in chosen})
        word = chosen[min(rank, size) - 1]
        total = sum(counts[each] for each in chosen)
        mean = sum(counts[each] * len(codes[each]) for each in chosen) / total
        with style():
            figure = Picture(figsize=(WIDTH, 3.6))
            axis = figure.subplots()
            _draw_tree(axis, codes, codes[word])
            axis.set_title(
                f"“{word}”, {counts[word] / total:.1%} of the words: {codes[word]}, "
                f"{len(codes[word])} decisions; {mean:.2f} on average"
            )
        return figure

    return picture


def _draw_tree(axis: Axes, codes: Codes, way: str) -> None:
    """Leaves side by side in the order of their codes, inner nodes above the middle of what they hold."""
    leaves = sorted((code, str(word)) for word, code in codes.items())
    across = {code: float(place) for place, (code, _) in enumerate(leaves)}
    inner = {code[:step] for code, _ in leaves for step in range(len(code))}
    for node in sorted(inner, key=len, reverse=True):
        across[node] = (across[node + "0"] + across[node + "1"]) / 2
    for node in across:
        if node:
            on_way = way.startswith(node)
            colour, thick = (ORANGE, 3.0) if on_way else (BLUE if node[-1] == "0" else GREY, 1.2)
            ends = (across[node[:-1]], across[node]), (1 - len(node), -len(node))
            axis.plot(*ends, color=colour, linewidth=thick, zorder=2 if on_way else 1)
            axis.text(sum(ends[0]) / 2, sum(ends[1]) / 2, node[-1], fontsize=7, color=INK, ha="center")
    for code, word in leaves:
        axis.text(across[code], -len(code) - 0.15, word, rotation=90, va="top", ha="center", fontsize=8)
    deepest = max(len(code) for code, _ in leaves)
    axis.set(xticks=[], ylim=(-deepest - 2.2, 0.3), ylabel="decisions", yticks=range(0, -deepest - 1, -2))
    axis.set_yticklabels([str(step) for step in range(0, deepest + 1, 2)])
    axis.spines["bottom"].set_visible(False)


def lineup(exercise: str, inputs: tuple[Tensor, ...]) -> Picture:
    """What the library and each suspect of an exercise say, as points on a line."""
    said = {name: float(make(*inputs)) for name, make in lineup_of(exercise).items()}
    with style():
        figure = Picture(figsize=(WIDTH, 0.9 + 0.32 * len(said)))
        axis = figure.subplots()
        right = next(iter(said.values()))
        axis.axvline(right, color=GREY, linestyle=":")
        for row, value in enumerate(said.values()):
            axis.plot(value, row, "o", color=BLUE if row == 0 else RED, markersize=9)
            axis.annotate(f"{value:.4g}", (value, row), xytext=(9, -4), textcoords="offset points", fontsize=9)
        axis.set(xlabel="loss", yticks=range(len(said)), yticklabels=list(said))
        axis.margins(x=0.15)
        axis.invert_yaxis()
    return figure

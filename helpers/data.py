"""Pictures of batches and of what they waste, and the small model that reads them, for the lesson on data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill

import torch
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.bags import bags_of_words
from helpers.corpus import words
from helpers.plots import histograms
from helpers.style import BLUE, CYCLE, GREEN, GREY, INK, ORANGE, WIDTH, Picture, style
from helpers.suspects import lineup_of

PADDING = "#E4E4E4"  # light on white and on a dark page alike
TEXTS = ListedColormap([PADDING, *CYCLE])


class Reader(nn.Module):
    """A vector for each word of a text, from the whole text: one layer of a transformer, not trained.

    Args:
        vocabulary: how many different words there are.
        longest: positions go from 0 to below this.
        width: of the vectors; a multiple of 4, the number of heads.
    """

    def __init__(self, vocabulary: int, longest: int, width: int = 64) -> None:
        super().__init__()
        self.width = width
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.word, self.place = nn.Embedding(vocabulary, width), nn.Embedding(longest, width)
            self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
            self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, ids: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        """From words and positions, shape (rows, words), and a mask that broadcasts to (rows, words, words)."""
        x = self.word(ids) + self.place(positions)
        query, key, value = self.into(self.first(x)).unflatten(-1, (3, 4, -1)).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, attn_mask=mask.unsqueeze(1))
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.feed(self.second(x))


def lengths(lengths: Sequence[int], longest: int) -> Picture:
    """How many words the texts have, and the length to which all are padded."""
    with style():
        figure = Picture(figsize=(WIDTH, 2.8))
        axis = figure.subplots()
        axis.hist(lengths, bins=range(0, longest + 4, 4), color=BLUE, histtype="stepfilled", label="words")
        axis.axvline(longest, color=ORANGE, linewidth=2)
        axis.text(longest - 2, axis.get_ylim()[1] * 0.9, "padded to here", ha="right", color=ORANGE)
        axis.set(xlabel="words of a text", ylabel="texts", xlim=(0, longest + 4))
    return figure


def rows(panels: Mapping[str, Tensor]) -> Picture:
    """Tables of texts, one above the other: each entry says which text stands there, −1 where none does."""
    with style():
        figure = Picture(figsize=(WIDTH, 0.7 + sum(_height(table) for table in panels.values())))
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[_height(t) for t in panels.values()])[:, 0]
        for axis, (title, table) in zip(axes, panels.items(), strict=True):
            _draw_rows(axis, table, title)
    return figure


def _height(table: Tensor) -> float:
    return 0.5 + 0.11 * len(table)


def _draw_rows(axis: Axes, table: Tensor, title: str) -> None:
    coloured = torch.where(table >= 0, 1 + table % len(CYCLE), 0)
    axis.imshow(coloured.numpy(), cmap=TEXTS, vmin=0, vmax=len(CYCLE), aspect="auto")
    axis.set(title=title, xlabel="place in the row", ylabel="row", yticks=range(0, len(table), 4))
    axis.spines[:].set_visible(False)


def packed(text_ids: Tensor, mask: Tensor) -> Picture:
    """Packed rows, and who sees whom in the first of them."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.4))
        left, right = figure.subplots(1, 2, width_ratios=[1.7, 1])
        _draw_rows(left, text_ids, "which text stands where")
        right.imshow(mask.numpy(), cmap=ListedColormap([PADDING, BLUE]), vmin=0, vmax=1)
        right.set(title="the mask of row 0", xlabel="word that is seen", ylabel="word that sees")
        right.spines[:].set_visible(False)
    return figure


def staircase(lengths: Sequence[int], orders: Mapping[str, Sequence[Sequence[int]]]) -> Picture:
    """The lengths of texts as they are read, and above them the length to which each batch is padded."""
    with style():
        figure = Picture(figsize=(WIDTH, 0.6 + 1.9 * len(orders)))
        axes = figure.subplots(len(orders), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axis, (name, batches) in zip(axes, orders.items(), strict=True):
            read = [lengths[index] for batch in batches for index in batch]
            longest = [max(lengths[index] for index in batch) for batch in batches for _ in batch]
            axis.fill_between(range(len(read)), read, longest, step="mid", color=PADDING, linewidth=0)
            axis.fill_between(range(len(read)), 0, read, step="mid", color=BLUE, linewidth=0)
            axis.plot(longest, color=ORANGE, linewidth=1.5, drawstyle="steps-mid", label="padded to")
            axis.set(title=f"{name}: {1 - sum(read) / max(1, sum(longest)):.0%} padding", ylabel="words")
        axes[-1].legend(loc="upper right")  # in the last panel, of buckets or pools, there is room
        axes[-1].set_xlabel("texts in the order in which they are read")
    return figure


def price_of_calls(reader: nn.Module, length: int = 20, texts: int = 256) -> Picture:
    """The measured time for the same texts in batches of several sizes, relative to one by one."""
    sizes = [1, 2, 4, 8, 16, 32, 64]
    seconds = []
    for size in sizes:
        ids, places = torch.arange(size * length).reshape(size, length), torch.arange(length).expand(size, -1)
        mask = torch.ones(1, length, length, dtype=torch.bool)
        seconds.append(_seconds(lambda: [reader(ids, places, mask) for _ in range(texts // size)]))  # noqa: B023
    with style():
        figure = Picture(figsize=(WIDTH, 2.8))
        axis = figure.subplots()
        # No curve: the alternative text would tell where it ends, and that is another number every time.
        axis.scatter(sizes, [each / seconds[0] for each in seconds], color=BLUE, zorder=3)
        axis.set_xscale("log", base=2)
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.set(xlabel="texts in a batch", ylabel="time for all texts,\nrelative to one by one", ylim=(0, 1.1))
        axis.grid(axis="y", alpha=0.3)
    return figure


def _seconds(work: Callable[[], object], runs: int = 2) -> float:
    """The shortest of some runs."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        with torch.inference_mode():
            work()
        took.append(time.perf_counter() - start)
    return min(took)


def race(work: Mapping[str, Mapping[str, int]], runs: Mapping[str, Callable[[], object]]) -> Picture:
    """Positions with words and with padding for each strategy; and the time it takes, measured now."""
    names = list(work)
    seconds = {name: _seconds(run, runs=1) for name, run in runs.items()}  # they have run before: all is warm
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        left, right = figure.subplots(1, 2, sharey=True)
        real = [work[name]["words"] / 1000 for name in names]
        padding = [(work[name]["positions"] - work[name]["words"]) / 1000 for name in names]
        left.barh(names, real, color=BLUE, label="words")
        left.barh(names, padding, left=real, color=ORANGE, hatch="//", label="padding")
        left.set(xlabel="positions, in thousands", title="what the model computes")
        left.legend(loc="upper right", bbox_to_anchor=(1.0, 0.45))
        left.invert_yaxis()
        right.scatter([seconds[name] / seconds["fixed"] for name in names], names, color=GREEN, s=80, zorder=3)
        right.set(
            xlabel="time, relative to fixed",
            title="measured here and now",
            xlim=(0, 1.1 * max(seconds.values()) / seconds["fixed"]),
        )
        right.grid(axis="x", alpha=0.3)
    return figure


def apart(alone: Tensor, others: Mapping[str, Tensor]) -> Picture:
    """How far each text's vector lies from the one that it has alone, relative to that vector's length."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        for (name, vectors), colour, mark in zip(others.items(), (BLUE, ORANGE), ("o", "x"), strict=True):
            # Differences of rounding are not the same on every machine: all that is below a millionth is drawn there.
            far = ((vectors - alone).norm(dim=1) / alone.norm(dim=1)).clamp(min=1e-6)
            axis.plot(far, mark, color=colour, markersize=3, label=name, linestyle="none")
        axis.set(xlabel="text", ylabel="change of its vector,\nrelative", yscale="log", ylim=(5e-7, 3))
        axis.set_yticks([1e-6, 1e-4, 1e-2, 1], ["10⁻⁶ or less", "10⁻⁴", "10⁻²", "1"])
        axis.legend(loc="center right")
    return figure


def lineup(exercise: str, lengths: Tensor, places: int) -> Picture:
    """What the library and each suspect make of the first row, and of the last one."""
    masks = {name: make(lengths, places)[[0, -1]].flatten(0, 1).float() for name, make in lineup_of(exercise).items()}
    with style():
        figure = Picture(figsize=(WIDTH, 2.4))
        axes = figure.subplots(1, len(masks))
        for axis, (name, mask) in zip(axes, masks.items(), strict=True):
            axis.imshow(mask.numpy(), cmap=ListedColormap([PADDING, BLUE]), vmin=0, vmax=1)
            axis.axhline(len(mask) / 2 - 0.5, color=INK, linewidth=1)
            axis.set_title(fill(name, 14), fontsize=8)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
    return figure


def twins(texts: Sequence[str], tests: Mapping[str, Sequence[int]]) -> Picture:
    """For each test text, the share of words that it has in common with the most similar training text."""
    known = {word: column for column, word in enumerate(sorted({word for text in texts for word in words(text)}))}
    bags = bags_of_words(texts, known)
    found = {}
    for name, test in tests.items():
        held = torch.zeros(len(texts), dtype=torch.bool)
        held[list(test)] = True
        common = bags[held] @ bags[~held].T
        union = bags[held].sum(1, keepdim=True) + bags[~held].sum(1) - common
        found[name] = (common / union).amax(dim=1)
    return histograms(found, xlabel="words in common with the most similar training text, share of all words of both")


def resumed(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> Picture:
    """Which texts were read at which step, before a run was killed and after it was resumed."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        for name, first, steps, colour, mark in (
            ("before", 0, before, BLUE, "o"),
            ("after the restart", len(before), after, ORANGE, "s"),
        ):
            points = [(first + step, item) for step, batch in enumerate(steps) for item in batch]
            axis.plot(*zip(*points, strict=True), mark, color=colour, markersize=4, label=name, linestyle="none")
        axis.axvline(len(before) - 0.5, color=GREY, linewidth=1)
        axis.set(xlabel="step", ylabel="text")
        figure.legend(loc="outside right upper")
    return figure

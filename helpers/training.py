"""The task of the lesson on training, which library is this docstring from, and the pictures of its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.bags import bags_of_words
from helpers.corpus import docstrings, words
from helpers.plots import heatmaps, lines
from helpers.style import BLUE, CYCLE, GREEN, INK, ORANGE, RED, SEQUENTIAL, WIDTH, Picture, style
from helpers.suspects import lineup_of

Curve = Mapping[int, float]
SKY_THICK = "#A9D8F5"  # a light line that others can lie upon


@dataclass(frozen=True)
class Task:
    """Docstrings as bags of words: 1 where a word occurs, 0 where it does not.

    Attributes:
        x, test_x: float32, shape (docstrings, words).
        labels, test_labels: which library, int64, shape (docstrings,).
        libraries: their names, by label.
        words: the words of the columns, the most frequent one first.
        texts: the docstrings of `x`.
    """

    x: Tensor
    labels: Tensor
    test_x: Tensor
    test_labels: Tensor
    libraries: tuple[str, ...]
    words: tuple[str, ...]
    texts: tuple[str, ...]

    def bag(self, text: str) -> Tensor:
        """One text as the model reads it: shape (1, words)."""
        present = set(words(text))
        return torch.tensor([[float(word in present) for word in self.words]])


@cache
def docstring_task(size: int = 1000) -> Task:
    """The task, with the `size` most frequent words."""
    train, test = docstrings("train"), docstrings("test")
    counts = Counter(word for each in train for word in sorted(set(words(each.text))))
    known = {word: column for column, (word, _) in enumerate(counts.most_common(size))}
    libraries = tuple(sorted({each.library for each in train}))
    bags = [bags_of_words([each.text for each in split], known) for split in (train, test)]
    labels = [torch.tensor([libraries.index(each.library) for each in split]) for split in (train, test)]
    return Task(bags[0], labels[0], bags[1], labels[1], libraries, tuple(known), tuple(each.text for each in train))


def moved(
    words: Sequence[str], bags: Tensor, before: Tensor, after: Mapping[str, Tensor], named: Sequence[str] = ()
) -> Picture:
    """How far the weights of each word have moved, over the number of docstrings that it stands in.

    Args:
        words: names of the columns.
        bags: shape (docstrings, words).
        before: the first layer's weight at the start, shape (units, words).
        after: name of an optimizer → that weight at the end.
        named: words that are pointed out, three at most.
    """
    counts = bags.sum(dim=0)
    with style():
        figure = Picture(figsize=(WIDTH, 3.4))
        axes = figure.subplots(1, len(after), sharey=True, squeeze=False)[0]
        for position, (axis, (name, weight)) in enumerate(zip(axes, after.items(), strict=True)):
            way = (weight.detach() - before.detach()).norm(dim=0)
            way = way / way.median()
            axis.plot(counts, way, ".", color=CYCLE[position], markersize=4, alpha=0.5)
            for word, place in zip(named, ((-10, 22), (12, 30), (30, -34)), strict=False):
                if word not in words:
                    continue  # other versions of the libraries have other words
                column = words.index(word)
                spot = (float(counts[column]), float(way[column]))
                axis.plot(*spot, "o", color=INK, markersize=5)
                axis.annotate(
                    word, spot, textcoords="offset points", xytext=place, color=INK, weight="bold",
                    ha="center", arrowprops={"arrowstyle": "-", "color": INK},
                )  # fmt: skip
            axis.set(title=name, xlabel="docstrings with this word", xscale="log", yscale="log")
        axes[0].set_ylabel("how far its weights moved\n(median word = 1)")
    return figure


def landscape(model: nn.Sequential, task: Task, seed: int, reach: float) -> Picture:
    """The loss around a trained model, along two random directions: a map.

    Args:
        model: two linear layers, the first and the last of its parts.
        seed: of the directions. Each column of weights gets a direction of its own length (Li et al., 2018).
        reach: how far the map goes to each side, in lengths of the weights.
    """
    x, labels = task.x[::12], task.labels[::12]
    first, last = model[0], model[-1]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    steps = torch.linspace(-reach, reach, 17)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        # The first layer is linear in its weights: the batch goes through each direction once, and not once a place.
        inward = [first(x)] + [x @ _direction(first.weight, random).T for _ in range(2)]
        outward = [last.weight] + [_direction(last.weight, random) for _ in range(2)]

        def loss_at(a: Tensor, b: Tensor) -> Tensor:
            hidden, weight = (item[0] + a * item[1] + b * item[2] for item in (inward, outward))
            return F.cross_entropy(hidden.relu() @ weight.T + last.bias, labels)

        heights = torch.stack([torch.stack([loss_at(a, b) for a in steps]) for b in steps])
    return _map(steps, heights)


def _direction(weight: Tensor, random: torch.Generator) -> Tensor:
    direction = torch.randn(weight.shape, generator=random)
    return direction * weight.norm(dim=1, keepdim=True) / direction.norm(dim=1, keepdim=True)


def _map(steps: Tensor, heights: Tensor) -> Picture:
    with style():
        figure = Picture(figsize=(6.0, 3.8))
        axis = figure.subplots()
        drawn = axis.contourf(steps, steps, heights, levels=14, cmap=SEQUENTIAL)
        axis.plot([0], [0], "o", color=RED, markersize=7)
        axis.set(xlabel="along the first direction", ylabel="along the second", aspect="equal",
            title=f"loss from {heights.min():.2f} to {heights.max():.2f}; the dot is where training ended")  # fmt: skip
        figure.colorbar(drawn, ax=axis, label="loss")
    return figure


def schedules(factors: Mapping[str, Callable[[int], float]], total: int, marks: Sequence[int] = ()) -> Picture:
    """The share of the learning rate at every step, for several schedules."""
    series = {name: (range(total + 1), [factor(step) for step in range(total + 1)]) for name, factor in factors.items()}
    picture = lines(series, xlabel="step", ylabel="share of the learning rate")
    for mark in marks:
        picture.axes[0].axvline(mark, color=INK, linewidth=0.8, linestyle=":")
    return picture


def lineup(exercise: str, inputs: tuple[Tensor, Tensor, float, float]) -> Picture:
    """How far each suspect's weight is from the library's, after each step of a run."""
    makers = lineup_of(exercise)
    weight, gradients, eps, decay = inputs
    lengths = range(1, len(gradients) + 1)
    ways = [
        torch.stack([make(weight, gradients[:length], eps, decay) for length in lengths]) for make in makers.values()
    ]
    off = 100 * (torch.stack(ways) - ways[0])
    steps = [f"after step {step + 1}" for step in range(len(gradients))]
    return heatmaps(
        {"weight, minus the library's, in hundredths": off}, rows=list(makers), columns=steps, xlabel="", ylabel="",
        signed=True,
    )  # fmt: skip


def two_lives(whole: Curve, others: Mapping[str, Curve], saved: int, died: int, until: int) -> Picture:
    """Above the losses of runs that went on after a death, on the one that never died; below how far they are off.

    Args:
        whole, others: step → loss.
        saved, died: where the last checkpoint was written, and where the run was killed.
    """
    with style():
        figure = Picture(figsize=(WIDTH, 4.6))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        steps = [step for step in sorted(whole) if saved - 25 <= step < until]
        above.plot(steps, [whole[step] for step in steps], color=SKY_THICK, linewidth=6, label="never died")
        for position, (name, curve) in enumerate(others.items()):
            shown = [step for step in steps if step in curve]
            colour, dash = (BLUE, ORANGE, GREEN, RED)[position % 4], ("-", "--", "-.", ":")[position % 4]
            above.plot(shown, [curve[step] for step in shown], dash, color=colour, linewidth=1.5, label=name)
            off = [abs(curve[step] - whole[step]) for step in shown]
            below.plot(shown, off, dash, color=colour, linewidth=1.5, label=name)
        for axis in (above, below):
            axis.axvline(saved, color=INK, linewidth=0.8, linestyle=":")
            axis.axvline(died, color=INK, linewidth=0.8)
        above.set(ylabel="loss", ylim=(0, None))
        above.legend(loc="upper right", fontsize=8)
        below.set(
            xlabel="step (dotted: the last checkpoint; line: killed)", ylabel="distance from the\nrun that never died"
        )
    return figure


def sentences(task: Task, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Some docstrings word by word, padded to the longest: tokens and labels, both of shape (sentence, word).

    A token is a word's column and one more; 0 is padding and unknown words are left out. The label of a word is its
    docstring's library, that of padding −100.
    """
    columns = {word: column + 1 for column, word in enumerate(task.words)}
    tokens = [torch.tensor([columns[word] for word in words(task.texts[row]) if word in columns]) for row in rows]
    padded = nn.utils.rnn.pad_sequence(tokens, batch_first=True)
    return padded, torch.where(padded > 0, task.labels[list(rows)].unsqueeze(1), -100)

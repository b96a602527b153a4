"""What is counted while a model writes, and the pictures of it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from helpers.corpus import docstrings, words
from helpers.docstring_model import ARROW, END, opening, pieces
from helpers.plots import heatmaps
from helpers.style import BLUE, GREY, INK, WIDTH, Picture, style
from helpers.suspects import lineup_of

MOST = 12  # pieces that a picture names
LINE = 62  # characters of a line on a page
Model = Callable[..., tuple[Tensor, Any]]


class Watched:
    """A model that notes for each call how many tokens went through it, and what that cost.

    Attributes:
        tokens: of a row, call by call.
        flops: multiplications and additions, call by call.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.tokens: list[int] = []
        self.flops: list[int] = []

    def __call__(self, tokens: Tensor, cache: Any = None) -> tuple[Tensor, Any]:
        """What the model says."""
        with FlopCounterMode(display=False) as counter:
            result = self.model(tokens, cache)
        self.tokens.append(tokens.shape[1])
        self.flops.append(counter.get_total_flops())
        return result


def piece(token: int) -> str:
    """A token as one would read it: "the", "…ing" for what goes on with a word, "(end)"."""
    if token in (END, ARROW):
        return "(end)" if token == END else "→"
    written = str(pieces().id_to_token(token))
    return written[1:] or "space" if written.startswith("Ġ") else f"…{written}"


def next_pieces(panels: Mapping[str, Tensor], most: int = MOST) -> Picture:
    """Which token comes next? The most probable ones of the first panel, and what all the others have together.

    Args:
        panels: title → scores, shape (vocabulary,). All panels name the tokens of the first.
    """
    shares = {title: scores.double().softmax(dim=-1) for title, scores in panels.items()}
    chosen = next(iter(shares.values())).topk(most).indices
    names = [piece(token) for token in chosen.tolist()] + ["all others"]
    with style():
        figure = Picture(figsize=(WIDTH, 0.9 + 0.22 * len(names)))
        axes = figure.subplots(1, len(shares), squeeze=False)[0]
        for axis, (title, row) in zip(axes, shares.items(), strict=True):
            heights = [*row[chosen].tolist(), 1 - row[chosen].sum().item()]
            drawn = axis.barh(range(len(names)), heights, color=[BLUE] * most + [GREY])
            axis.bar_label(drawn, [f"{height:.2f}" if height >= 0.005 else "" for height in heights], padding=2)
            axis.set(title=title, xlabel="probability", xlim=(0, 1.12 * max(heights)))
            axis.set_yticks(range(len(names)), names)
            axis.invert_yaxis()
    return figure


def page(name: str, text: str, notes: Sequence[str] = ()) -> Picture:
    """A function and what somebody wrote about it, as it would stand in a file; below it what there is to say."""
    lines = textwrap.wrap(text, LINE) or [""]
    code = [f"def {name}(...):", *_quoted(lines)]
    with style():
        figure = Picture(figsize=(WIDTH, 0.5 + 0.3 * (len(code) + len(notes))))
        axis = figure.subplots()
        axis.axis("off")
        axis.set(xlim=(0, 1), ylim=(len(code) + len(notes) + 0.5, -0.5))
        for row, line in enumerate(code):
            axis.text(0.01, row, line, family="monospace", fontsize=11, color=BLUE if row == 0 else INK)
        for row, note in enumerate(notes, start=len(code)):
            axis.text(0.01, row + 0.4, note, fontsize=10, color=INK)
    return figure


def _quoted(lines: Sequence[str]) -> list[str]:
    first, last = f'    """{lines[0]}', '"""'
    return [first + last] if len(lines) == 1 else [first, *(f"    {line}" for line in lines[1:]), "    " + last]


@cache
def _read() -> str:
    """The descriptions that the model has learned from, in plain words, a bar between two texts."""
    return " | ".join(" ".join(words(opening(each.text))) for each in docstrings("train")).join(("| ", " |"))


def copied(text: str) -> tuple[str, int]:
    """The longest run of words that stands in the same order in one of the texts the model has read, and its length."""
    said, start, longest = words(text), 0, ""
    for end in range(1, len(said) + 1):
        while start < end and f" {' '.join(said[start:end])} " not in _read():
            start += 1
        if end - start > len(longest.split()):
            longest = " ".join(said[start:end])
    return longest, len(longest.split())


def lineup(inputs: tuple[Tensor, float]) -> Picture:
    """The probabilities that the library leaves of the scores, and below them those that each suspect leaves."""
    results = {name: make(inputs[0].clone(), inputs[1]) for name, make in lineup_of("top_p_counterexample").items()}
    shown = torch.stack([result[:MOST] for result in results.values()])
    shown[~shown.isfinite()] = torch.nan
    columns = [f"token {place}" for place in range(shown.shape[1])]
    return heatmaps({"probability that is left": shown}, rows=list(results), columns=columns, xlabel="", ylabel="")

"""Words with two senses: a test that MiniLM passes, and pictures of what becomes of it.

Each question is a sentence with two others beside it: one means nearly the same in other words, one shares the word
and means something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.batching import mean_over_tokens
from helpers.plots import heatmaps
from helpers.style import BLUE, CYCLE, GREY, INK, ORANGE, WIDTH, Picture, style
from helpers.suspects import entries

QUESTIONS = {
    "bank": ("The bank raised its interest rates.", "Loans became more expensive.", "The bank of the river was muddy."),
    "battery": ("My phone battery is dead.", "I need to charge my mobile.", "The general led his battery into war."),
    "spring": ("The spring of my bed is broken.", "My mattress needs repair.", "Flowers open in spring."),
    "plant": (
        "The plant closed and people lost their jobs.",
        "The workers of the factory were dismissed.",
        "She waters the plant on her desk.",
    ),
    "sentence": ("The judge read the sentence.", "The court sent him to prison.", "The sentence has no verb."),
    "star": ("The star was in a new film.", "The actress played in a movie.", "The star is far from the sun."),
}
FRESH = {
    "match": ("The match was stopped.", "The referee ended the game.", "He lit the candle with a match."),
    "port": ("The port was busy with ships.", "Boats came into the harbour.", "A glass of port after dinner."),
    "ring": ("She wore a gold ring.", "Her jewellery was expensive.", "The telephone did not ring."),
    "round": ("The boxer lost the first round.", "The fighter was beaten.", "The table is round."),
    "bill": (
        "He paid the bill at the restaurant.",
        "The guest settled what the dinner cost.",
        "The duck has a yellow bill.",
    ),
    "pulse": (
        "The nurse counted the pulse.",
        "A heartbeat was measured at the hospital.",
        "Lentils are a pulse.",
    ),
}

Heads = Sequence[tuple[int, int]]
Ablate = Callable[[nn.Module, Heads], AbstractContextManager[Any]]


class Quiz:
    """Questions, turned into numbers once.

    Attributes:
        words: the word of each question that has two senses.
        inputs: what the model is called with, by name; sentences in rows.
    """

    def __init__(self, tokenizer: Any, questions: Mapping[str, tuple[str, str, str]] = QUESTIONS) -> None:
        self.words = list(questions)
        texts = [text for three in questions.values() for text in three]
        self.inputs: dict[str, Tensor] = dict(tokenizer(texts, padding=True, return_tensors="pt"))

    def vectors(self, model: nn.Module) -> Tensor:
        """One vector of length 1 for each sentence, the mean over its tokens: shape (questions, 3, width)."""
        with torch.no_grad():
            return self._vectors(model)

    def similarities(self, model: nn.Module) -> Tensor:
        """How near each sentence is to the one of the same meaning and to the one of the same word: (questions, 2)."""
        return _to_the_others(self.vectors(model))

    def margin(self, model: nn.Module) -> float:
        """By how much the meaning is nearer than the word, on average."""
        with torch.no_grad():
            return float(self.margin_with_graph(model))

    def margin_with_graph(self, model: nn.Module) -> Tensor:
        """The same, as a tensor that one can go back from."""
        meaning, word = _to_the_others(self._vectors(model)).unbind(dim=1)
        return (meaning - word).mean()

    def _vectors(self, model: nn.Module) -> Tensor:
        states = model(**self.inputs).last_hidden_state
        return F.normalize(mean_over_tokens(states, self.inputs["attention_mask"]), dim=-1).unflatten(0, (-1, 3))


def _to_the_others(vectors: Tensor) -> Tensor:
    sentence, others = vectors.split([1, 2], dim=1)
    return (sentence * others).sum(dim=-1)


def answers(quiz: Quiz, found: Tensor, before: Tensor | None = None) -> Picture:
    """Two dots a question: how near the sentence of the same meaning is, and that of the same word.

    Args:
        found: shape (questions, 2), as `Quiz.similarities` gives it.
        before: what it was at first, drawn as rings.
    """
    with style():
        figure = Picture(figsize=(WIDTH, 0.42 * len(quiz.words) + 1.2))
        axis = figure.subplots()
        rows = range(len(quiz.words))
        for row, pair in enumerate(found.tolist()):
            axis.plot(pair, (row, row), color=GREY, linewidth=1.5, zorder=1)
        for column, (name, colour, mark) in enumerate((("same meaning", BLUE, "o"), ("same word", ORANGE, "s"))):
            axis.scatter(found[:, column].tolist(), rows, color=colour, marker=mark, s=60, label=name, zorder=2)
            if before is not None:
                axis.scatter(before[:, column].tolist(), rows, s=80, marker=mark, facecolors="none", edgecolors=colour)
        axis.set(yticks=rows, yticklabels=quiz.words, xlim=(0, 1), xlabel="similarity to the sentence (cosine)")
        axis.invert_yaxis()
        axis.legend(loc="lower right")
    return figure


def drifting(lines: Mapping[str, Sequence[float]]) -> Picture:
    """How alike a word's vector is in two sentences, after each layer."""
    with style():
        figure = Picture(figsize=(WIDTH, 3.0))
        axis = figure.subplots()
        for place, (name, values) in enumerate(lines.items()):
            axis.plot(range(len(values)), values, ("-o", "--s")[place % 2], color=CYCLE[place], label=name)
        axis.set(xlabel="layers that the word has passed", ylabel="similarity of the two vectors (cosine)")
        axis.set_xticks(range(max(map(len, lines.values()))))
        axis.legend()
    return figure


def head_map(changes: Tensor) -> Picture:
    """What becomes of the margin when one head is off: layers down, heads across."""
    thousandths = (1000 * changes).round() + 0.0  # no −0
    return heatmaps(
        {"change of the margin, in thousandths": thousandths}, xlabel="head", ylabel="layer", signed=True, numbers=True
    )


def fewer_and_fewer(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], step: int) -> Picture:
    """The margin over the number of heads that are off.

    Args:
        curves: an order → the margins of the six words and of six others, a value after each `step` heads.
    """
    marks = ("o", "s", "^")
    with style():
        figure = Picture(figsize=(WIDTH, 4.2))
        axis = figure.subplots()
        for place, (name, pair) in enumerate(curves.items()):
            for dash, whose, values in zip(("-", "--"), ("", ", six other words"), pair, strict=True):
                numbers = range(0, step * len(values), step)
                axis.plot(numbers, values, dash + marks[place], color=CYCLE[place], label=name + whose, markersize=4)
        axis.axhline(0, color=INK, linewidth=0.8)
        axis.set(xlabel="heads switched off, of 72", ylabel="margin: meaning over word", ylim=(-0.02, None))
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def against(estimate: Tensor, measured: Tensor) -> Picture:
    """What a walk back says about each head, and what switching it off has shown."""
    with style():
        figure = Picture(figsize=(WIDTH, 4.0))
        axis = figure.subplots()
        ends = [float(measured.min()), float(measured.max())]
        axis.plot(ends, ends, color=GREY, linewidth=1, label="as the walk back says")
        axis.scatter(estimate.flatten().tolist(), measured.flatten().tolist(), s=18, color=BLUE, label="a head")
        axis.set(xlabel="estimated change of the margin", ylabel="change when switched off")
        axis.legend()
    return figure


def without(model: nn.Module, quiz: Quiz, ablate: Ablate) -> Callable[..., Picture]:
    """A picture for `explore`: the questions with some heads off, and as rings what they were at first."""
    before = quiz.similarities(model)
    config: Any = model.config
    layers, numbers = range(config.num_hidden_layers), range(config.num_attention_heads)

    def picture(layer: str, head: str) -> Picture:
        heads = [
            (one, other)
            for one in layers
            for other in numbers
            if layer in ("all", str(one)) and head in ("all", str(other))
        ]
        with ablate(model, heads):
            found = quiz.similarities(model)
        meaning, word = (found.mean(dim=0)).tolist()
        figure = answers(quiz, found, before)
        figure.axes[0].set_title(f"heads off: {len(heads)}. Margin {meaning - word:+.2f}")
        return figure

    return picture


def lineup(exercise: str, inputs: tuple[Any, ...]) -> Picture:
    """What the library and each suspect of an exercise make of `inputs`."""
    return entries(exercise, inputs, "result, by token and number", signed=True)

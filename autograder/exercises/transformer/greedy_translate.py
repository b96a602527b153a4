"""What `greedy_translate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.transformer._shared import modes_of

OWN = Idea("each word follows from the model's own words", weight=3, point=True)
EVALUATES = Idea("it writes in evaluation mode", weight=1.5, point=True)
ENDS = Idea("who has ended is silent", weight=2)
QUIET = Idea("without a graph, and put back", weight=2)
WORDS = 8


class Writer(nn.Module):
    """What follows a word depends on the word, on how many there are, and on what was read; in training, on chance."""

    def __init__(self) -> None:
        super().__init__()
        self.after, self.place = nn.Parameter(torch.ones(WORDS, WORDS)), nn.Parameter(torch.ones(30, WORDS))
        self.read = nn.Parameter(torch.ones(9, WORDS))
        self.dropout = nn.Dropout(0.5)
        self.noted: list[str] = []

    def encode(self, source: Tensor) -> Tensor:
        self._note("encode")
        return self.read[source] * (source != 0).unsqueeze(-1)

    def decode(self, target: Tensor, memory: Tensor, source: Tensor) -> Tensor:
        self._note("decode")
        count = (source != 0).sum(-1)[:, None, None]
        scores = 6 * self.after[target] + 4 * self.place[: target.shape[1]] + 3 * memory.sum(1, keepdim=True) / count
        return self.dropout(scores)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.decode(target, self.encode(source), source)

    def _note(self, what: str) -> None:
        mode = "training" if self.training else "evaluating"
        self.noted.append(f"{what}, {mode}, {'with' if torch.is_grad_enabled() else 'without'} a graph")


@exercise(points=2)
def greedy_translate(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A model writes."""
    batch, length = draw.integer(4, 7), draw.integer(8, 12)

    def writer() -> Any:
        return draw.fill_(Writer()).eval()

    def sources(batch: int = batch) -> Tensor:
        words = draw.integers(batch, 5, low=1, high=9)
        return words * (torch.arange(5, device=draw.device) < draw.integers(batch, 1, low=1, high=6))

    def ending(model: Any, source: Tensor, places: tuple[int, ...], **options: Any) -> Any:
        """With each of these words as the one that ends."""
        return [candidate(model, source, length, end=end, **options) for end in places]

    yield "a batch", lambda: candidate(writer(), sources(), length), OWN
    yield "one text", lambda: candidate(writer(), sources(1), length), OWN
    yield "one word", lambda: candidate(writer(), sources(), 1), OWN
    yield "another beginning", lambda: [candidate(writer(), sources(), 5, start=start) for start in (0, 2, 7)], OWN
    yield "no word at all", lambda: [candidate(writer(), sources(), each) for each in (0, 3)]
    yield "some have ended", lambda: ending(writer(), sources(), (2, 3, 4, 5, 6, 7)), ENDS
    yield "the beginning is the end", lambda: ending(writer(), sources(), (1, 5), start=draw.choice([1, 5])), ENDS
    yield "padding is the end", lambda: ending(writer(), sources(), (0,)), ENDS
    yield "a model in training", lambda: _modes(candidate, writer(), sources(), training=True), QUIET
    yield "a model that was evaluating", lambda: _modes(candidate, writer(), sources(), training=False), QUIET
    yield "while it writes", lambda: _while(candidate, writer(), sources()), QUIET
    yield "how often it reads", lambda: _reads(candidate, writer(), sources())
    yield "twice the same", lambda: _twice(candidate, writer(), sources(), length), EVALUATES
    yield "called by names", lambda: candidate(end=2, start=3, length=6, source=sources(), model=writer())
    yield "the text is left alone", lambda: _left(candidate, writer(), sources())


def _modes(candidate: Any, model: Writer, source: Tensor, training: bool) -> dict[str, Any]:
    written = candidate(model.train(training), source, 6)
    return {"written": written, "modes": modes_of(model)}


def _while(candidate: Any, model: Writer, source: Tensor) -> dict[str, Any]:
    written = candidate(model.train(), source, 3)
    return {"written": written, "how": sorted(set(model.noted)), "recorded afterwards": torch.is_grad_enabled()}


def _reads(candidate: Any, model: Writer, source: Tensor) -> dict[str, Any]:
    written = candidate(model, source, 5)
    return {"written": written, "times read": sum(each.startswith("encode") for each in model.noted)}


def _twice(candidate: Any, model: Writer, source: Tensor, length: int) -> list[Any]:
    return [candidate(model.train(), source, length) for _ in range(2)]


def _left(candidate: Any, model: Writer, source: Tensor) -> dict[str, Any]:
    return with_arguments(lambda words: candidate(model, words, 4), source)

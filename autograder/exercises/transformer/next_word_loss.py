"""What `next_word_loss` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.transformer._shared import learned

SHIFTED = Idea("what is asked for is one word ahead of what is handed over", weight=3, point=True)
LEARNED = Idea("it can be learned from", weight=2, point=True)
PADDED = Idea("padding counts nothing, above and below the line", weight=3, point=True)
WORDS = 7


class Speaks(nn.Module):
    """Scores that follow from the word at each place, from the place, and from all that was read."""

    def __init__(self) -> None:
        super().__init__()
        self.after, self.place = nn.Parameter(torch.ones(WORDS, WORDS)), nn.Parameter(torch.ones(20, WORDS))
        self.calls = 0

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        self.calls += 1
        read = source.to(self.place.dtype).sum(-1)[:, None, None] / 10
        return 3 * self.after[target] + (1 + read) * self.place[: target.shape[1]]


@exercise(points=2)
def next_word_loss(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Teacher forcing, mended."""
    model = draw.fill_(Speaks())
    batch, length = draw.sizes(2, 4, 9)

    def sources(batch: int = batch) -> Tensor:
        return draw.integers(batch, 3, low=1, high=9)

    def answers(batch: int = batch, length: int = length) -> Tensor:
        words = draw.integers(batch, length, low=2, high=WORDS)
        words[:, 0] = 1
        return words

    def padded(marks: int = 2) -> Tensor:
        """The first answer is the longest, the second has `marks` words with its mark in front."""
        ends = draw.integers(batch, 1, low=2, high=length)
        ends[0], ends[1] = length, marks
        return answers() * (torch.arange(length, device=draw.device) < ends)

    yield "one answer", lambda: candidate(model, sources(1), answers(1)), SHIFTED
    yield "answers of one length", lambda: candidate(model, sources(), answers()), SHIFTED
    yield "one word after the mark", lambda: candidate(model, sources(), answers(length=2)), SHIFTED
    yield "as many answers as words", lambda: candidate(model, sources(5), answers(5, 6)), SHIFTED
    yield "answers that end early", lambda: candidate(model, sources(), padded()), PADDED
    yield "an answer of nothing but its mark", lambda: candidate(model, sources(), padded(1)), PADDED
    yield "the mark comes again", lambda: _again(candidate, model, draw, sources(), answers())
    yield "what is learned", lambda: learned(model, candidate(model, sources(), answers())), LEARNED
    yield "how often the model is called", lambda: _calls(candidate, draw, sources(), answers())
    yield "float64", lambda: candidate(draw.fill_(Speaks().double()), sources(), padded())
    yield "called by names", lambda: candidate(target=padded(), source=sources(), model=model)
    yield (
        "the inputs are left alone",
        lambda: with_arguments(lambda *pair: candidate(model, *pair), sources(), padded()),
    )


def _again(candidate: Any, model: Speaks, draw: Draw, source: Tensor, target: Tensor) -> Tensor:
    """The word that begins may be said in the middle, too: it counts like any other."""
    target[:, draw.integer(1, target.shape[1])] = 1
    return candidate(model, source, target)


def _calls(candidate: Any, draw: Draw, source: Tensor, target: Tensor) -> dict[str, Any]:
    model = draw.fill_(Speaks())
    return {"loss": candidate(model, source, target), "calls": model.calls}

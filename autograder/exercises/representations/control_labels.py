"""What `control_labels` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments
from autograder.engine.streams import beside_stream

WORD = Idea("the label belongs to the word, wherever it stands", weight=3, point=True)
DRAWN = Idea("one draw for all different words, in ascending order", weight=2)
STREAM = Idea("the generator is used, and nothing else", weight=1.5)


@exercise(points=2)
def control_labels(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Labels that mean nothing, one for each word."""
    classes, count = draw.integer(3, 7), draw.integer(30, 45)

    def words(high: int = 12) -> Tensor:
        return draw.integers(count, high=high)

    def run(given: Tensor, of: int = classes, seed: int | None = None) -> Any:
        return candidate(given, of, torch.Generator().manual_seed(draw.integer(0, 2**31) if seed is None else seed))

    yield "the docstring's example", lambda: _example(candidate, draw), WORD
    yield "words that occur several times", lambda: run(words()), WORD
    yield "two classes", lambda: run(words(), 2), WORD
    yield "each word once", lambda: run(draw.permutation(count)), WORD
    yield "a single word, many times", lambda: run(draw.integers(1, high=900).expand(count).clone()), WORD
    yield "numbers of words with gaps", lambda: run(5000 * words() + 17), DRAWN
    yield "numbers below zero and above 2⁵³", lambda: [run(words() - 2**55), run(words() + 2**55)], DRAWN
    yield "numbers that differ above 2³²", lambda: run((words() - 5) * 2**40), DRAWN
    yield "many words", lambda: _many(run, draw), DRAWN
    yield "no words", lambda: _none(run, words()), DRAWN
    yield "the generator, twice", lambda: _twice(candidate, draw, words(), classes), STREAM
    yield "torch's own stream", lambda: _stream(candidate, draw, words(), classes), STREAM
    yield "called by names", lambda: _named(candidate, draw, words(), classes)
    yield "the words afterwards", lambda: _afterwards(candidate, draw, words(), classes)
    yield "not contiguous", lambda: run(draw.integers(count, 2, high=9)[:, 1])


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    words = torch.tensor([7, 3, 7, 5], device=draw.device)
    other = torch.Generator().manual_seed(draw.integer(0, 2**31))
    return {
        "example": candidate(words, 10, torch.Generator().manual_seed(0)),
        "other numbers": candidate(words, 1000, other),
    }


def _many(run: Any, draw: Draw) -> dict[str, Any]:
    """How often each label occurs among two thousand words, and the first labels."""
    labels = run(draw.permutation(2000), 5)
    return {"first": labels[:8], "counts": labels.bincount(minlength=5), "shape": list(labels.shape)}


def _none(run: Any, words: Tensor) -> list[Any]:
    return [run(words[:0]), run(words[:3])]


def _twice(candidate: Any, draw: Draw, words: Tensor, classes: int) -> list[Any]:
    """The second call goes on where the first one stopped."""
    generator = torch.Generator().manual_seed(draw.integer(0, 2**31))
    return [candidate(words, classes, generator), candidate(words, classes, generator)]


def _stream(candidate: Any, draw: Draw, words: Tensor, classes: int) -> Any:
    generator = torch.Generator().manual_seed(draw.integer(0, 2**31))
    return beside_stream(lambda: candidate(words, classes, generator), draw.integer(0, 2**31))


def _named(candidate: Any, draw: Draw, words: Tensor, classes: int) -> Any:
    generator = torch.Generator().manual_seed(draw.integer(0, 2**31))
    return candidate(generator=generator, classes=classes, words=words)


def _afterwards(candidate: Any, draw: Draw, words: Tensor, classes: int) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(draw.integer(0, 2**31))
    return with_arguments(lambda given: candidate(given, classes, generator), words)

"""What `attend` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import DTYPES, READY_MADE

MEAN = Idea("the mean of the values, by how well their keys fit", weight=3, point=True)
FAR = Idea("scores far from zero")


@exercise(points=2, without=READY_MADE)
def attend(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What one word hears."""
    yield "some words", lambda: candidate(*_words(draw)), MEAN
    yield "values as wide as keys", lambda: candidate(*_words(draw, wide=0)), MEAN
    yield "as many words as numbers", lambda: candidate(draw.normal(4), draw.normal(4, 4), draw.normal(4, 4)), MEAN
    yield "one word", lambda: candidate(draw.normal(3), draw.normal(1, 3), draw.normal(1, 5)), MEAN
    yield "one number each", lambda: candidate(draw.normal(1), draw.normal(5, 1), draw.normal(5, 1)), MEAN
    yield "a query that fits nobody", lambda: _zeros(candidate, draw), MEAN
    yield "long vectors", lambda: candidate(draw.normal(24), draw.normal(5, 24) / 3, draw.normal(5, 3)), MEAN
    yield "scores of several hundred", lambda: candidate(*_far(draw, above=True)), FAR
    yield "scores of minus several hundred", lambda: candidate(*_far(draw, above=False)), FAR
    yield "scores that lie hundreds apart", lambda: candidate(*_apart(draw)), FAR
    yield "gradients", lambda: gradients(candidate, *_words(draw))
    yield "float64", lambda: _in(torch.float64, candidate, draw), DTYPES
    yield "bfloat16", lambda: _in(torch.bfloat16, candidate, draw), DTYPES
    yield "float16", lambda: _in(torch.float16, candidate, draw), DTYPES
    yield "not contiguous", lambda: candidate(draw.normal(10)[::2], draw.normal(5, 7).T, draw.normal(3, 7).T)
    yield "called by names", lambda: _named(candidate, *_words(draw))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_words(draw))
    yield "the docstring's example", lambda: _example(candidate, draw.normal(2, 2)), MEAN


def _words(draw: Draw, wide: int = 3) -> tuple[Tensor, Tensor, Tensor]:
    """A query of d numbers, and n words with keys and values; no two of n, d and the values' width are alike.

    Args:
        wide: by so many numbers a value is wider than a key.
    """
    words, width = draw.choice([5, 6, 7]), draw.choice([3, 4])
    return draw.normal(width), draw.normal(words, width), draw.normal(words, width + wide + 2 * bool(wide))


def _zeros(candidate: Any, draw: Draw) -> Any:
    """All scores are 0: everybody is heard alike."""
    query, key, value = _words(draw)
    return candidate(torch.zeros_like(query), key, value)


def _far(draw: Draw, above: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Scores of 200 to 900, or as far below zero, which differ by a few; whole numbers, so that all of it is exact."""
    words = draw.choice([5, 6, 7])
    level = draw.integer(200, 900) * (1 if above else -1)
    scores = level + draw.integers(words, low=-2, high=3)
    key = torch.stack([scores.float(), torch.zeros(words, device=draw.device)], dim=1)
    return torch.tensor([1.0, 0.0], device=draw.device), key, draw.normal(words, 3)


def _apart(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Scores far below zero and far above, and none between."""
    far = torch.tensor(draw.sizes(5, 110, 400), device=draw.device).float()
    scores = torch.where(draw.mask(5), far, -far)
    return torch.tensor([1.0, 0.0], device=draw.device), torch.stack([scores, 0 * scores], dim=1), draw.normal(5, 3)


def _in(dtype: torch.dtype, candidate: Any, draw: Draw) -> Any:
    return candidate(*(item.to(dtype) for item in _words(draw)))


def _named(candidate: Any, query: Tensor, key: Tensor, value: Tensor) -> Any:
    return candidate(value=value, key=key, query=query)


def _example(candidate: Any, drawn: Tensor) -> list[Any]:
    """The docstring's, and other values."""
    query = torch.tensor([1.0, 0.0], device=drawn.device)
    key = torch.tensor([[2.0, 0.0], [0.0, 9.0]], device=drawn.device)
    return [candidate(query, key, torch.eye(2, device=drawn.device)), candidate(query, key, drawn)]

"""What `head_specialists` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import with_arguments

PLACES = Idea("the token before, and the one behind", weight=3, point=True)
WORDS = Idea("the same word elsewhere", weight=2, point=True)
MARKS = Idea("the marks", weight=2, point=True)
NOBODY = Idea("zeros where nobody has a target", weight=1.5)


@exercise(points=3)
def head_specialists(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What each head looks at."""
    layers, heads, tokens = draw.sizes(3, 2, 7)
    tokens += 5
    mark = draw.integer(50, 90)

    def weights(size: int = tokens, **options: Any) -> Tensor:
        return draw.normal(layers, heads, size, size, **options).softmax(dim=-1)

    def text(size: int = tokens, high: int = 5) -> Tensor:
        """Words that come back, and two marks."""
        words = draw.integers(size, high=high)
        words[draw.permutation(size)[:2]] = mark
        return words

    yield "the docstring's example", lambda: _example(candidate, draw), PLACES

    def kind(name: str, size: int, high: int = 5) -> Any:
        return candidate(weights(size), text(size, high), mark)[name]

    for name, idea in (("previous", PLACES), ("next", PLACES), ("same word", WORDS), ("mark", MARKS)):
        yield f"a text: {name}", partial(kind, name, tokens), idea
        yield f"another text: {name}", partial(kind, name, tokens + 3, 3), idea
    yield "one head, one layer", lambda: candidate(weights()[:1, :1], text(), mark), PLACES
    yield "a head that looks one way only", lambda: _single_minded(candidate, draw, tokens, mark), PLACES
    yield "one word, again and again", lambda: candidate(weights(), _again(draw, tokens), mark), WORDS
    yield "one mark, and many", lambda: _marks(candidate, draw, weights, tokens, mark), MARKS
    yield "the mark is number 0", lambda: candidate(weights(), text() % mark, 0), MARKS
    yield "no word twice, and no mark", lambda: candidate(weights(), draw.permutation(tokens), mark), NOBODY
    yield "a single token", lambda: candidate(weights(1), draw.integers(1, high=9), mark), NOBODY
    yield "two tokens", lambda: candidate(weights(2), draw.integers(2, high=9), mark)
    yield "float64 and bfloat16", lambda: [candidate(weights(dtype=torch.float64), text(), mark),
                                           candidate(weights().bfloat16(), text(), mark)]  # fmt: skip
    yield "not contiguous", lambda: candidate(weights().transpose(0, 1), text(), mark)
    yield "called by names", lambda: candidate(mark=mark, tokens=text(), weights=weights())
    yield "the arguments afterwards", lambda: with_arguments(candidate, weights(), text(), mark)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    weights = torch.tensor([[[[0.5, 0.5, 0.0], [0.25, 0.0, 0.75], [0.0, 1.0, 0.0]]]], device=draw.device)
    tokens = torch.tensor([7, 8, 7], device=draw.device)
    other = draw.normal(1, 2, 3, 3).softmax(dim=-1)
    return {"example": candidate(weights, tokens, mark=8)["previous"], "other numbers": candidate(other, tokens, 8)}


def _single_minded(candidate: Any, draw: Draw, tokens: int, mark: int) -> Any:
    """Three heads: all weight on the token before, on the one behind, on itself."""
    place = torch.arange(tokens, device=draw.device)
    eye = torch.eye(tokens, device=draw.device)
    heads = [eye[(place + step).clamp(0, tokens - 1)] for step in draw.shuffled([-1, 1, 0])]
    return candidate(torch.stack(heads)[None], draw.integers(tokens, high=4), mark)


def _again(draw: Draw, tokens: int) -> Tensor:
    return draw.integers(1, high=9).expand(tokens).clone()


def _marks(candidate: Any, draw: Draw, weights: Any, tokens: int, mark: int) -> list[Any]:
    found = []
    for count in draw.shuffled([1, tokens - 2, tokens]):
        words = draw.integers(tokens, high=40)
        words[draw.permutation(tokens)[:count]] = mark
        found.append(candidate(weights(), words, mark)["mark"])
    return found

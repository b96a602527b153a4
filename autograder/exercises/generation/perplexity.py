"""What `perplexity` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.generation._shared import Model
from helpers.known_models import Counting

FORETOLD = Idea("each token is compared with what was said before it", weight=3, point=True)
TOKENS = Idea("every predicted token counts the same", weight=2.5, point=True)
NOTHING = Idea("a text of one token predicts nothing", weight=1.5)
TRACES = Idea("a Python number, without a graph", weight=1)


@exercise(points=2)
def perplexity(candidate: Any, draw: Draw) -> Iterator[Step]:
    """How surprised a small model is."""
    vocabulary = draw.integer(5, 9)

    def run(*lengths: int, scale: float = 2.0) -> Any:
        model = Model(draw, vocabulary, scale)
        return candidate(model, [draw.integers(length, high=vocabulary) for length in lengths])

    yield "the docstring's example", lambda: _example(candidate, draw), FORETOLD
    yield "a text of two tokens", lambda: run(2), FORETOLD
    yield "one text", lambda: run(7), FORETOLD
    yield "a model that is sure, and often wrong", lambda: run(9, scale=12.0), FORETOLD
    yield "a model that counts", lambda: _counting(candidate, draw), FORETOLD
    yield "a long text", lambda: run(38, scale=30.0), FORETOLD
    yield "texts of one length", lambda: run(6, 6, 6), TOKENS
    yield "texts of several lengths", lambda: run(*draw.shuffled([2, 3, 12, 25])), TOKENS
    yield "a short text that is hard", lambda: _hard(candidate, draw), TOKENS
    yield "a text of one token among others", lambda: run(*draw.shuffled([1, 4, 9])), NOTHING
    yield "nothing is predicted", lambda: _nothing(candidate, draw, vocabulary), NOTHING
    yield "while it runs", lambda: _while(candidate, draw, vocabulary), TRACES


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    text, size = torch.tensor([1, 2, 3], device=draw.device), draw.integer(5, 40)
    return {
        "example": candidate(Counting(4, sure=0.0), [text]),
        "other numbers": candidate(model=Counting(size, sure=2.0), texts=[draw.integers(5, high=size)]),
    }


def _counting(candidate: Any, draw: Draw) -> Any:
    """One text that counts, one that does not."""
    first = draw.integer(0, 4)
    right = torch.arange(first, first + 5, device=draw.device)
    return candidate(Counting(9, sure=draw.integer(2, 6)), [right, draw.integers(4, high=9)])


def _hard(candidate: Any, draw: Draw) -> Any:
    """A model that counts, a long text that does so, and a short one that goes backwards."""
    start = draw.integer(3, 6)
    easy = torch.arange(draw.integer(12, 20), device=draw.device)
    hard = torch.tensor([start, start - 1], device=draw.device)
    return candidate(Counting(20, sure=draw.integer(50, 90) / 10), draw.shuffled([easy, hard]))


def _nothing(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    single = [draw.integers(1, high=vocabulary) for _ in range(2)]
    return {
        "single tokens": refusal(ValueError, candidate, model, single),
        "no texts": refusal(ValueError, candidate, model, []),
        "two tokens": refusal(ValueError, candidate, model, [draw.integers(2, high=vocabulary)]),
    }


def _while(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    model = Model(draw, vocabulary)
    with torch.enable_grad():  # whatever an earlier call has left behind
        result = candidate(model, [draw.integers(4, high=vocabulary), draw.integers(6, high=vocabulary)])
        afterwards = "with" if torch.is_grad_enabled() else "without"
    graphs = sorted({graph for _, _, graph in model.calls})
    return {"result": result, "kind": type(result).__name__, "graphs": graphs, "others compute afterwards": afterwards}

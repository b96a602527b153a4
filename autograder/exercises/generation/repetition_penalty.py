"""What `repetition_penalty` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments

WORSE = Idea("whatever has occurred gets worse, above zero and below it", weight=3, point=True)
ONCE = Idea("once, however often it has occurred, and in its own row", weight=2)
LIMITS = Idea("zero, −∞ and a penalty of 1 stay as they are", weight=1)
REFUSED = Idea("a penalty of zero is refused", weight=1)
ALONE = Idea("the caller's scores stay as they are", weight=1)


@exercise(points=1, without=["transformers.generation.logits_process:RepetitionPenaltyLogitsProcessor"])
def repetition_penalty(candidate: Any, draw: Draw) -> Iterator[Step]:
    """What becomes of the scores of tokens that have occurred."""
    rows, length, vocabulary = draw.sizes(3, 4, 10)
    penalty = draw.integer(12, 19) / 10

    def run(penalty: float = penalty, length: int = length, dtype: torch.dtype = torch.float32) -> Any:
        scores = 2 * draw.normal(rows, vocabulary, dtype=dtype)
        return candidate(scores, draw.integers(rows, length, high=vocabulary), penalty)

    yield "the docstring's example", lambda: _example(candidate, draw, penalty), WORSE
    yield "above zero and below it", lambda: _signs(candidate, draw, penalty), WORSE
    yield "a batch", run, WORSE
    yield "float64", lambda: run(dtype=torch.float64), WORSE
    yield "a penalty below one", lambda: refusal(ValueError, run, draw.integer(3, 9) / 10), WORSE
    yield "called by names", lambda: _named(candidate, draw, vocabulary, penalty), WORSE
    yield "tokens that occur again and again", lambda: _often(candidate, draw, vocabulary, penalty), ONCE
    yield "each row has its own tokens", lambda: _own(candidate, draw, vocabulary, penalty), ONCE
    yield "every token has occurred", lambda: _all(candidate, draw, vocabulary, penalty), ONCE
    yield "token 0", lambda: _token_zero(candidate, draw, vocabulary, penalty), ONCE
    yield "no token yet", lambda: run(length=0), LIMITS
    yield "scores of 0 and −∞", lambda: _limits(candidate, draw, penalty), LIMITS
    yield "a penalty of one", lambda: run(1.0), LIMITS
    yield "zero, and below it", lambda: _refused(candidate, draw, vocabulary, penalty), REFUSED
    yield "the arguments afterwards", lambda: _afterwards(candidate, draw, vocabulary, penalty), ALONE


def _example(candidate: Any, draw: Draw, penalty: float) -> Any:
    """The docstring's numbers, and others."""
    scores = torch.tensor([[1.0, 2.0, -3.0]], device=draw.device)
    tokens = torch.tensor([[2, 1, 1]], device=draw.device)
    return {
        "example": candidate(scores, tokens, 2.0),
        "other numbers": candidate(draw.normal(1, 3), draw.integers(1, 3, high=3), penalty),
    }


def _signs(candidate: Any, draw: Draw, penalty: float) -> Any:
    scores = torch.tensor([draw.shuffled([3.0, 1.5, 0.5, -0.5, -1.5, -3.0])], device=draw.device)
    return candidate(scores, draw.permutation(6)[None, :4], penalty)


def _named(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> Any:
    tokens = draw.integers(2, 3, high=vocabulary)
    return candidate(penalty=penalty, tokens=tokens, scores=draw.normal(2, vocabulary))


def _often(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> Any:
    often = draw.permutation(vocabulary)[:2]
    tokens = torch.stack([often.repeat(4)[draw.permutation(8)] for _ in range(2)])
    return candidate(2 * draw.normal(2, vocabulary), tokens, penalty)


def _own(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> Any:
    """Each row has seen a single token, and no two rows the same."""
    tokens = draw.permutation(vocabulary)[:3, None]
    return candidate(2 + draw.normal(3, vocabulary).abs(), tokens, penalty)


def _all(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> Any:
    return candidate(2 * draw.normal(1, vocabulary), draw.permutation(vocabulary)[None], penalty)


def _token_zero(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> Tensor:
    result: Tensor = candidate(1 + draw.normal(2, vocabulary), draw.integers(2, 3, high=1), penalty)
    return result


def _limits(candidate: Any, draw: Draw, penalty: float) -> Any:
    scores = torch.tensor([draw.shuffled([0.0, -torch.inf, 2.0, -2.0, 0.0, -torch.inf])], device=draw.device)
    return candidate(scores, draw.permutation(6)[None, :5], penalty)


def _refused(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> dict[str, Any]:
    def look(penalty: float) -> object:
        return refusal(ValueError, candidate, draw.normal(2, vocabulary), draw.integers(2, 3, high=vocabulary), penalty)

    return {"zero": look(0.0), "below": look(-penalty), "above": look(penalty)}


def _afterwards(candidate: Any, draw: Draw, vocabulary: int, penalty: float) -> dict[str, Any]:
    return with_arguments(candidate, draw.normal(2, vocabulary), draw.integers(2, 3, high=vocabulary), penalty)

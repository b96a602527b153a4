"""What `temperature` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, shares_storage, with_arguments

DIVIDED = Idea("the scores are divided by the temperature", weight=3, point=True)
REFUSED = Idea("a temperature of zero is refused", weight=1)
ALONE = Idea("the caller's scores stay as they are", weight=1)


@exercise(points=1, without=["transformers.generation.logits_process:TemperatureLogitsWarper"])
def temperature(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Scores at several temperatures."""
    rows, vocabulary = draw.sizes(2, 3, 9)
    t = draw.integer(3, 17) / 10 + 0.05

    yield "the docstring's example", lambda: _example(candidate, draw, t), DIVIDED
    yield "one row", lambda: candidate(3 * draw.normal(vocabulary), t), DIVIDED
    yield "a batch", lambda: candidate(3 * draw.normal(rows, vocabulary), t), DIVIDED
    yield "two dimensions before the vocabulary", lambda: candidate(draw.normal(2, rows, vocabulary), t), DIVIDED
    yield "very cold, and very hot", lambda: _extremes(candidate, draw, vocabulary), DIVIDED
    yield "whole numbers as temperature", lambda: [candidate(draw.normal(vocabulary), t) for t in (1, 3)], DIVIDED
    yield "scores of −∞", lambda: _removed(candidate, draw, vocabulary, t), DIVIDED
    yield "float64 and bfloat16", lambda: _dtypes(candidate, draw, vocabulary, t), DIVIDED
    yield "not contiguous", lambda: candidate(draw.normal(vocabulary, rows).T, t), DIVIDED
    yield "called by names", lambda: candidate(t=t, scores=draw.normal(vocabulary)), DIVIDED
    yield "zero, and below it", lambda: _refused(candidate, draw, vocabulary), REFUSED
    yield "the scores afterwards", lambda: with_arguments(candidate, draw.normal(rows, vocabulary), t), ALONE
    yield "a temperature of one", lambda: _one(candidate, draw, vocabulary), ALONE


def _example(candidate: Any, draw: Draw, t: float) -> Any:
    """The docstring's numbers, and others."""
    scores = torch.tensor([1.0, 2.0, -torch.inf], device=draw.device)
    return {"example": candidate(scores, 0.5), "other numbers": candidate(draw.normal(3), t)}


def _extremes(candidate: Any, draw: Draw, vocabulary: int) -> Any:
    return [candidate(draw.normal(vocabulary), t) for t in draw.shuffled([0.004, 250.0])]


def _removed(candidate: Any, draw: Draw, vocabulary: int, t: float) -> Any:
    """Tokens that an earlier filter took out."""
    scores = draw.normal(2, vocabulary)
    return candidate(scores.masked_fill(draw.mask(2, vocabulary, keep=0.4), -torch.inf), t)


def _dtypes(candidate: Any, draw: Draw, vocabulary: int, t: float) -> Any:
    return [candidate(draw.normal(vocabulary, dtype=dtype), t) for dtype in (torch.float64, torch.bfloat16)]


def _refused(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    return {
        "zero": refusal(ValueError, candidate, draw.normal(vocabulary), 0.0),
        "below": refusal(ValueError, candidate, draw.normal(vocabulary), -draw.integer(1, 9) / 10),
        "above": refusal(ValueError, candidate, draw.normal(vocabulary), draw.integer(1, 9) / 100),
    }


def _one(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    scores = draw.normal(vocabulary)
    result = candidate(scores, 1.0)
    return {"result": result, "memory": "the caller's" if shares_storage(result, scores) else "its own"}

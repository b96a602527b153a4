"""What `top_p` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.exercises.generation._shared import apart

FEWEST = Idea("the fewest tokens whose probabilities reach p stay, the others get −∞", weight=3.5, point=True)
BOUNDARY = Idea("who reaches p exactly is the last one in", weight=2)
TIES = Idea("of equals the later ones stay", weight=1)
ENDS = Idea("p = 0 leaves the best, p = 1 leaves all", weight=1.5)
REFUSED = Idea("a p that is no probability is refused", weight=1)
ALONE = Idea("the caller's scores stay as they are", weight=1)


@exercise(points=2, without=["transformers.generation.logits_process:TopPLogitsWarper"])
def top_p(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Which scores are left."""
    rows, vocabulary = draw.sizes(2, 5, 10)
    p = draw.choice([0.57, 0.63, 0.71, 0.83])

    yield "the docstring's example", lambda: _example(candidate, draw, p), FEWEST
    yield "one row", lambda: candidate(_unequal(draw, vocabulary), p), FEWEST
    yield "rows that keep different numbers of tokens", lambda: _widths(candidate, draw, vocabulary, p), FEWEST
    yield "two dimensions before the vocabulary", lambda: candidate(_unequal(draw, 2, rows, vocabulary), p), FEWEST
    yield "one token has more than p", lambda: _sure(candidate, draw, vocabulary, p), FEWEST
    yield "large scores", lambda: candidate(1000 + _unequal(draw, vocabulary), p), FEWEST
    yield "float64", lambda: candidate(_unequal(draw, rows, vocabulary).double(), p), FEWEST
    yield "tokens that are out already", lambda: _out(candidate, draw, vocabulary, p), FEWEST
    yield "not contiguous", lambda: candidate(_unequal(draw, rows, vocabulary).T.contiguous().T, p), FEWEST
    yield "called by names", lambda: candidate(p=p, scores=_unequal(draw, vocabulary)), FEWEST
    yield "how many of equals reach p exactly", lambda: _exact(candidate, draw), BOUNDARY
    yield "a hair below and above an exact sum", lambda: _hair(candidate, draw), BOUNDARY
    yield "which of equals", lambda: _equals(candidate, draw), TIES
    yield "p is zero", lambda: refusal(ValueError, candidate, _unequal(draw, rows, vocabulary), 0.0), ENDS
    yield "p is one", lambda: refusal(ValueError, candidate, _unequal(draw, rows, vocabulary), 1.0), ENDS
    yield "p is one, and there is a long tail", lambda: _tail(candidate, draw), ENDS
    yield "below zero, and above one", lambda: _refused(candidate, draw, vocabulary, p), REFUSED
    yield "the scores afterwards", lambda: with_arguments(candidate, _unequal(draw, rows, vocabulary), p), ALONE


def _unequal(draw: Draw, *shape: int) -> Tensor:
    """Scores in steps of a half, shuffled: the sums of their probabilities come nowhere near the drawn p."""
    return 2 * apart(draw, *shape)


def _example(candidate: Any, draw: Draw, p: float) -> Any:
    """The docstring's numbers, and others."""
    scores = torch.tensor([2.0, 0.0, 1.0], device=draw.device)
    return {"example": candidate(scores, 0.8), "other numbers": candidate(_unequal(draw, 6), p)}


def _widths(candidate: Any, draw: Draw, vocabulary: int, p: float) -> Any:
    """From a row that is sure to one that is not."""
    return candidate(torch.stack([apart(draw, vocabulary) * scale for scale in draw.shuffled([1, 3, 8])]), p)


def _sure(candidate: Any, draw: Draw, vocabulary: int, p: float) -> Any:
    scores = _unequal(draw, 2, vocabulary)
    scores[:, draw.integer(0, vocabulary)] += 12
    return candidate(scores, p)


def _out(candidate: Any, draw: Draw, vocabulary: int, p: float) -> Any:
    scores = _unequal(draw, 2, vocabulary)
    return candidate(scores.masked_fill(draw.mask(2, vocabulary, keep=0.4), -torch.inf), p)


def _row_of_equals(draw: Draw, equals: int, others: int) -> Tensor:
    """Some that share everything equally, among others that have nothing to speak of."""
    return torch.tensor(draw.shuffled([0.0] * equals + [-90.0] * others), device=draw.device)


def _exact(candidate: Any, draw: Draw) -> list[int]:
    """Eighths add up exactly."""
    counts = []
    for eighths in draw.shuffled(list(range(1, 8)))[:5]:
        left = candidate(_row_of_equals(draw, 8, draw.integer(1, 4)), eighths / 8)
        counts.append(int((left > -torch.inf).sum()))
    return counts


def _hair(candidate: Any, draw: Draw) -> list[int]:
    counts, (one, other) = [], draw.shuffled([2, 3, 4, 5, 6])[:2]
    for eighths, hair in draw.shuffled([(one, -0.01), (one, 0.01), (other, -0.01), (other, 0.01)]):
        left = candidate(_row_of_equals(draw, 8, draw.integer(1, 4)), eighths / 8 + hair)
        counts.append(int((left > -torch.inf).sum()))
    return counts


def _equals(candidate: Any, draw: Draw) -> Any:
    """Up to 16 numbers, torch's sort keeps the order of equals without being asked; the last row is longer."""
    few = [candidate(_row_of_equals(draw, 4, 3), p) for p in draw.shuffled([0.25, 0.4, 0.75])]
    return [*few, candidate(_row_of_equals(draw, 16, draw.integer(10, 20)), 0.4)]


def _tail(candidate: Any, draw: Draw) -> int:
    """Beside the first ones the last ones are lost in the rounding of a sum that is near 1; each has a probability."""
    tail = draw.integer(5, 50)
    scores = torch.tensor(draw.shuffled([0.0] * 4 + [-19.0 - step for step in range(tail)]), device=draw.device)
    return int((candidate(scores, 1.0) > -torch.inf).sum())


def _refused(candidate: Any, draw: Draw, vocabulary: int, p: float) -> dict[str, Any]:
    return {
        "below": refusal(ValueError, candidate, _unequal(draw, vocabulary), -p),
        "above": refusal(ValueError, candidate, _unequal(draw, vocabulary), 1 + p),
        "between": refusal(ValueError, candidate, _unequal(draw, vocabulary), p),
    }

"""What `top_k` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, shares_storage, with_arguments
from autograder.exercises.generation._shared import apart

LARGEST = Idea("the k largest of each row stay, the others get −∞", weight=3, point=True)
TIES = Idea("who is as large as the k-th stays", weight=2)
MANY = Idea("k may be larger than the vocabulary", weight=1)
REFUSED = Idea("a k below one is refused", weight=1)
ALONE = Idea("the caller's scores stay as they are", weight=1)


@exercise(points=1, without=["transformers.generation.logits_process:TopKLogitsWarper"])
def top_k(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Which scores are left."""
    rows, vocabulary = draw.sizes(2, 6, 12)
    k = draw.integer(2, 5)

    yield "the docstring's example", lambda: _example(candidate, draw), LARGEST
    yield "one row", lambda: candidate(apart(draw, vocabulary), k), LARGEST
    yield "a batch, its rows at different heights", lambda: _heights(candidate, draw, rows, vocabulary, k), LARGEST
    yield "a batch of one", lambda: candidate(apart(draw, 1, vocabulary), k), LARGEST
    yield "two dimensions before the vocabulary", lambda: candidate(apart(draw, 2, rows, vocabulary), k), LARGEST
    yield "only the best", lambda: candidate(apart(draw, rows, vocabulary), 1), LARGEST
    yield "nothing but scores below zero", lambda: candidate(apart(draw, vocabulary) - 9, k), LARGEST
    yield "large scores", lambda: candidate(1e6 * (1 + apart(draw, vocabulary)), k), LARGEST
    yield "float64 and bfloat16", lambda: _dtypes(candidate, draw, vocabulary, k), LARGEST
    yield "not contiguous", lambda: candidate(apart(draw, rows, vocabulary).T.contiguous().T, k), LARGEST
    yield "called by names", lambda: candidate(k=k, scores=apart(draw, vocabulary)), LARGEST
    yield "ties with the k-th", lambda: _ties(candidate, draw, k), TIES
    yield "ties above the k-th", lambda: _ties_above(candidate, draw, vocabulary), TIES
    yield "all are equal", lambda: candidate(draw.normal(1).expand(vocabulary).clone(), k), TIES
    yield "fewer than k are left", lambda: _few(candidate, draw, vocabulary), TIES
    yield "k is the whole vocabulary", lambda: candidate(apart(draw, rows, vocabulary), vocabulary), MANY
    yield "k is larger than the vocabulary", lambda: candidate(apart(draw, rows, vocabulary), vocabulary + k), MANY
    yield "zero, and below it", lambda: _refused(candidate, draw, vocabulary, k), REFUSED
    yield "the scores afterwards", lambda: with_arguments(candidate, apart(draw, rows, vocabulary), k), ALONE
    yield "whose memory it is", lambda: _memory(candidate, draw, vocabulary), ALONE


def _example(candidate: Any, draw: Draw) -> Any:
    """The docstring's numbers, and others."""
    scores = torch.tensor([1.0, 4.0, 2.0, 3.0], device=draw.device)
    return {"example": candidate(scores, 2), "other numbers": candidate(apart(draw, 5), 3)}


def _heights(candidate: Any, draw: Draw, rows: int, vocabulary: int, k: int) -> Any:
    """The worst score of one row lies above the best of another."""
    heights = 20 * draw.permutation(rows)[:, None]
    return candidate(apart(draw, rows, vocabulary) + heights, k)


def _dtypes(candidate: Any, draw: Draw, vocabulary: int, k: int) -> Any:
    return [candidate(apart(draw, vocabulary, dtype=dtype), k) for dtype in (torch.float64, torch.bfloat16)]


def _ties(candidate: Any, draw: Draw, k: int) -> Any:
    """In each row one score is larger, and k and more are the next ones."""
    rows = []
    for _ in range(3):
        above, below = draw.integer(1, 4) / 2, draw.integer(1, 4) / 2
        rows.append(torch.tensor(draw.shuffled([above] + [0.0] * (k + 1) + [-below] * 3), device=draw.device))
    return candidate(torch.stack(rows), k)


def _ties_above(candidate: Any, draw: Draw, vocabulary: int) -> Any:
    """Several share the first place; each counts for one of the k."""
    rows = []
    for best in draw.shuffled([2, 3]):
        values = [2.0] * best + [-step / 2 for step in range(vocabulary - best)]
        rows.append(torch.tensor(draw.shuffled(values), device=draw.device))
    return [candidate(torch.stack(rows), k) for k in draw.shuffled([2, 3, 4])]


def _few(candidate: Any, draw: Draw, vocabulary: int) -> Any:
    """An earlier filter has left fewer than k."""
    scores = apart(draw, 2, vocabulary)
    kept = scores >= scores.topk(2, dim=-1).values[:, -1:]
    return candidate(scores.masked_fill(~kept, -torch.inf), 4)


def _refused(candidate: Any, draw: Draw, vocabulary: int, k: int) -> dict[str, Any]:
    return {
        "zero": refusal(ValueError, candidate, apart(draw, vocabulary), 0),
        "below": refusal(ValueError, candidate, apart(draw, vocabulary), -k),
        "above": refusal(ValueError, candidate, apart(draw, vocabulary), 1),
    }


def _memory(candidate: Any, draw: Draw, vocabulary: int) -> dict[str, Any]:
    scores = apart(draw, vocabulary)
    result = candidate(scores, vocabulary + 1)
    return {"result": result, "memory": "the caller's" if shares_storage(result, scores) else "its own"}

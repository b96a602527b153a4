"""What `add_alibi` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

CHARGE = Idea("each head charges its slope for each place", weight=3, point=True)
LATER = Idea("what comes later is hidden", weight=2, point=True)


@exercise(points=1)
def add_alibi(candidate: Any, draw: Draw) -> Iterator[Step]:
    """A charge for distance."""
    logs, heads, lines = draw.sizes(3, 3, 8)
    keys = lines + draw.integer(2, 6)
    yield "the docstring's example", lambda: _example(candidate, draw), CHARGE
    for number in (1, 2, 4, 8):
        yield f"heads: {number}", partial(_heads, candidate, draw, number, lines), CHARGE
    yield "heads that are no power of two", lambda: _odd_heads(candidate, draw, lines), CHARGE
    yield "a memory before the page", lambda: candidate(draw.normal(heads, lines, keys)), CHARGE
    yield "one query and many keys", lambda: candidate(draw.normal(heads, 1, 30)), CHARGE
    yield "several logs", lambda: candidate(draw.normal(logs, heads, lines, keys)), CHARGE
    yield "as many heads as lines and logs", lambda: candidate(draw.normal(4, 4, 4, 4)), CHARGE
    yield "far away, float64", lambda: candidate(draw.normal(4, 2, 80, dtype=torch.float64))
    yield "what may be seen", lambda: _where(candidate, draw, heads, lines, keys), LATER
    yield "what may be seen, without a memory", lambda: _where(candidate, draw, heads, lines, lines), LATER
    yield "a later score that would win", lambda: candidate(_winner(draw, heads, lines, keys)), LATER
    yield "later scores that are infinite", lambda: candidate(_infinite(draw, heads, lines, keys)), LATER
    yield "gradients", lambda: _gradient(candidate, draw.normal(heads, lines, keys))
    yield "float16 and bfloat16", lambda: [candidate(draw.normal(2, 3, 9).to(kind)) for kind in HALVES]
    yield "turned tables", lambda: candidate(draw.normal(heads, keys, lines).mT)
    yield "called by names", lambda: candidate(scores=draw.normal(heads, lines, keys))
    yield "the scores are left alone", lambda: with_arguments(candidate, draw.normal(heads, lines, keys))


HALVES = (torch.float16, torch.bfloat16)


def _heads(candidate: Any, draw: Draw, heads: int, lines: int) -> Any:
    return candidate(draw.normal(heads, lines, lines))


def _odd_heads(candidate: Any, draw: Draw, lines: int) -> list[Any]:
    return [candidate(draw.normal(number, lines, lines)) for number in draw.shuffled((3, 6))]


def _where(candidate: Any, draw: Draw, heads: int, lines: int, keys: int) -> dict[str, Any]:
    """How many keys each query of one head may see, and what the first queries are left with."""
    result = candidate(draw.normal(heads, lines, keys))
    return {"keys that each query sees": (result > -torch.inf).sum(-1)[0].tolist(), "the first query": result[:, 0]}


def _winner(draw: Draw, heads: int, lines: int, keys: int) -> Tensor:
    """The last key has a score that no charge and no large number outweighs."""
    scores = draw.normal(heads, lines, keys)
    scores[..., -1] = 1e30
    return scores


def _infinite(draw: Draw, heads: int, lines: int, keys: int) -> Tensor:
    """What comes later is infinite or NaN, for all queries but the last."""
    scores = draw.normal(heads, lines, keys)
    for query in range(lines - 1):
        scores[:, query, keys - lines + query + 1 :] = draw.choice((torch.inf, torch.nan))
    return scores


def _gradient(candidate: Any, scores: Tensor) -> Any:
    def shares(leaf: Tensor) -> Tensor:
        result: Tensor = candidate(leaf).softmax(-1)
        return result

    return gradients(shares, scores, wrt=0)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    return [candidate(torch.zeros(1, 2, 2, device=draw.device) + 3), candidate(draw.normal(1, 2, 2))]

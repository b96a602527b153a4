"""What `rotate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal, with_arguments

TURN = Idea("each pair turns by its place and its speed", weight=3, point=True)
PAIRS = Idea("neighbours, or halves", weight=2, point=True)
PLACES = Idea("the places are those that are given", weight=2, point=True)
DIGITS = Idea("angles are computed in float32 or better", weight=1.5)


@exercise(points=2)
def rotate(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rotary positions."""
    n, logs = draw.sizes(2, 3, 7)
    d = draw.choice([14, 16, 18])  # more pairs than queries
    yield "the docstring's example", lambda: _example(candidate, draw), TURN
    yield "neighbours", lambda: candidate(draw.normal(n, d), torch.arange(n, device=draw.device)), TURN
    yield "one pair", lambda: candidate(draw.normal(n, 2), _places(draw, n)), TURN
    yield (
        "another base",
        lambda: candidate(draw.normal(n, d), _places(draw, n), base=draw.uniform(low=20, high=99).item()),
    )
    yield "as many places as numbers", lambda: candidate(draw.normal(8, 8), _places(draw, 8)), TURN
    yield "halves", lambda: candidate(draw.normal(n, d), _places(draw, n), halves=True), PAIRS
    yield "halves, one pair", lambda: candidate(draw.normal(n, 2), _places(draw, n), halves=True), PAIRS
    yield "halves, logs and heads", lambda: candidate(draw.normal(2, logs, n, d), _places(draw, n), halves=True), PAIRS
    yield "places in any order", lambda: candidate(draw.normal(n, d), draw.permutation(40)[:n]), PLACES
    yield "one query far on", lambda: candidate(draw.normal(logs, 1, d), _places(draw, 1)), PLACES
    yield "places before the beginning", lambda: candidate(draw.normal(n, d), -_places(draw, n)), PLACES
    yield "places with a fraction", lambda: candidate(draw.normal(n, d), draw.uniform(n, low=0, high=9)), PLACES
    yield "places of each log", lambda: candidate(draw.normal(logs, n, d), _places(draw, logs, n)), PLACES
    yield "places of each log, for all heads", lambda: candidate(draw.normal(logs, 2, n, d), _places(draw, logs, 1, n))
    yield "far places, float64", lambda: _far(candidate, draw, n, d), DIGITS
    yield "far places, bfloat16", lambda: _far(candidate, draw, n, d, torch.bfloat16), DIGITS
    yield "float16", lambda: _far(candidate, draw, n, d, torch.float16), DIGITS
    yield "one pair far on, bfloat16", lambda: _one_pair(candidate, draw, n, torch.bfloat16, 200), DIGITS
    yield "one pair far on, float16", lambda: _one_pair(candidate, draw, n, torch.float16, 1100), DIGITS
    yield "gradients", lambda: _gradients(candidate, draw, n, d)
    yield "turned tables", lambda: candidate(draw.normal(logs, d, n).mT, _places(draw, n))
    yield "no queries at all", lambda: list(candidate(draw.normal(logs, 0, d), _places(draw, 0)).shape)
    yield "an odd number", lambda: _refused(candidate, draw, n)
    yield "called by names", lambda: candidate(halves=True, base=50.0, positions=_places(draw, n), x=draw.normal(n, d))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(n, d), _places(draw, n))


def _places(draw: Draw, *shape: int) -> Tensor:
    return draw.integers(*shape, low=1, high=40)


def _far(candidate: Any, draw: Draw, n: int, d: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Odd places, which bfloat16 cannot hold, in both customs."""
    places = 2 * draw.integers(n, low=200, high=800) + 1
    return torch.stack([candidate(draw.normal(n, d).to(dtype), places, halves=halves) for halves in (False, True)])


def _one_pair(candidate: Any, draw: Draw, n: int, dtype: torch.dtype, low: int) -> list[Tensor]:
    """A pair of speed 1, at odd places that are rounded to even ones in this dtype; nothing else can be rounded."""
    shown = []
    for halves in (False, False, True, True):
        places = 2 * draw.integers(n, low=low, high=low + 300) + 1
        shown.append(candidate(draw.normal(n, 2).to(dtype), places, halves=halves))
    return shown


def _gradients(candidate: Any, draw: Draw, n: int, d: int) -> list[Any]:
    places = _places(draw, n)
    return [gradients(partial(candidate, positions=places, halves=h), draw.normal(n, d), wrt=0) for h in (False, True)]


def _refused(candidate: Any, draw: Draw, n: int) -> dict[str, Any]:
    return {
        "as it should be": candidate(draw.normal(n, 4), _places(draw, n)),
        "five numbers": refusal(ValueError, candidate, draw.normal(n, 5), _places(draw, n)),
        "one number": refusal(ValueError, candidate, draw.normal(n, 1), _places(draw, n)),
        "halves of seven": refusal(ValueError, candidate, draw.normal(n, 7), _places(draw, n), halves=True),
    }


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    x = torch.tensor([[1.0, 0.0], [1.0, 0.0]], device=draw.device)
    return [candidate(x, torch.tensor([0, 1], device=draw.device)), candidate(draw.normal(2, 2), _places(draw, 2))]

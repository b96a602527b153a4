"""What `attention_entropy` must show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments

SPREAD = Idea("one entropy a query", point=True)
ZERO = Idea("0·log 0 is 0", weight=2.5)
DIGITS = Idea("float64 to the digits that count", weight=1)


@exercise(points=2, without=[torch.special.entr, torch.distributions.Categorical])
def attention_entropy(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """How widely each query spreads its attention."""
    batch, heads, queries = draw.sizes(3, 2, 5)
    keys = draw.choice([5, 6, 7])
    scores = draw.normal(batch, queries, keys)
    shares, masked = scores.softmax(-1), scores.masked_fill(~draw.mask(batch, queries, keys), -torch.inf).softmax(-1)
    nothing = masked * draw.mask(batch, queries).unsqueeze(-1)
    yield "no batch", lambda: candidate(draw.normal(queries, keys).softmax(-1)), SPREAD
    yield "one query, no batch", lambda: candidate(draw.normal(1, keys).softmax(-1)), SPREAD
    yield "a batch", lambda: candidate(shares), SPREAD
    yield "two leading dimensions", lambda: candidate(draw.normal(batch, heads, queries, keys).softmax(-1)), SPREAD
    yield "one weight is nearly all", lambda: candidate(_nearly_all(draw, queries, keys)), SPREAD
    yield "some weights are zero", lambda: candidate(masked), ZERO
    yield "queries that look at nothing", lambda: candidate(nothing), ZERO
    yield "the same weight on some keys, none on others", lambda: candidate(_even(draw, keys)), ZERO
    yield "float16, with weights of zero", lambda: candidate(masked.half()), ZERO
    yield "float64", lambda: _below_the_largest(candidate, _nearly_even(draw, queries + 8)), DIGITS
    yield "bfloat16", lambda: candidate(shares.bfloat16())
    yield "gradients", lambda: gradients(candidate, shares, wrt=0)
    yield "called by name", lambda: candidate(weights=masked)
    yield "the input is left alone", lambda: with_arguments(candidate, nothing.clone())
    yield "the docstring's example", lambda: _example(candidate, draw.normal(2, 2).softmax(-1))


def _even(draw: Draw, keys: int) -> Tensor:
    """Rows in drawn order: the weight on one key, on all keys, on some."""
    counts = draw.shuffled([1, keys, draw.integer(2, keys + 1)])
    return torch.stack([(draw.permutation(keys) < count).float() / count for count in counts])


def _nearly_all(draw: Draw, queries: int, keys: int) -> Tensor:
    """Rows in which one key has nearly all the weight, and the others a ten thousandth or a hundred thousandth each."""
    scores = draw.normal(queries, keys) / 4
    scores[:, 0] += draw.uniform(queries, low=9, high=12)
    return scores[:, draw.permutation(keys)].softmax(-1)


def _nearly_even(draw: Draw, queries: int) -> Tensor:
    """Weights on six keys in float64, a few per cent apart."""
    steps = torch.linspace(-1, 1, 6, dtype=torch.float64, device=draw.device)
    rows = [steps[draw.permutation(6)] for _ in range(queries)]
    return (torch.stack(rows) * draw.uniform(queries, 1, low=0.025, high=0.035, dtype=torch.float64)).softmax(-1)


def _below_the_largest(candidate: Any, weights: Tensor) -> dict[str, Any]:
    """The dtype, and what is missing to the largest entropy of six weights, as a float32 of order one.

    A constant of 1e-9 or less inside the logarithm stays below the tolerance; one of 1e-8 does not.
    """
    entropy = candidate(weights)
    return {"dtype": entropy.dtype, "10⁴ · (log 6 - entropy)": (1e4 * (math.log(6) - entropy)).float()}


def _example(candidate: Any, drawn: Tensor) -> list[Tensor]:
    """The docstring's, and other weights."""
    return [candidate(torch.tensor([[0.5, 0.5], [0.25, 0.75]], device=drawn.device)), candidate(drawn)]

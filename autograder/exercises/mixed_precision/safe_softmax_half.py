"""What `safe_softmax_half` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.engine.tolerance import Leeway

SOFTMAX = [
    torch.softmax, torch.Tensor.softmax, F.softmax, torch.log_softmax, torch.Tensor.log_softmax, F.log_softmax,
    torch.special.softmax, torch.special.log_softmax, F.softmin, torch.logsumexp, torch.Tensor.logsumexp,
    F.scaled_dot_product_attention, nn.Softmax, nn.LogSoftmax,
]  # fmt: skip


INSIDE = Idea("float32 inside, rounded once", weight=2.5, point=True)
HIDDEN = Idea("a hidden key counts nothing", weight=2.0)
NOTHING = Idea("a query that may look at nothing", weight=1.0)
LEFT = Idea("any shape, any size, and the inputs are left alone", weight=0.5)

HALF, BRAIN = torch.float16, torch.bfloat16


@exercise(
    points=3,
    without=SOFTMAX,
    leeway=Leeway(factor=0.08, reason="a weight is rounded once: one step of float16 or bfloat16 either way, no more"),
)
def safe_softmax_half(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Softmax of half-precision scores: float32 inside, rounded once."""
    (batch, queries), keys = draw.sizes(2, 2, 5), draw.integer(5, 8)

    def of(scores: Tensor, dtype: torch.dtype = HALF) -> Thunk:
        return lambda: candidate(scores.to(dtype))

    yield "the docstring's example", _example(candidate, draw), INSIDE
    yield "one row, no batch", of(draw.normal(keys)), INSIDE
    yield "float16", of(draw.normal(batch, queries, keys)), INSIDE
    yield "bfloat16", of(draw.normal(batch, queries, keys), BRAIN), INSIDE
    yield "scores of several hundred", of(200 * draw.normal(3, keys)), INSIDE
    yield "rows at both ends of float16", of(_both_ends(draw, keys)), INSIDE
    yield "small weights beside a large one", _small_weights(candidate, draw, HALF), INSIDE
    yield "small weights beside a large one, bfloat16", _small_weights(candidate, draw, BRAIN), INSIDE
    yield "more than 66,000 keys alike", _many(candidate, draw), INSIDE
    yield from _masked(candidate, draw, batch, queries, keys)
    yield from _nothing_to_see(candidate, draw, batch, queries, keys)
    yield "bfloat16 scores of 10³⁰", of(1e30 * draw.normal(batch, queries, keys), BRAIN), LEFT
    yield "one key", of(draw.normal(queries, 1)), LEFT
    yield "not contiguous", of(draw.normal(keys, batch, queries).permute(1, 2, 0)), LEFT
    scores, mask = draw.normal(queries, keys, dtype=HALF), draw.mask(queries, keys)
    yield "the inputs are left alone", lambda: with_arguments(candidate, scores, mask), LEFT


def _masked(candidate: Any, draw: Draw, batch: int, queries: int, keys: int) -> Iterator[Step]:
    scores = draw.normal(batch, queries, keys)
    last, lowest = draw.mask(keys), _two_or_more(draw, queries, keys)
    huge = scores.masked_fill(~last, 6e4)
    far = 32 * draw.integers(batch, queries, keys, high=8)
    deep = -1e30 * draw.uniform(batch, queries, 1, low=0.5, high=2.0).expand(batch, queries, keys)
    yield "masked", _hiding(candidate, scores.half(), draw.mask(batch, queries, keys)), HIDDEN
    yield "masked, bfloat16", _hiding(candidate, scores.bfloat16(), draw.mask(batch, 1, keys)), HIDDEN
    yield "one mask for a whole batch", _hiding(candidate, scores.half(), draw.mask(queries, keys)), HIDDEN
    yield "the largest scores are hidden", _hiding(candidate, huge.half(), last), HIDDEN
    yield "visible scores below -60,000", _hiding(candidate, (-6e4 - far).half().where(lowest, 0), lowest), HIDDEN
    bottom = torch.full_like(scores, torch.finfo(HALF).min).where(lowest, 0)
    yield "visible scores of the lowest number", _hiding(candidate, bottom.half(), lowest), HIDDEN
    yield (
        "visible scores of -10³⁰",
        _hiding(candidate, deep.bfloat16().where(lowest, 0), lowest),
        HIDDEN,
    )


def _two_or_more(draw: Draw, queries: int, keys: int) -> Tensor:
    """A mask in which each query sees at least two keys, and not all."""
    mask, order = draw.mask(queries, keys), draw.permutation(keys)
    mask[:, order[:2]], mask[:, order[2]] = True, False
    return mask


def _hiding(candidate: Any, scores: Tensor, mask: Tensor) -> Thunk:
    """The weights, and all that lies on hidden keys: exactly 0."""

    def look() -> Any:
        weights = candidate(scores, mask=mask)
        hidden = ~mask.expand_as(scores)
        return {"weights": weights, "on hidden keys": weights.double()[hidden].sum()}

    return look


def _nothing_to_see(candidate: Any, draw: Draw, batch: int, queries: int, keys: int) -> Iterator[Step]:
    scores, mask = draw.normal(batch, queries, keys, dtype=HALF), draw.mask(batch, queries, keys)
    mask[draw.integer(0, batch), draw.integer(0, queries)] = False
    row, none = draw.normal(keys, dtype=BRAIN), torch.zeros(keys, dtype=torch.bool, device=draw.device)
    some = draw.mask(keys)
    yield "one such query", lambda: candidate(scores, mask), NOTHING
    yield "one row, all hidden; and some", lambda: [candidate(row, none), candidate(row, some)], NOTHING
    yield "gradients, masked", lambda: gradients(candidate, scores, mask=mask), NOTHING


def _example(candidate: Any, draw: Draw) -> Thunk:
    example = torch.tensor([60000.0, 60000.0, -60000.0], dtype=HALF, device=draw.device)
    others = draw.normal(4, dtype=HALF)
    return lambda: [candidate(example), candidate(others)]


def _both_ends(draw: Draw, keys: int) -> Tensor:
    """Rows about -60,000, 60,000 and 5; scores within a row lie 32 apart, or as near as they like at 5."""
    ends = draw.choice([-60000.0, -59000.0]), draw.choice([60000.0, 59000.0])
    middle = torch.tensor([*ends, 5.0], device=draw.device).unsqueeze(-1)
    return (middle + 20 * draw.normal(3, keys))[draw.permutation(3)]


def _small_weights(candidate: Any, draw: Draw, dtype: torch.dtype) -> Thunk:
    """One score of 8.5, others between -0.6 and 0: the differences need more digits than a half has. The weights of
    the others, times 1024."""
    scores = -0.6 * draw.uniform(4, 30)
    scores[:, 0] = 8.5
    return lambda: candidate(scores.to(dtype))[:, 1:] * 1024


def _many(candidate: Any, draw: Draw) -> Thunk:
    """As many keys that exp and sum overflow in float16; another number of them for each seed."""
    keys, score = draw.integer(66_000, 130_000), draw.normal(dtype=HALF)

    def look() -> Any:
        weights = candidate(score.expand(2, keys).clone())
        return {"shape": list(weights.shape), "three of them, times 1024": weights[1, -3:] * 1024}

    return look

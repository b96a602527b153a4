"""What `cross_attention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import D_K, far_apart, large, on_copies, right_padded, scored

LOOKS = Idea("the target looks at the whole source", weight=1.5, point=True)
PADDING = Idea("padding has no influence", weight=2, point=True)
PADDING_LOW = Idea("padding has no influence, wherever the scores lie")
NOTHING = Idea("zeros where the source is all padding", weight=1)


@exercise(points=2, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def cross_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """One sequence looks at another: the mended decoder."""
    width, d_v = draw.choice([7, 9]), draw.choice([6, 11])
    d_k = draw.choice([8, 10])  # its root is no whole number
    batch, words = draw.sizes(2, 2, 5)
    length = draw.integer(5, 8)
    weights = tuple(draw.normal(width, size) / 3 for size in (d_k, d_k, d_v))
    target, source = draw.normal(batch, words, width), draw.normal(batch, length, width)
    real, one = right_padded(draw, batch, length), draw.integer(0, batch)
    real[one, 1:] = False  # so much padding that a mask by position reaches it
    everything = torch.ones_like(real)
    fresh = on_copies(candidate)
    yield "no batch, no padding", lambda: fresh(target[0], source[0], everything[0], *weights), LOOKS
    yield "no padding", lambda: fresh(target, source, everything, *weights), LOOKS
    longer = draw.normal(batch, length + 2, width)
    yield "a target longer than its source", lambda: fresh(longer, source, everything, *weights), LOOKS
    yield "one target word", lambda: fresh(target[:, :1], source, everything, *weights), LOOKS
    yield "no batch, padding", lambda: fresh(target[one], source[one], real[one], *weights), PADDING
    yield "padding", lambda: fresh(target, source, real, *weights), PADDING
    yield "padding in front", lambda: fresh(target, source, real.flip(-1), *weights), PADDING
    between = draw.mask(batch, length)
    between[:, 0], between[:, 1], between[:, -1] = True, False, True
    yield "padding in between", lambda: fresh(target, source, between, *weights), PADDING
    square = draw.normal(batch, batch, width)
    yield "as many sentences as target words", lambda: fresh(square, source, real, *weights), PADDING
    yield (
        "other numbers in the padding",
        lambda: fresh(target, _repadded(draw, source, real), real, *weights),
        PADDING,
    )
    yield "padding whose scores would win", lambda: fresh(*_winning(draw, real)), PADDING
    yield "scores of several hundred", lambda: candidate(*_unhidden(draw, *large(draw)))
    yield "scores that lie hundreds apart", lambda: candidate(*_unhidden(draw, *far_apart(draw)))
    yield "words whose scores lie thousands below", lambda: _losing(candidate, draw, real, 1), PADDING_LOW
    yield "words whose scores lie millions below", lambda: _losing(candidate, draw, real, 100), PADDING_LOW
    empty = real & (torch.arange(batch, device=draw.device) != one).unsqueeze(-1)
    yield "a source that is all padding", lambda: fresh(target, source, empty, *weights), NOTHING
    yield "a batch that is all padding", lambda: fresh(target, source, ~everything, *weights), NOTHING
    yield "gradients", lambda: gradients(lambda t, s: candidate(t, s, real, *weights), target, source)
    yield "float64", lambda: _in(torch.float64, fresh, real, target, source, *weights)
    yield "bfloat16", lambda: _in(torch.bfloat16, fresh, real, target, source, *weights)
    yield "float16", lambda: _in(torch.float16, fresh, real, target, source, *weights)
    yield "called by names", lambda: fresh(**_named(target, source, real, weights))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_copies(target, source, real, *weights))
    yield "the docstring's example", lambda: _example(candidate, draw.normal(1, 2))


def _in(dtype: torch.dtype, candidate: Any, real: Tensor, *inputs: Tensor) -> Tensor:
    target, source, *weights = (item.to(dtype) for item in inputs)
    result: Tensor = candidate(target, source, real, *weights)
    return result


def _repadded(draw: Draw, source: Tensor, real: Tensor) -> Tensor:
    """`source` with other numbers where it is padding."""
    return torch.where(real.unsqueeze(-1), source, 10 * draw.normal(*source.shape))


def _winning(draw: Draw, real: Tensor) -> tuple[Tensor, ...]:
    """The scores of the padding are the largest by far."""
    above = draw.integers(*real.shape[:1], 3, 1, low=60, high=80)
    above[:, 1:] += 140
    return _plain(draw, torch.where(real.unsqueeze(-2), 0, above), real)


def _unhidden(draw: Draw, query: Tensor, key: Tensor) -> tuple[Tensor, ...]:
    """Sentences that are queries and keys already, and no padding."""
    units = torch.eye(D_K, device=draw.device)
    return query, key, torch.ones_like(key[..., 0]).bool(), units, units, draw.normal(D_K, 3)


def _losing(candidate: Any, draw: Draw, real: Tensor, thousands: int) -> Tensor:
    """Words with scores of −15 to −45 times so many thousands, and padding with scores of about 0."""
    below = 1000 * thousands * draw.integers(*real.shape[:1], 3, 1, low=15, high=45)
    target, source, _, *weights = _plain(draw, torch.where(real.unsqueeze(-2), -below, 0), real)
    return candidate(target.double(), source.double(), real, *(item.double() for item in weights)).float()


def _plain(draw: Draw, scores: Tensor, real: Tensor) -> tuple[Tensor, ...]:
    """Sentences that are queries and keys already, with these scores."""
    units = torch.eye(D_K, device=draw.device)
    return *scored(draw, scores), real, units, units, draw.normal(D_K, 3)


def _named(target: Tensor, source: Tensor, real: Tensor, weights: tuple[Tensor, ...]) -> dict[str, Tensor]:
    w_q, w_k, w_v = weights
    return {"w_v": w_v, "w_k": w_k, "w_q": w_q, "real": real, "source": source, "target": target}


def _copies(*inputs: Tensor) -> list[Tensor]:
    return [item.clone() for item in inputs]


def _example(candidate: Any, drawn: Tensor) -> list[Tensor]:
    """The docstring's, and another target."""
    everything = torch.tensor([True, True], device=drawn.device)
    source = torch.tensor([[1.0, 3.0], [5.0, 5.0]], device=drawn.device)
    units = 3 * [torch.eye(2, device=drawn.device)]
    targets = [torch.zeros(1, 2, device=drawn.device), drawn]
    return [candidate(target, source, everything, *units) for target in targets]

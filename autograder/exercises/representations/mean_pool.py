"""What `mean_pool` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

MEAN = Idea("each text's mean over its own real tokens", weight=3, point=True)
ANYTHING = Idea("padding may hold anything", weight=1.5)
NOTHING = Idea("a text without a real token gets zeros", weight=1)
NARROW = Idea("in float16 the sum may exceed what float16 can hold", weight=1)


@exercise(points=2)
def mean_pool(candidate: Any, draw: Draw) -> Iterator[Step]:
    """One vector for each text."""
    batch, tokens, width = draw.sizes(3, 3, 9)

    def states(**options: Any) -> Tensor:
        return draw.normal(batch, tokens, width, **options)

    def real(*lengths: int) -> Tensor:
        return (torch.arange(tokens, device=draw.device) < torch.tensor(lengths, device=draw.device)[:, None]).long()

    def lengths() -> list[int]:
        return [draw.integer(2, tokens + 1) for _ in range(batch - 1)] + [tokens]

    yield "the docstring's example", lambda: _example(candidate, draw), MEAN
    yield "one text", lambda: candidate(draw.normal(1, tokens, width), real(draw.integer(2, tokens))), MEAN
    yield "padding behind", lambda: candidate(states(), real(*draw.shuffled(lengths()))), MEAN
    yield "padding in front", lambda: candidate(states(), real(*draw.shuffled(lengths())).flip(1)), MEAN
    yield "padding in between", lambda: candidate(states(), draw.mask(batch, tokens).long()), MEAN
    yield "padding that is large", lambda: candidate(*_large(states(), draw.mask(batch, tokens))), MEAN
    yield "nothing but real tokens", lambda: candidate(states(), real(*[tokens] * batch)), MEAN
    yield "a real token of zeros", lambda: candidate(*_of_zeros(states(), draw.mask(batch, tokens))), MEAN
    yield "one token", lambda: candidate(draw.normal(batch, 1, width), real(*[1] * batch)[:, :1]), MEAN
    yield "a boolean mask", lambda: candidate(states(), draw.mask(batch, tokens)), MEAN
    yield "NaN at padding", lambda: candidate(*_junk(states(), draw.mask(batch, tokens), torch.nan)), ANYTHING
    yield "∞ at padding", lambda: candidate(*_junk(states(), draw.mask(batch, tokens), torch.inf)), ANYTHING
    yield "a NaN at a real token", lambda: candidate(*_seen(draw, states(), draw.mask(batch, tokens))), ANYTHING
    yield "only padding in one text", lambda: candidate(states(), _empty(draw, batch, tokens)), NOTHING
    yield "gradients", lambda: _gradients(candidate, states(), _empty(draw, batch, tokens))
    yield "float16, and a long text", lambda: _long(candidate, draw, width), NARROW
    yield "float64 and bfloat16", lambda: _dtypes(candidate, draw, (batch, tokens, width))
    yield "not contiguous", lambda: candidate(*_turned(draw, width, tokens, batch))
    yield "called by names", lambda: candidate(mask=draw.mask(batch, tokens).long(), states=states())
    yield "the arguments afterwards", lambda: with_arguments(candidate, states(), draw.mask(batch, tokens).long())


def _turned(draw: Draw, *sizes: int) -> tuple[Tensor, Tensor]:
    """States and a mask whose strides are those of (feature, token, batch)."""
    return draw.normal(*sizes).permute(2, 1, 0), draw.mask(*sizes[1:]).T.long()


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's numbers, and others."""
    states = torch.tensor([[[1.0, 2.0], [3.0, 0.0], [9.0, 9.0]]], device=draw.device)
    mask = torch.tensor([[1, 1, 0]], device=draw.device)
    return {"example": candidate(states, mask), "other numbers": candidate(draw.normal(1, 3, 4), mask)}


def _large(states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return torch.where(mask[..., None], states, 1000 + states), mask.long()


def _junk(states: Tensor, mask: Tensor, junk: float) -> tuple[Tensor, Tensor]:
    return states.masked_fill(~mask[..., None], junk), mask.long()


def _of_zeros(states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """In each text the vector of one real token is zero; it counts like any other."""
    for text, real in enumerate(mask):
        states[text, int(real.nonzero()[0])] = 0
    return states, mask.long()


def _seen(draw: Draw, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """One number of one real token is NaN."""
    text, number = draw.integer(0, len(states)), draw.integer(0, states.shape[2])
    states[text, int(mask[text].nonzero()[0]), number] = torch.nan
    return states, mask.long()


def _empty(draw: Draw, batch: int, tokens: int) -> Tensor:
    mask = draw.mask(batch, tokens).long()
    mask[draw.integer(0, batch)] = 0
    return mask


def _gradients(candidate: Any, states: Tensor, mask: Tensor) -> Any:
    return gradients(lambda leaf: candidate(leaf, mask), states, wrt=0)


def _long(candidate: Any, draw: Draw, width: int) -> Any:
    """Two hundred tokens of about a thousand: the sum is far above 65,504, the mean is not."""
    about = draw.uniform(2, 1, width, low=600.0, high=3000.0)
    states = (about + 100 * draw.normal(2, 200, width)).half()
    return candidate(states, draw.mask(2, 200).long())


def _dtypes(candidate: Any, draw: Draw, shape: tuple[int, ...]) -> Any:
    mask = draw.mask(*shape[:2]).long()
    return [candidate(draw.normal(*shape, dtype=dtype), mask) for dtype in (torch.float64, torch.bfloat16)]

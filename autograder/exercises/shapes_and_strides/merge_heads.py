"""What `merge_heads` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.shapes_and_strides._shared import expanded, in_each_dtype, three_ways

LAID = Idea("the heads lie side by side in each row", weight=3, point=True)
LEADING = Idea("whatever dimensions stand in front", weight=2)


@exercise(points=2, without=["einops:rearrange"])
def merge_heads(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The heads, laid side by side again."""
    batch, heads, time, d = draw.sizes(4, 2, 7)
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.normal(1, d, time, 2))], LAID
    yield "a batch", lambda: candidate(draw.normal(batch, heads, time, d)), LAID
    yield "a batch of one", lambda: candidate(draw.normal(1, heads, time, d)), LAID
    yield "what splitting gave", lambda: candidate(_split(draw.normal(batch, time, heads * d), heads)), LAID
    yield "no batch", lambda: candidate(draw.normal(heads, time, d)), LEADING
    yield "two dimensions in front", lambda: candidate(draw.normal(batch, 2, heads, time, d)), LEADING
    yield "one head, one step, one number", lambda: _ones(candidate, draw, batch, heads, time, d)
    yield "no time", lambda: candidate(draw.normal(batch, heads, 0, d))
    yield "a batch of none", lambda: candidate(draw.normal(0, heads, time, d))
    for name in ("transposed", "every second number", "a window of a larger one"):
        yield name, lambda name=name: candidate(three_ways(draw, batch, heads, time, d)[name]), LAID  # type: ignore[misc]
    yield "one item, many times", lambda: candidate(expanded(draw, batch, heads, time, d)), LAID
    yield "dtypes", lambda: [candidate(x) for x in in_each_dtype(draw, 2, heads, time, d)]
    yield "gradients", lambda: gradients(candidate, draw.normal(batch, heads, time, d), wrt=0)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(batch, heads, time, d))


def _split(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, x.shape[-1] // heads)).transpose(-3, -2)


def _ones(candidate: Any, draw: Draw, batch: int, heads: int, time: int, d: int) -> list[Tensor]:
    shapes = ((batch, 1, time, d), (batch, heads, 1, d), (batch, heads, time, 1))
    return [candidate(draw.normal(*shape)) for shape in shapes]


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]], device=draw.device))

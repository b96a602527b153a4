"""What `split_heads` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients
from autograder.exercises.shapes_and_strides._shared import expanded, in_each_dtype, lies_in, three_ways, view_of

CUT = Idea("a head is the same part of every row", weight=3, point=True)
LEADING = Idea("whatever dimensions stand in front", weight=2)
SHARED = Idea("nothing is copied", weight=2)


@exercise(points=2, without=["einops:rearrange"])
def split_heads(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The numbers of each row, dealt out to heads."""
    batch, time, heads, d = draw.sizes(4, 2, 7)
    width = heads * d
    yield (
        "the docstring's example",
        lambda: [_example(candidate, draw), candidate(draw.normal(time, width), d)],
        LEADING,
    )
    yield "a batch", lambda: candidate(draw.normal(batch, time, width), heads), CUT
    yield "a batch of one", lambda: candidate(draw.normal(1, time, width), heads), CUT
    yield "by its parameters' names", lambda: candidate(x=draw.normal(batch, time, width), heads=d), CUT
    yield "no batch", lambda: candidate(draw.normal(time, width), heads), LEADING
    yield "two dimensions in front", lambda: candidate(draw.normal(batch, 2, time, width), heads), LEADING
    yield "one head", lambda: candidate(draw.normal(batch, time, width), 1)
    yield "heads of one number", lambda: candidate(draw.normal(batch, time, heads), heads)
    yield "no time", lambda: candidate(draw.normal(batch, 0, width), heads)
    yield "a batch of none", lambda: candidate(draw.normal(0, time, width), heads)
    yield "a view", lambda: view_of(candidate, draw.normal(batch, time, width), heads), SHARED
    for name in ("transposed", "every second number", "a window of a larger one"):
        yield name, lambda name=name: view_of(candidate, three_ways(draw, batch, time, width)[name], heads), SHARED  # type: ignore[misc]
    yield "one sequence, many times", lambda: lies_in(candidate, expanded(draw, batch, time, width), heads), SHARED
    yield "dtypes", lambda: [candidate(x, heads) for x in in_each_dtype(draw, time, width)]
    yield "gradients", lambda: gradients(lambda x: candidate(x, heads), draw.normal(batch, time, width), wrt=0)


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]], device=draw.device), 2)

"""What `flatten_features` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients
from autograder.exercises.shapes_and_strides._shared import expanded, in_each_dtype, lies_in, three_ways, view_of

FLATTENED = Idea("one row for each item, with all its numbers in order", weight=3, point=True)
EMPTY = Idea("a batch of none, and items without numbers")
SHARED = Idea("nothing is copied where nothing has to be")


@exercise(points=1, without=[torch.flatten, Tensor.flatten, nn.Flatten])
def flatten_features(candidate: Any, draw: Draw) -> Iterator[Step]:
    """All dimensions but the first become one."""
    n, a, b, c = draw.sizes(4, 2, 7)
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.normal(b, a, 2))], FLATTENED
    yield "a batch of pictures", lambda: candidate(draw.normal(n, a, b, c)), FLATTENED
    yield "a batch of rows", lambda: candidate(draw.normal(n, a)), FLATTENED
    yield "a batch of one", lambda: candidate(draw.normal(1, a, b)), FLATTENED
    yield "one number in each item", lambda: [candidate(draw.normal(n)), candidate(draw.normal(n, 1, 1))]
    for name in ("transposed", "every second number", "a window of a larger one"):
        yield name, lambda name=name: candidate(three_ways(draw, n, a, b)[name]), FLATTENED  # type: ignore[misc]
    yield "channels last", lambda: candidate(_channels_last(draw.normal(n, a, b, c))), FLATTENED
    yield "a batch of none", lambda: candidate(draw.normal(0, a, b)), EMPTY
    yield "items without numbers", lambda: [candidate(draw.normal(n, 0, a)), candidate(draw.normal(b, c, 0))], EMPTY
    yield "a view", lambda: view_of(candidate, draw.normal(n, a, b)), SHARED
    yield (
        "a view of some rows of each item",
        lambda: view_of(candidate, draw.normal(n + 2, a + 3, b)[1:, 2 : a + 2]),
        SHARED,
    )
    yield "one item, many times", lambda: lies_in(candidate, expanded(draw, n, a, b)), SHARED
    yield "dtypes", lambda: [candidate(x) for x in in_each_dtype(draw, n, a, b)]
    yield "gradients", lambda: gradients(candidate, draw.normal(n, a, b), wrt=0)


def _example(candidate: Any, draw: Draw) -> Tensor:
    return candidate(torch.tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], device=draw.device))


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)

"""What `contiguous_strides` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise

READY_MADE = [Tensor.stride, "torch._prims_common:make_contiguous_strides_for"]
STEPS = Idea("a step is the product of the sizes behind it", weight=3, point=True)
ONES = Idea("sizes of one and of zero")


@exercise(points=1, without=READY_MADE)
def contiguous_strides(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The steps of a tensor whose numbers lie in their order."""
    a, b, c, d = draw.sizes(4, 2, 40)
    yield "the docstring's example", lambda: [candidate((3, 4)), candidate((b, a))], STEPS
    yield "a table", lambda: candidate((a, b)), STEPS
    yield "three dimensions", lambda: candidate((a, b, c)), STEPS
    yield "four dimensions", lambda: candidate((d, c, a, b)), STEPS
    yield "large sizes", lambda: candidate((draw.integer(5, 9), 10**6 + a, 10**6 + b)), STEPS
    yield "a vector, and a single number", lambda: {
        "a table": candidate((c, d)), "a vector": candidate((a,)), "a number": candidate(()),
    }  # fmt: skip
    yield "sizes of one", lambda: [candidate((1, a)), candidate((a, 1)), candidate((b, 1, c, 1))], ONES
    yield "sizes of zero", lambda: [candidate((a, 0, b)), candidate((0, c, d)), candidate((b, c, 0))], ONES
    yield "a torch.Size and a list", lambda: _containers(candidate, a, b, c)


def _containers(candidate: Any, a: int, b: int, c: int) -> dict[str, object]:
    result = candidate(torch.Size((a, c)))
    sizes = [c, b, a]
    return {
        "of a torch.Size": result,
        "what comes back is a": type(result).__name__,
        "of a list": candidate(sizes),
        "the list afterwards": sizes,
    }

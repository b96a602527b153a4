"""What `unbind` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal, shares_storage
from autograder.exercises.shapes_and_strides._shared import expanded, in_each_dtype, three_ways

SLICES = Idea("one slice for each index, without the dimension", weight=3, point=True)
VIEWS = Idea("each slice is a view", weight=3, point=True)
FEW = Idea("one slice, or none")
FLOW = Idea("gradients flow back")


@exercise(points=2, without=[torch.unbind, Tensor.unbind])
def unbind(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The slices of a tensor along a dimension."""
    a, b, c = draw.sizes(3, 2, 7)
    yield "the docstring's example", lambda: [_example(candidate, draw), candidate(draw.normal(b, 2), 1)], SLICES
    yield "the rows of a table", lambda: candidate(draw.normal(a, b), 0), SLICES
    yield "each of three dimensions", lambda: [candidate(draw.normal(a, b, c), dim) for dim in (0, 1, 2)], SLICES
    yield (
        "dimensions counted from the end",
        lambda: [candidate(draw.normal(a, b, c), -dim) for dim in (1, 2, 3)],
        SLICES,
    )
    yield "without a dimension", lambda: candidate(draw.normal(b, a, c)), SLICES
    yield "called by its parameters' names", lambda: candidate(x=draw.normal(a, c), dim=1), SLICES
    yield "numbers from a vector", lambda: candidate(draw.normal(a), draw.choice([0, -1]))
    yield "a single slice", lambda: candidate(draw.normal(a, 1, b), 1), FEW
    yield "other sizes of one", lambda: [candidate(draw.normal(1, a, 1), 1), candidate(draw.normal(b, 1), 0)], FEW
    yield "no slice", lambda: [candidate(draw.normal(a, 0), 1), candidate(draw.normal(a, b), 1)], FEW
    yield "slices without numbers", lambda: candidate(draw.normal(a, 0, b), 0), FEW
    yield "what is written to a slice", lambda: _written(candidate, draw, draw.normal(a, b, c)), VIEWS
    for name in ("transposed", "every second number", "a window of a larger one"):
        yield (
            f"{name}, written to",
            lambda name=name: _written(  # type: ignore[misc]
                candidate, draw, three_ways(draw, c, a, b)[name]
            ),
            VIEWS,
        )
    yield "one table, many times", lambda: _shared(candidate, expanded(draw, a, b, c), draw.choice([0, 1, 2]))
    yield "dtypes", lambda: [candidate(x, 1) for x in in_each_dtype(draw, a, b)]
    yield (
        "gradients",
        lambda: gradients(lambda x: torch.stack(_several(candidate(x, 1))), draw.normal(a, b, c), wrt=0),
        FLOW,
    )
    yield "what comes back", lambda: _container(candidate, draw.normal(a, b))
    yield "no such dimension", lambda: _refusals(candidate, draw, a, b)


def _example(candidate: Any, draw: Draw) -> Any:
    return candidate(torch.tensor([[1, 2, 3], [4, 5, 6]], device=draw.device), 1)


def _several(slices: Any) -> list[Tensor]:
    """Iterating over a tensor would call `unbind`, and the answer would be blamed for it."""
    if isinstance(slices, Tensor):
        raise TypeError("one tensor came back, where a tuple of tensors is promised")
    return list(slices)


def _written(candidate: Any, draw: Draw, x: Tensor) -> dict[str, object]:
    """Each slice's own number is written into it: x shows them all."""
    dim = draw.choice([0, 1, 2])
    slices = _several(candidate(x, dim))
    shared = [shares_storage(one, x) for one in slices]
    for number, one in enumerate(slices):
        one[(-1,) * one.dim()] = 70.0 + number
    return {"all lie in the memory of x": all(shared), "how many": len(shared), "x after writing to the slices": x}


def _shared(candidate: Any, x: Tensor, dim: int) -> dict[str, object]:
    slices = _several(candidate(x, dim))
    return {"slices": slices, "all lie in the memory of x": all(shares_storage(one, x) for one in slices)}


def _container(candidate: Any, x: Tensor) -> dict[str, object]:
    slices = candidate(x)
    return {"what comes back is a": type(slices).__name__, "slices": slices}


def _refusals(candidate: Any, draw: Draw, a: int, b: int) -> dict[str, object]:
    x = draw.normal(a, b)
    found = {f"dimension {dim}": refusal(IndexError, candidate, x, dim) for dim in (2, -3)}
    return {"slices": candidate(x, 1), **found, "of a number": refusal(IndexError, candidate, draw.normal(), 0)}

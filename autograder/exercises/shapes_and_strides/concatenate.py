"""What `concatenate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal, with_arguments
from autograder.exercises.shapes_and_strides._shared import expanded, three_ways

READY_MADE = [
    torch.cat, torch.concat, torch.concatenate, torch.stack, torch.hstack, torch.vstack, torch.dstack, torch.row_stack,
    torch.column_stack, torch.block_diag, torch.cartesian_prod,
]  # fmt: skip
JOINED = Idea("one after the other along a dimension", weight=3, point=True)
KINDS = Idea("the dtype that holds them all", weight=2)
NEW = Idea("the memory is new, and gradients flow back")
REFUSED = Idea("what does not fit is refused")


@exercise(points=2, without=READY_MADE)
def concatenate(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Tensors, one after the other."""
    a, b, c, d = draw.sizes(4, 2, 7)
    yield (
        "the docstring's example",
        lambda: [_example(candidate, draw), candidate([draw.normal(a, 2), draw.normal(b, 2)])],
    )
    yield "rows below rows", lambda: candidate([draw.normal(a, c), draw.normal(b, c), draw.normal(1, c)], 0), JOINED
    yield "columns beside columns", lambda: candidate([draw.normal(a, b), draw.normal(a, c)], 1), JOINED
    yield "each of three dimensions", lambda: _each(candidate, draw, (a, b, c), (0, 1, 2)), JOINED
    yield "dimensions counted from the end", lambda: _each(candidate, draw, (a, b, c), (-1, -2, -3)), JOINED
    yield (
        "vectors, by the parameters' names",
        lambda: candidate(tensors=[draw.normal(a), draw.normal(d)], dim=0),
        JOINED,
    )
    yield "as many rows as tensors", lambda: candidate([draw.normal(2, 2), draw.normal(2, 2)], 1)
    yield "a tuple of one", lambda: _alone(candidate, draw.normal(a, b), draw.choice([0, 1])), NEW
    yield "one of them has nothing", lambda: candidate([draw.normal(a, b), draw.normal(a, 0), draw.normal(a, c)], 1)
    yield "nothing at all", lambda: candidate([draw.normal(0, a), draw.normal(0, a)], draw.choice([0, 1]))
    yield "however they lie in memory", lambda: candidate([*three_ways(draw, a, b).values(), expanded(draw, a, b)], 1)
    yield "whole numbers and fractions", lambda: candidate([draw.integers(a, b, high=99), draw.normal(c, b)]), KINDS
    yield "float32, then float64", lambda: candidate([draw.normal(a, b), draw.normal(c, b, dtype=torch.float64)]), KINDS
    yield "two halves make a float32", lambda: _halves(candidate, draw, a, b), KINDS
    yield (
        "booleans and bytes",
        lambda: candidate([draw.mask(a, b), draw.integers(c, b, high=250, dtype=torch.uint8)]),
        KINDS,
    )
    yield "large whole numbers", lambda: candidate([draw.integers(a, low=2**53, high=2**54), draw.integers(b, high=9)])
    yield "new memory", lambda: _new(candidate, draw.normal(a, b), draw.normal(c, b)), NEW
    yield "gradients", lambda: _gradients(candidate, draw.normal(a, b), draw.normal(a, c)), NEW
    yield "sizes that do not fit", lambda: _misfits(candidate, draw, a, b, c), REFUSED
    yield "no tensor, no such dimension", lambda: _nothing(candidate, draw, a, b), REFUSED


def _example(candidate: Any, draw: Draw) -> Tensor:
    one, other = torch.tensor([[1, 2]], device=draw.device), torch.tensor([[3, 4], [5, 6]], device=draw.device)
    return candidate([one, other], 0)


def _each(candidate: Any, draw: Draw, shape: tuple[int, ...], dims: tuple[int, ...]) -> list[Tensor]:
    """Along each dimension a second tensor that is longer there, and only there."""
    longer = [[size + 2 * (at == dim % 3) for at, size in enumerate(shape)] for dim in dims]
    return [candidate([draw.normal(*shape), draw.normal(*other)], dim) for dim, other in zip(dims, longer, strict=True)]


def _alone(candidate: Any, x: Tensor, dim: int) -> dict[str, object]:
    result = candidate((x,), dim)
    values = result.clone()
    result.zero_()
    return {"result": values, "the tensor after zeros were written to the result": x}


def _halves(candidate: Any, draw: Draw, a: int, b: int) -> Tensor:
    return candidate([draw.normal(a, b, dtype=torch.bfloat16), draw.normal(a, b, dtype=torch.float16)])


def _new(candidate: Any, one: Tensor, other: Tensor) -> dict[str, object]:
    return with_arguments(lambda one, other: candidate([one, other]).add_(1), one, other)


def _gradients(candidate: Any, one: Tensor, other: Tensor) -> list[Tensor | None]:
    leaves = [item.requires_grad_() for item in (one, other)]
    result = candidate(leaves, -1)
    (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).reshape(result.shape)).sum().backward()
    return [leaf.grad for leaf in leaves]


def _misfits(candidate: Any, draw: Draw, a: int, b: int, c: int) -> dict[str, object]:
    """A size of one would be spread out without a word by an assignment."""
    x = draw.normal(a, b)
    others = {
        "another width": draw.normal(a, c), "a width of one": draw.normal(a, 1), "a row without its dimension": x[0],
        "one dimension more": draw.normal(1, a, b),
    }  # fmt: skip
    found = {name: refusal(ValueError, candidate, [x, other], 0) for name, other in others.items()}
    return {"what fits": candidate([x, draw.normal(c, b)], 0), **found}


def _nothing(candidate: Any, draw: Draw, a: int, b: int) -> dict[str, object]:
    x = draw.normal(a, b)
    found = {f"dimension {dim}": refusal(IndexError, candidate, [x, x], dim) for dim in (2, -3)}
    return {"what fits": candidate([x, x], 1), "no tensor": refusal(ValueError, candidate, []), **found}

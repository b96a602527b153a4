"""What `masked_mean` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

COUNTED = Idea("divided by how many there are, not by the length", weight=2, point=True)
HIDDEN = Idea("what is hidden may be anything", weight=2, point=True)
NOTHING = Idea("a row in which all is hidden gets zero", weight=1.5)


@exercise(points=2, without=[torch.masked.mean, torch.nanmean, torch.Tensor.nanmean])
def masked_mean(candidate: Any, draw: Draw) -> Iterator[Step]:
    """The mean of what may be looked at."""
    batch, rows, columns = draw.sizes(3, 3, 8)
    shape = batch, rows, columns
    yield "one row", lambda: candidate(draw.normal(columns), draw.mask(columns), 0), COUNTED
    yield "a table, along each dimension", lambda: _each_dim(candidate, draw, rows, columns), COUNTED
    yield "three dimensions, the middle one", lambda: candidate(draw.normal(*shape), _middle(draw, shape), 1), COUNTED
    yield "nothing hidden", lambda: candidate(draw.normal(rows, columns), _full(draw, rows, columns), -1)
    yield "a mask for all rows", lambda: candidate(draw.normal(rows, columns), draw.mask(columns), -1), COUNTED
    yield "a mask of shape (rows, 1)", lambda: candidate(draw.normal(*shape), _places(draw, rows), 1), COUNTED
    yield "one place for a whole row", lambda: candidate(draw.normal(*shape), _one_for_all(draw, shape), 1), COUNTED
    yield "numbers that are 0, and visible", lambda: candidate(*_zeros(draw, rows, columns), -1), COUNTED
    yield "NaN where it is hidden", lambda: candidate(*_junk(draw, rows, columns, torch.nan), -1), HIDDEN
    yield "∞ where it is hidden", lambda: candidate(*_junk(draw, rows, columns, torch.inf), -1), HIDDEN
    yield "a NaN that is visible", lambda: candidate(*_visible(draw, rows, columns, torch.nan), -1), HIDDEN
    yield "an ∞ that is visible", lambda: candidate(*_visible(draw, rows, columns, torch.inf), -1), HIDDEN
    yield "a row that shows nothing", lambda: candidate(*_empty(draw, rows, columns), -1), NOTHING
    yield "a row that shows nothing, in a mask for all", lambda: candidate(*_none_of_some(draw, shape), 1), NOTHING
    yield "gradients", lambda: _gradients(candidate, draw, rows, columns)
    yield "no rows", lambda: candidate(draw.normal(0, columns), draw.mask(columns), -1)
    yield "a transposed table", lambda: candidate(draw.normal(columns, rows).T, draw.mask(rows, columns), -1)
    yield "an expanded row", lambda: candidate(draw.normal(1, columns).expand(rows, -1), draw.mask(rows, columns), 1)
    yield "float64", lambda: candidate(draw.normal(rows, columns, dtype=torch.float64), draw.mask(rows, columns), -1)
    yield "bfloat16", lambda: candidate(draw.normal(rows, columns).bfloat16(), draw.mask(rows, columns), -1)
    yield "called by names", lambda: candidate(dim=0, mask=draw.mask(rows), x=draw.normal(rows))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(rows), draw.mask(rows), 0)
    yield "the docstring's example", lambda: _example(candidate, draw)


def _each_dim(candidate: Any, draw: Draw, rows: int, columns: int) -> dict[str, Any]:
    """Each row and each column shows something."""
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    mask[:, draw.integer(0, columns)] = True
    mask[draw.integer(0, rows)] = True
    return {f"dim={dim}": candidate(x.clone(), mask.clone(), dim) for dim in range(-2, 2)}


def _middle(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    batch, rows, columns = shape
    return draw.mask(batch, columns, rows).mT


def _full(draw: Draw, rows: int, columns: int) -> Tensor:
    return torch.ones(rows, columns, dtype=torch.bool, device=draw.device)


def _places(draw: Draw, rows: int) -> Tensor:
    return draw.mask(rows).unsqueeze(-1)


def _one_for_all(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """A mask of size 1 along the dimension of the mean, and True in some places at least."""
    batch, _, columns = shape
    mask = draw.mask(batch, 1, columns)
    mask[draw.integer(0, batch)] = True
    return mask


def _zeros(draw: Draw, rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """About half of the visible numbers are 0."""
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    return x * draw.integers(rows, columns, high=2), mask


def _junk(draw: Draw, rows: int, columns: int, junk: float) -> tuple[Tensor, Tensor]:
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    return torch.where(mask, x, junk), mask


def _visible(draw: Draw, rows: int, columns: int, shown: float) -> tuple[Tensor, Tensor]:
    """One row shows this number, all others are as usual."""
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    row, column = draw.integer(0, rows), draw.integer(0, columns)
    x[row, column], mask[row, column] = shown, True
    return x, mask


def _empty(draw: Draw, rows: int, columns: int) -> tuple[Tensor, Tensor]:
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    mask[draw.integer(0, rows)] = False
    return x, mask


def _none_of_some(draw: Draw, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """A mask of shape (batch, rows, 1), in which one of the batch shows nothing."""
    batch, rows, _ = shape
    mask = draw.mask(batch, rows).unsqueeze(-1)
    mask[draw.integer(0, batch)] = False
    return draw.normal(*shape), mask


def _gradients(candidate: Any, draw: Draw, rows: int, columns: int) -> Any:
    x, mask = _empty(draw, rows, columns)
    return gradients(lambda leaf: candidate(leaf, mask, -1), x, wrt=0)


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other numbers."""
    x = torch.tensor([[1.0, 3.0, 50.0]], device=draw.device)
    mask = torch.tensor([[True, True, False]], device=draw.device)
    return [candidate(x, mask, dim=1), candidate(draw.normal(1, 3), mask, dim=1)]

"""What `softmax` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.products_and_masks._shared import READY_SOFTMAX

SHARES = Idea("shares along the dimension that is named", weight=2, point=True)
EXTREME = Idea("scores far from zero", weight=2, point=True)
HIDDEN = Idea("what is hidden counts nothing", weight=2, point=True)
NOTHING = Idea("a row in which all is hidden gets zeros", weight=1.5)


@exercise(points=2, without=READY_SOFTMAX)
def softmax(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Shares that grow with the scores and sum to one, over what may be looked at."""
    batch, rows, columns = draw.sizes(3, 2, 8)
    rows += 1
    yield "one row", lambda: candidate(draw.normal(columns), 0), SHARES
    yield "a matrix, along each dimension", lambda: _each_dim(candidate, draw.normal(rows, columns)), SHARES
    yield "a square", lambda: [candidate(draw.normal(rows, rows), dim) for dim in draw.shuffled([0, 1])], SHARES
    yield "three dimensions", lambda: _each_dim(candidate, draw.normal(batch, rows, columns)), SHARES
    yield "a single column", lambda: candidate(draw.normal(rows, 1), -1)
    yield "no rows", lambda: candidate(draw.normal(0, columns), -1)
    far = 1e4, -1e4
    yield "scores near ±10,000", lambda: [candidate(draw.normal(rows, columns) + at, -1) for at in far], EXTREME
    yield "from −10,000 to 10,000", lambda: candidate(draw.uniform(rows, columns, low=-1e4, high=1e4), -1), EXTREME
    yield "rows far apart", lambda: candidate(_far_apart(draw, rows, columns), -1), EXTREME
    yield "columns far apart", lambda: candidate(_far_apart(draw, rows, columns).T, 0), EXTREME
    shape = batch, rows, columns
    yield "masked", lambda: candidate(draw.normal(*shape), -1, draw.mask(*shape)), HIDDEN
    yield "masked, along the first dimension", lambda: candidate(*_masked_columns(draw, rows, columns)), HIDDEN
    yield "masks that broadcast", lambda: _broadcast(candidate, draw, shape), HIDDEN
    yield "a hidden score that would win", lambda: candidate(*_winner(draw, rows, columns)), HIDDEN
    yield "visible scores far below zero", lambda: candidate(*_losers(draw, rows, columns)), HIDDEN
    yield "NaN and ∞ where it is hidden", lambda: candidate(*_junk(draw, rows, columns)), HIDDEN
    yield "a row that shows nothing", lambda: _with_empty_row(candidate, draw, rows, columns), NOTHING
    yield "a column that shows nothing", lambda: candidate(*_empty_column(draw, rows, columns)), NOTHING
    yield "everything hidden but one row", lambda: candidate(*_one_row(draw, rows, columns)), NOTHING
    yield "gradients", lambda: gradients(candidate, draw.normal(rows, columns), dim=draw.choice([0, 1]))
    yield "gradients, masked", lambda: gradients(candidate, draw.normal(*shape), dim=-1, mask=draw.mask(*shape))
    yield "a transposed matrix", lambda: candidate(draw.normal(columns, rows).T, -1)
    yield "an expanded row", lambda: candidate(draw.normal(1, columns).expand(rows, -1), 0)
    yield "float64", lambda: candidate(draw.normal(rows, columns, dtype=torch.float64), -1, draw.mask(rows, columns))
    halves = torch.bfloat16, torch.float16
    yield "half precision", lambda: [_half(candidate, draw, rows, columns, kind) for kind in halves]
    yield "called by names", lambda: candidate(mask=draw.mask(columns), dim=-1, x=draw.normal(rows, columns))
    yield "the inputs are left alone", lambda: with_arguments(candidate, draw.normal(rows), 0, draw.mask(rows))
    yield "the docstring's example", lambda: _example(candidate, draw)


def _each_dim(candidate: Any, x: Tensor) -> dict[str, Any]:
    return {f"dim={dim}": candidate(x.clone(), dim) for dim in range(-x.dim(), x.dim())}


def _far_apart(draw: Draw, rows: int, columns: int) -> Tensor:
    """Each row about a level of its own, hundreds from the next."""
    return draw.normal(rows, columns) + 300 * draw.permutation(rows).unsqueeze(-1)


def _masked_columns(draw: Draw, rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    return draw.normal(rows, columns), 0, draw.mask(columns, rows).T


def _broadcast(candidate: Any, draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    x, columns = draw.normal(*shape), shape[-1]
    masks = {"(columns,)": (columns,), "(rows, columns)": shape[1:], "(batch, 1, columns)": (shape[0], 1, columns)}
    return {name: candidate(x.clone(), -1, draw.mask(*sizes)) for name, sizes in masks.items()}


def _winner(draw: Draw, rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    """The hidden lead by 60 to 80, from the second row on by 200 more."""
    mask, above = draw.mask(rows, columns), draw.uniform(rows, 1, low=60, high=80)
    above[1:] += 200
    return draw.normal(rows, columns) + torch.where(mask, 0, above), -1, mask


def _losers(draw: Draw, rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    """Visible scores from −15,000 down, hidden ones near 0."""
    mask = draw.mask(rows, columns)
    below = draw.integers(rows, 1, low=-40_000, high=-15_000).float()
    return draw.normal(rows, columns) + torch.where(mask, below, 0), -1, mask


def _junk(draw: Draw, rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    junk = torch.tensor([torch.nan, torch.inf, -torch.inf], device=draw.device)
    return torch.where(mask, x, junk[draw.integers(rows, columns, high=3)]), -1, mask


def _with_empty_row(candidate: Any, draw: Draw, rows: int, columns: int) -> dict[str, Any]:
    """The result and the gradient, where one row shows nothing."""
    x, mask = draw.normal(rows, columns), draw.mask(rows, columns)
    mask[draw.integer(0, rows)] = False
    return {"result": candidate(x.clone(), -1, mask.clone()), "gradient": gradients(candidate, x, dim=-1, mask=mask)}


def _empty_column(draw: Draw, rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    mask = draw.mask(columns, rows).T
    mask[:, draw.integer(0, columns)] = False
    return draw.normal(rows, columns), 0, mask


def _one_row(draw: Draw, rows: int, columns: int) -> tuple[Tensor, int, Tensor]:
    """A mask of shape (rows, 1)."""
    mask = torch.zeros(rows, 1, dtype=torch.bool, device=draw.device)
    mask[draw.integer(0, rows)] = True
    return draw.normal(rows, columns), 1, mask


def _half(candidate: Any, draw: Draw, rows: int, columns: int, dtype: torch.dtype) -> Any:
    return candidate(draw.normal(rows, columns, dtype=dtype), -1, draw.mask(rows, columns))


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and other scores."""
    x = torch.tensor([[0.0, 0.0, 5.0]], device=draw.device)
    mask = torch.tensor([True, True, False], device=draw.device)
    return [candidate(x, dim=-1, mask=mask), candidate(draw.normal(2, 3), dim=-1, mask=mask)]

"""What `embedding` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, refusal, with_arguments

READY_MADE = [F.embedding, torch.embedding, nn.Embedding, F.embedding_bag, torch.embedding_bag, nn.EmbeddingBag]
ROWS = Idea("a row of the table for each index", weight=2.5, point=True)
LEARNS = Idea("a row learns from each place at which it was read", weight=2)
PADDING = Idea("the padding's row is read, but learns nothing", weight=3, point=True)
RANGE = Idea("an index that is not in the table is refused", weight=1.5)


@exercise(points=2, without=READY_MADE)
def embedding(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Rows of a table, and who of them learns."""
    batch, length, width = draw.sizes(3, 2, 7)
    words = draw.integer(8, 12)

    def read(*shape: int) -> tuple[Tensor, Tensor]:
        return draw.integers(*shape, high=words), draw.normal(words, width)

    yield "the docstring's example", lambda: _example(candidate, draw), ROWS
    yield "one sentence", lambda: candidate(*read(length)), ROWS
    yield "a batch of sentences", lambda: candidate(*read(batch, length)), ROWS
    yield "a single word", lambda: candidate(draw.integers(high=words), draw.normal(words, width)), ROWS
    yield "three dimensions", lambda: candidate(*read(2, batch, length)), ROWS
    yield "a square table", lambda: candidate(draw.integers(batch, length, high=width), draw.normal(width, width)), ROWS
    yield "no words", lambda: [candidate(*read(0)), candidate(*read(2, 0), padding_idx=1)]
    yield "gradients", lambda: _gradient(candidate, *read(batch, length)), LEARNS
    yield "a word that comes often", lambda: _gradient(candidate, *_often(draw, words, width)), LEARNS
    for name, place in (("padding at 0", 0), ("padding in the middle", draw.integer(2, words - 1))):
        yield name, partial(_padded, candidate, draw, words, width, place), PADDING
    yield "padding that is not in the sentence", lambda: _absent(candidate, draw, words, width), PADDING
    yield "all is padding", lambda: _gradient(candidate, *_alone(draw, words, width), padding_idx=1), PADDING
    yield "what else the table is used for", lambda: _used_again(candidate, *read(batch, length)), PADDING
    yield "indices out of range", lambda: _refused(candidate, draw, words, width), RANGE
    yield "float64", lambda: candidate(draw.integers(length, high=3), draw.normal(3, 2, dtype=torch.float64))
    yield "bfloat16", lambda: candidate(draw.integers(length, high=3), draw.normal(3, 2).bfloat16(), 0)
    yield "indices of int32", lambda: candidate(draw.integers(length, high=words).int(), draw.normal(words, width))
    yield "a transposed table", lambda: candidate(draw.integers(length, high=words), draw.normal(width, words).T)
    yield "called by names", lambda: candidate(padding_idx=2, table=draw.normal(4, 3), indices=draw.integers(5, high=4))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *read(length), 1)


def _gradient(candidate: Any, indices: Tensor, table: Tensor, **options: Any) -> Any:
    return gradients(lambda leaf: candidate(indices, leaf, **options), table, wrt=0)


def _often(draw: Draw, words: int, width: int) -> tuple[Tensor, Tensor]:
    indices = draw.integers(9, high=words)
    indices[draw.permutation(9)[:5]] = draw.integer(0, words)
    return indices, draw.normal(words, width)


def _padded(candidate: Any, draw: Draw, words: int, width: int, place: int) -> dict[str, Any]:
    """A table whose padding row is not zero."""
    indices, table = draw.integers(3, 4, high=words), draw.normal(words, width)
    indices[0, :2], indices[2, 3] = place, place
    return {
        "rows": candidate(indices.clone(), table.clone(), padding_idx=place),
        "gradient of the table": _gradient(candidate, indices, table, padding_idx=place),
    }


def _absent(candidate: Any, draw: Draw, words: int, width: int) -> dict[str, Any]:
    indices, table = draw.integers(6, low=1, high=words), draw.normal(words, width)
    return {
        "rows": candidate(indices.clone(), table.clone(), padding_idx=0),
        "gradient of the table": _gradient(candidate, indices, table, padding_idx=0),
    }


def _used_again(candidate: Any, indices: Tensor, table: Tensor) -> dict[str, Any]:
    """The gradient from another use of the table, after it was read with a padding."""
    table.requires_grad_()
    rows = candidate(indices, table, padding_idx=int(indices[0, 0]))
    return {"rows": rows, "gradient from another use": torch.autograd.grad(table.square().sum(), table)[0]}


def _alone(draw: Draw, words: int, width: int) -> tuple[Tensor, Tensor]:
    return torch.ones(2, 3, dtype=torch.int64, device=draw.device), draw.normal(words, width)


def _refused(candidate: Any, draw: Draw, words: int, width: int) -> dict[str, Any]:
    # On a GPU torch notices such an index too late, and nothing works after it: so this runs on the CPU.
    indices, table = draw.integers(4, high=words).cpu(), draw.normal(words, width).cpu()
    shown = {"all in range": candidate(indices.clone(), table.clone())}
    for name, wrong in (("one below 0", -1), ("one too large", words)):
        bad = indices.clone()
        bad[draw.integer(0, 4)] = wrong
        shown[name] = refusal(IndexError, candidate, bad, table)
    return shown


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and another table."""
    indices = torch.tensor([2, 0, 2], device=draw.device)
    table = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]], device=draw.device)
    return [candidate(indices, table), candidate(indices, draw.normal(3, 4))]

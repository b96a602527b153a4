"""What `extended_attention_mask` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import refusal, with_arguments

HIDES = Idea("0 where a key is real, the lowest finite number where it is padding", weight=2, point=True)
QUERIES = Idea("a mask for each query")
DTYPES = Idea("the dtype of the scores")
REFUSES = Idea("any other number of dimensions is refused")


@exercise(points=2)
def extended_attention_mask(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """From a tokenizer's 0 and 1 to numbers that are added to the scores."""
    batch, queries, keys = draw.sizes(3, 2, 7)
    mask = draw.mask(batch, keys).long()
    empty = mask.clone()
    empty[draw.integer(0, batch)] = 0
    yield "a batch", lambda: _shown(candidate(mask)), HIDES
    yield "nothing is padding", lambda: candidate(torch.ones_like(mask)), HIDES
    yield "weights under it", lambda: _weights(candidate, mask, draw.normal(batch, 3, queries, keys)), HIDES
    yield (
        "weights where all is padding",
        lambda: _weights(candidate, empty, draw.normal(batch, 3, queries, keys)),
        HIDES,
    )
    yield "padded keys with huge scores", lambda: _weights(candidate, mask, _huge(draw, mask, queries)), HIDES
    yield "a mask for each query", lambda: _shown(candidate(draw.mask(batch, queries, keys).long())), QUERIES
    yield "one sentence, one query, one key", lambda: [candidate(one) for one in _ones(draw)], QUERIES
    yield "as many queries as keys", lambda: candidate(draw.mask(batch, keys, keys)), QUERIES
    yield "True and False", lambda: candidate(draw.mask(batch, keys))
    yield "other integers", lambda: [candidate(mask.to(kind)) for kind in (torch.int32, torch.uint8)]
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        yield str(dtype).removeprefix("torch."), partial(_typed, candidate, draw, (batch, keys), dtype), DTYPES
    yield "by the names of the docstring", lambda: candidate(attention_mask=mask, dtype=torch.float64), DTYPES
    yield "two, three and other numbers of dimensions", lambda: _dimensions(candidate, draw), REFUSES
    yield "the input is left alone", lambda: with_arguments(candidate, mask.clone())
    yield "a mask that is a view", lambda: candidate(draw.mask(keys, batch).long().T)
    yield "the docstring's example", lambda: _example(candidate, mask)


def _shown(result: Any) -> Any:
    """Beside numbers of 10³⁸ a 1 is nothing to a comparison: so what is not very low is shown by itself, too."""
    if not isinstance(result, Tensor) or not result.is_floating_point():
        return result
    return {"result": result, "what is not very low": result.masked_fill(result < -1e4, 0.0)}


def _weights(candidate: Any, mask: Tensor, scores: Tensor) -> Tensor:
    return (scores + candidate(mask)).softmax(-1)


def _ones(draw: Draw) -> list[Tensor]:
    """Masks with a size of 1, which must not get lost; in an order that is drawn."""
    shapes = draw.shuffled(((1, 1), (1, 4), (3, 1), (1, 1, 4), (2, 1, 4), (2, 3, 1), (1, 1, 1)))
    return [draw.mask(*shape).long() for shape in shapes]


def _huge(draw: Draw, mask: Tensor, queries: int) -> Tensor:
    """Padded keys have scores of 20 000 and more, real ones small scores."""
    scores = draw.normal(mask.shape[0], 1, queries, mask.shape[1])
    return scores.masked_fill(mask[:, None, None] == 0, 2e4 * (1 + draw.uniform(1).item()))


def _typed(candidate: Any, draw: Draw, shape: tuple[int, ...], dtype: torch.dtype) -> list[Tensor]:
    """Two dimensions and three."""
    return [_shown(candidate(draw.mask(*shape).long(), dtype)), candidate(draw.mask(2, *shape), dtype)]


def _dimensions(candidate: Any, draw: Draw) -> list[object]:
    """Masks of up to five dimensions in an order that is drawn."""
    masks = [draw.mask(*draw.sizes(count, 2, 7)).long() for count in (1, 2, 3, 4, 5)]
    return [refusal(ValueError, candidate, mask) for mask in draw.shuffled([masks[0].sum().clamp(max=1), *masks])]


def _example(candidate: Any, mask: Tensor) -> list[Any]:
    """The example as it stands, and the same with a mask that is drawn."""
    return [list(candidate(item).shape) for item in (torch.tensor([[1, 1, 0]]), mask)]

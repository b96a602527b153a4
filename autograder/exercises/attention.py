"""What the exercises of `11_attention` must show.

Shapes are (batch, query, d_k), (batch, key, d_k) and (batch, key, d_v), with distinct numbers throughout. A mask is
boolean, True where a query may look at a key. A query that may look at nothing gets zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import calls_of, gradients, largest_tensor, with_arguments

READY_MADE = [F.scaled_dot_product_attention, F.multi_head_attention_forward, nn.MultiheadAttention]
PRODUCTS = [torch.matmul, torch.Tensor.matmul, torch.bmm, torch.Tensor.bmm, torch.baddbmm, torch.tensordot, F.linear]


@exercise(points=2, without=READY_MADE)
def attention_weights(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How much each query looks at each key."""
    yield "a batch", lambda: candidate(*_pair(draw))
    yield "one query, no batch", lambda: candidate(draw.normal(1, 8), draw.normal(6, 8))
    yield "two leading dimensions", lambda: candidate(draw.normal(2, 4, 3, 6), draw.normal(2, 4, 5, 6))
    yield "float64", lambda: candidate(*_pair(draw, torch.float64))
    yield "bfloat16", lambda: candidate(*_pair(draw, torch.bfloat16))
    yield "scores of several hundred", lambda: candidate(*_large(draw, 4, 7))
    yield "masked", lambda: candidate(*_pair(draw), draw.mask(2, 3, 5))
    yield "one mask for all queries", lambda: candidate(*_pair(draw), draw.mask(2, 1, 5))
    yield "a query that may look at nothing", lambda: candidate(*_pair(draw), _with_an_empty_row(draw, 2, 3, 5))
    yield "gradients, masked", lambda: gradients(candidate, *_pair(draw), mask=_with_an_empty_row(draw, 2, 3, 5))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_pair(draw), draw.mask(3, 5))


@exercise(points=3, without=READY_MADE)
def attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Scaled dot-product attention, with and without a mask."""
    yield "a batch", lambda: candidate(*_triple(draw))
    yield "a batch of one", lambda: candidate(draw.normal(1, 4, 8), draw.normal(1, 6, 8), draw.normal(1, 6, 7))
    yield "no batch", lambda: candidate(draw.normal(4, 7), draw.normal(6, 7), draw.normal(6, 3))
    yield "two leading dimensions", lambda: candidate(*_heads(draw))
    yield "float64", lambda: candidate(*_triple(draw, torch.float64))
    yield "bfloat16", lambda: candidate(*_triple(draw, torch.bfloat16))
    yield "scores of several hundred", lambda: candidate(*_large(draw, 4, 7), draw.normal(7, 3))
    yield "masked", lambda: candidate(*_triple(draw), draw.mask(2, 3, 5))
    yield "one mask for the whole batch", lambda: candidate(*_triple(draw), draw.mask(3, 5))
    yield "a query that may look at nothing", lambda: candidate(*_triple(draw), _with_an_empty_row(draw, 2, 3, 5))
    yield "gradients, masked", lambda: gradients(candidate, *_triple(draw), mask=_with_an_empty_row(draw, 2, 3, 5))
    yield "not contiguous", lambda: candidate(*_not_contiguous(draw))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_triple(draw), draw.mask(3, 5))


@exercise(points=2)
def combine_masks(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Padding and the future, hidden by one mask."""
    real = draw.mask(2, 9)
    yield "padding only", lambda: candidate(real, 4)
    yield "padding and the future", lambda: candidate(draw.mask(2, 5), 5, causal=True)
    yield "the future only", lambda: candidate(torch.ones_like(real), 9, causal=True)
    yield "fewer queries than keys", lambda: candidate(draw.mask(3, 9), 4, causal=True)
    yield "one query", lambda: candidate(draw.mask(3, 9), 1, causal=True)
    yield "padding on the left", lambda: candidate(_left_padded(draw, 3, 6), 6, causal=True)
    yield "no batch", lambda: candidate(draw.mask(6), 4, causal=True)
    yield "a tokenizer's 0 and 1", lambda: candidate(draw.mask(2, 7).long(), 7, causal=True)
    yield "a tokenizer's 0 and 1, padding only", lambda: candidate(draw.mask(2, 7).long(), 3)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.mask(2, 5), 5, causal=True)


@exercise(points=4, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def MultiHeadAttention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Several heads side by side, each with its own view of the tokens."""
    three, two = draw.fill_(candidate(12, 3)), draw.fill_(candidate(12, 2))
    one, four = draw.fill_(candidate(4, 1)), draw.fill_(candidate(4, 4))
    yield "names and shapes of the parameters", lambda: {n: list(p.shape) for n, p in three.state_dict().items()}
    yield "a sentence with itself", lambda: three(*3 * [draw.normal(2, 5, 12)])
    yield "keys and values from elsewhere", lambda: three(*_tokens(draw))
    yield "no batch", lambda: three(*3 * [draw.normal(4, 12)])
    yield "a mask of shape (query, key)", lambda: three(*_tokens(draw), draw.mask(3, 5))
    yield "a mask of shape (batch, 1, key)", lambda: three(*_tokens(draw), draw.mask(2, 1, 5))
    yield "a query that may look at nothing", lambda: three(*_tokens(draw), _with_an_empty_row(draw, 2, 3, 5))
    yield "as many heads as sentences, masked", lambda: two(*_tokens(draw), draw.mask(2, 3, 5))
    yield "one head", lambda: one(*3 * [draw.normal(2, 7, 4)])
    yield "as many heads as numbers", lambda: four(*3 * [draw.normal(2, 7, 4)])
    yield "float64", lambda: four.double()(*3 * [draw.normal(2, 6, 4, dtype=torch.float64)])
    yield "gradients of the parameters", lambda: _parameter_gradients(three, *_tokens(draw), draw.mask(3, 5))
    yield "5 heads for 12 numbers", lambda: candidate(12, 5)


@exercise(points=2, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def cross_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One sequence looks at another: the mended decoder."""
    weights = (draw.normal(8, 6) / 3, draw.normal(8, 6) / 3, draw.normal(8, 7) / 3)
    target, source, real = draw.normal(2, 3, 8), draw.normal(2, 5, 8), _right_padded(draw, 2, 5)
    everything = torch.ones_like(real)
    yield "no padding", lambda: candidate(draw.normal(2, 3, 8), draw.normal(2, 5, 8), everything, *weights)
    yield "with padding", lambda: candidate(target, source, real, *weights)
    yield "other numbers in the padding", lambda: candidate(target, _repadded(draw, source, real), real, *weights)
    yield "a source that is all padding", lambda: candidate(target, source, ~everything, *weights)
    yield "a target longer than its source", lambda: candidate(draw.normal(2, 6, 8), source, real, *weights)
    yield "one target word", lambda: candidate(draw.normal(2, 1, 8), source, real, *weights)
    yield "as many sentences as target words", lambda: candidate(draw.normal(2, 2, 8), source, real, *weights)
    yield "no batch", lambda: candidate(target[0], source[0], real[0], *weights)
    yield "float64", lambda: candidate(target.double(), source.double(), real, *(w.double() for w in weights))
    yield "gradients", lambda: gradients(lambda t, s: candidate(t, s, real, *weights), target, source)


@exercise(points=3, without=[*READY_MADE, *PRODUCTS, nn.Linear])
def einsum_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Multi-head attention written as sums over named dimensions."""
    four = _head_weights(draw, heads=4, d_model=12, d_k=6, d_v=7)
    two = _head_weights(draw, heads=2, d_model=12, d_k=5, d_v=4)
    one = _head_weights(draw, heads=1, d_model=12, d_k=6, d_v=7)
    yield "a batch", lambda: candidate(*_tokens(draw)[:2], *four)
    yield "a batch of one", lambda: candidate(draw.normal(1, 4, 12), draw.normal(1, 6, 12), *four)
    yield "a sentence with itself", lambda: candidate(*2 * [draw.normal(2, 5, 12)], *four)
    yield "one head", lambda: candidate(*_tokens(draw)[:2], *one)
    yield "masked", lambda: candidate(*_tokens(draw)[:2], *four, draw.mask(2, 3, 5))
    yield "one mask for the whole batch", lambda: candidate(*_tokens(draw)[:2], *four, draw.mask(3, 5))
    yield "as many heads as sentences, masked", lambda: candidate(*_tokens(draw)[:2], *two, draw.mask(2, 3, 5))
    yield (
        "a query that may look at nothing",
        lambda: candidate(*_tokens(draw)[:2], *four, _with_an_empty_row(draw, 2, 3, 5)),
    )
    yield "float64", lambda: candidate(*(item.double() for item in (*_tokens(draw)[:2], *four)))
    yield "gradients", lambda: gradients(candidate, *_tokens(draw)[:2], *four, mask=_with_an_empty_row(draw, 2, 3, 5))
    yield "the products are made by einsum", lambda: _made_by_einsum(candidate, *_tokens(draw)[:2], *four)


@exercise(points=2, without=[torch.special.entr, torch.distributions.Categorical])
def attention_entropy(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """How widely each query spreads its attention."""
    scores = draw.normal(2, 3, 5)
    masked = scores.masked_fill(~draw.mask(2, 3, 5), -torch.inf).softmax(-1)
    nothing = torch.cat([masked[:, :2], torch.zeros_like(masked[:, :1])], dim=1)
    yield "a batch", lambda: candidate(scores.softmax(-1))
    yield "two leading dimensions", lambda: candidate(draw.normal(2, 4, 3, 6).softmax(-1))
    yield "one query, no batch", lambda: candidate(draw.normal(1, 7).softmax(-1))
    yield "the same weight everywhere", lambda: candidate(torch.full((2, 9), 1 / 9, device=draw.device))
    yield "all on one key", lambda: candidate(torch.eye(4, device=draw.device))
    yield "some weights are zero", lambda: candidate(masked)
    yield "a query that looks at nothing", lambda: candidate(nothing)
    yield "float64", lambda: _dtype_and_values(candidate(draw.normal(2, 3, 5, dtype=torch.float64).softmax(-1)))
    yield "bfloat16", lambda: candidate(scores.softmax(-1).bfloat16())
    yield "gradient", lambda: gradients(candidate, scores.softmax(-1), wrt=0)
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(3, 5).softmax(-1))


@exercise(points=4, without=READY_MADE)
def tiled_attention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The same result from a few keys at a time."""
    yield "tiles of 1, 2, 5 and 20 for 5 keys", lambda: {str(n): candidate(*_triple(draw), n) for n in (1, 2, 5, 20)}
    yield "no batch", lambda: candidate(draw.normal(4, 7), draw.normal(6, 7), draw.normal(6, 3), 4)
    yield "two leading dimensions", lambda: candidate(*_heads(draw), 2)
    yield "float64", lambda: candidate(*_triple(draw, torch.float64), 2)
    yield "the best key comes last", lambda: candidate(*_rising(draw), 2)
    yield "scores of several hundred", lambda: candidate(*_large(draw, 4, 7), draw.normal(7, 3), 2)
    yield "masked", lambda: candidate(*_triple(draw), 2, draw.mask(3, 5))
    yield "the first tile is hidden", lambda: candidate(*_triple(draw), 2, _from_key(draw, 2, 3, 5))
    yield "a query that may look at nothing", lambda: candidate(*_triple(draw), 2, _with_an_empty_row(draw, 2, 3, 5))
    yield "40 queries, 60 keys: memory", lambda: _frugal(candidate, draw, queries=40, keys=60, masked=False)
    yield "40 queries, 60 keys, masked: memory", lambda: _frugal(candidate, draw, queries=40, keys=60, masked=True)
    yield "1 query, 90 keys: memory", lambda: _frugal(candidate, draw, queries=1, keys=90, masked=False)
    yield "3 queries, 110 keys, masked: memory", lambda: _frugal(candidate, draw, queries=3, keys=110, masked=True)
    yield "the inputs are left alone", lambda: with_arguments(candidate, *_triple(draw), 2)


def _pair(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    return draw.normal(2, 3, 8, dtype=dtype), draw.normal(2, 5, 8, dtype=dtype)


def _triple(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    return *_pair(draw, dtype), draw.normal(2, 5, 6, dtype=dtype)


def _heads(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 4, 3, 8), draw.normal(2, 4, 5, 8), draw.normal(2, 4, 5, 6)


def _tokens(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 3, 12), draw.normal(2, 5, 12), draw.normal(2, 5, 12)


def _not_contiguous(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    return draw.normal(2, 8, 3).mT, draw.normal(5, 2, 8).transpose(0, 1), draw.normal(2, 5, 12)[..., ::2]


def _large(draw: Draw, queries: int, keys: int) -> tuple[Tensor, Tensor]:
    """Whole numbers and √16 = 4: every score is exact, however it is computed. The first query's scores are all
    far below zero, the second's all far above."""
    query, key = draw.integers(queries, 16, low=-9, high=10).float(), draw.integers(keys, 16, low=0, high=10).float()
    query[0], query[1] = -8.0, 8.0
    return query, key


def _rising(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """One query and six keys whose scores grow from key to key."""
    return torch.ones(1, 4, device=draw.device), draw.uniform(6, 4).cumsum(0), draw.normal(6, 3)


def _with_an_empty_row(draw: Draw, batch: int, queries: int, keys: int) -> Tensor:
    mask = draw.mask(batch, queries, keys)
    mask[0, 1] = False
    return mask


def _right_padded(draw: Draw, batch: int, length: int) -> Tensor:
    """True for the first words of each sentence; at least one word, at least one place of padding."""
    return torch.arange(length, device=draw.device) < draw.integers(batch, 1, low=1, high=length)


def _left_padded(draw: Draw, batch: int, length: int) -> Tensor:
    return _right_padded(draw, batch, length).flip(-1)


def _repadded(draw: Draw, source: Tensor, real: Tensor) -> Tensor:
    """`source` with other numbers where it is padding."""
    return torch.where(real.unsqueeze(-1), source, draw.normal(*source.shape))


def _from_key(draw: Draw, first: int, queries: int, keys: int) -> Tensor:
    """A mask that shows the keys from `first` on."""
    return (torch.arange(keys, device=draw.device) >= first).expand(queries, keys)


def _head_weights(draw: Draw, heads: int, d_model: int, d_k: int, d_v: int) -> tuple[Tensor, ...]:
    shapes = ((heads, d_model, d_k), (heads, d_model, d_k), (heads, d_model, d_v), (heads, d_v, d_model))
    return tuple(draw.normal(*shape) / shape[1] ** 0.5 for shape in shapes)


def _parameter_gradients(layer: nn.Module, *inputs: Tensor) -> dict[str, Any]:
    layer.zero_grad()
    result = layer(*inputs)
    (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).view_as(result)).sum().backward()
    return {name: parameter.grad for name, parameter in layer.named_parameters()}


def _dtype_and_values(result: Tensor) -> dict[str, Any]:
    """The dtype as it is, the values in float32: an epsilon of 1e-12 inside a logarithm is no mistake."""
    return {"dtype": result.dtype, "values": result.float()}


def _made_by_einsum(candidate: Any, *inputs: Tensor) -> dict[str, Any]:
    return {"result": candidate(*inputs), "einsum is called": calls_of(torch.einsum, candidate, *inputs) > 0}


def _frugal(candidate: Any, draw: Draw, queries: int, keys: int, masked: bool) -> dict[str, Any]:
    """The result, and whether every tensor on the way fits into the scores of one tile."""
    tile = 8
    inputs = [draw.normal(queries, 4), draw.normal(keys, 4), draw.normal(keys, 3), tile]
    inputs += [draw.mask(queries, keys)] if masked else []
    room = max(queries, tile) * tile
    return {"result": candidate(*inputs), "fits into one tile": largest_tensor(candidate, *inputs) <= room}

"""What `MultiHeadAttention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.attention._shared import (
    D_K,
    HIDDEN,
    NOTHING,
    broadcasting_masks,
    far_apart,
    hidden_winner,
    large,
    mask_for,
    nobody,
    visible_losers,
    with_an_empty_row,
    with_gradients,
)

HEADS = Idea("heads side by side, mixed at the end", weight=2, point=True)


@exercise(points=4, without=[nn.MultiheadAttention, F.multi_head_attention_forward])
def MultiHeadAttention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """Several heads side by side, each with its own view of the tokens."""
    three, two = draw.fill_(candidate(12, 3)), draw.fill_(candidate(12, 2))
    one, all_alone = draw.fill_(candidate(draw.choice([4, 5, 6]), 1)), draw.fill_(candidate(4, 4))
    query, key, value = tokens(draw)
    mask, empty = mask_for(draw, query, key), with_an_empty_row(draw, query, key)
    yield "names, kinds and shapes of the parameters", lambda: _parameters(candidate, *draw.sizes(2, 2, 6))
    yield "one head", lambda: one(*3 * [draw.normal(2, 7, one.q_proj.weight.shape[0])]), HEADS
    yield "a sentence with itself", lambda: three(*3 * [draw.normal(2, 5, 12)]), HEADS
    yield "keys and values from elsewhere", lambda: three(query, key, value), HEADS
    yield "no batch", lambda: three(query[0], key[0], value[0]), HEADS
    yield "as many heads as numbers", lambda: all_alone(*3 * [draw.normal(2, 7, 4)]), HEADS
    yield "masked", lambda: three(query, key, value, mask), HIDDEN
    yield (
        "masks that broadcast",
        lambda: _each(three, (query, key, value), broadcasting_masks(draw, query, key)),
        HIDDEN,
    )
    yield "masked, no batch", lambda: three(query[1], key[1], value[1], mask[1]), HIDDEN
    alike = tokens(draw, batch=2)
    yield "as many heads as sentences, masked", lambda: _masked(two, draw, alike), HIDDEN
    yield "a hidden key that would win", lambda: _plain(candidate, draw, *hidden_winner(draw)), HIDDEN
    yield "a query that may look at nothing", lambda: with_gradients(three, (query, key, value), empty), NOTHING
    yield "the same with fewer heads", lambda: with_gradients(two, (query, key, value), empty), NOTHING
    yield "nobody may look at anything", lambda: three(query, key, value, nobody(draw, query, key)), NOTHING
    yield "scores of several hundred", lambda: _plain(candidate, draw, *large(draw))
    yield "scores that lie hundreds apart", lambda: _plain(candidate, draw, *far_apart(draw))
    yield "visible scores thousands below the hidden", lambda: _losing(candidate, draw, 1)
    yield "visible scores millions below the hidden", lambda: _losing(candidate, draw, 100)
    yield "gradients of the parameters", lambda: _parameter_gradients(three, query, key, value, mask)
    yield "gradients of the tokens", lambda: gradients(three, query, key, value, mask=mask)
    yield "in training and in evaluation", lambda: [three.train(mode)(query, key, value) for mode in (True, False)]
    yield "called by names", lambda: three(mask=mask, value=value, key=key, query=query)
    yield "the inputs are left alone", lambda: _left_alone(three, query, key, value, mask)
    yield "heads that divide, and heads that do not", lambda: _divided(candidate, draw)
    yield "float64, bfloat16 and float16", lambda: [_in(dtype, three, query, key, value, mask) for dtype in WIDTHS]
    yield "the docstring's example", lambda: _example(candidate, draw)


WIDTHS = (torch.float64, torch.bfloat16, torch.float16)


def tokens(draw: Draw, batch: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of width 12; no two of batch, queries and keys are alike."""
    sentences, queries = draw.sizes(2, 4, 7)
    keys = draw.choice([7, 8, 9])
    return (
        draw.normal(batch or sentences, queries, 12),
        draw.normal(batch or sentences, keys, 12),
        draw.normal(batch or sentences, keys, 12),
    )


def _parameters(candidate: Any, heads: int, each: int) -> dict[str, Any]:
    """Of a layer with so many heads of so many numbers."""
    layer = candidate(heads * each, heads)
    return {
        "shapes": {name: list(item.shape) for name, item in layer.state_dict().items()},
        "of nn.Linear": {name: isinstance(item, nn.Linear) for name, item in layer.named_children()},
    }


def _each(layer: nn.Module, inputs: tuple[Tensor, ...], masks: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: layer(*inputs, mask) for name, mask in masks.items()}


def _masked(layer: nn.Module, draw: Draw, inputs: tuple[Tensor, ...]) -> Tensor:
    return layer(*inputs, mask_for(draw, *inputs[:2]))


def _plain(candidate: Any, draw: Draw, query: Tensor, key: Tensor, *mask: Tensor) -> Tensor:
    """One head that takes queries and keys as they come."""
    layer = draw.fill_(candidate(D_K, 1))
    value = draw.normal(*key.shape)
    with torch.no_grad():
        for projection in (layer.q_proj, layer.k_proj):
            projection.weight.copy_(torch.eye(D_K))
            projection.bias.zero_()
    return layer.to(query.dtype)(query, key, value.to(query.dtype), *mask)


def _losing(candidate: Any, draw: Draw, thousands: int) -> Tensor:
    return _plain(candidate, draw, *visible_losers(draw, thousands)).float()


def _in(dtype: torch.dtype, layer: nn.Module, *inputs: Tensor) -> Tensor:
    """The layer and its tokens in another dtype; the layer comes back as it was."""
    *words, mask = inputs
    try:
        return layer.to(dtype)(*(item.to(dtype) for item in words), mask)
    finally:
        layer.float()


def _left_alone(layer: nn.Module, *inputs: Tensor) -> dict[str, Any]:
    return with_arguments(layer, *(item.clone() for item in inputs))


def _divided(candidate: Any, draw: Draw) -> list[str]:
    """Widths and heads in drawn order: accepted or refused."""
    fitting = [(heads * draw.integer(2, 5), heads) for heads in draw.sizes(3, 2, 7)]
    others = [(width + 1, heads) for width, heads in fitting] + [(heads, heads * 2) for _, heads in fitting[:1]]
    pairs = draw.shuffled(fitting + others)
    return [_met(candidate, *pair) for pair in pairs]


def _met(candidate: Any, d_model: int, heads: int) -> str:
    """How the constructor meets these numbers."""
    try:
        candidate(d_model, heads)
    except NotImplementedError:
        raise  # a blank is no refusal
    except Exception as error:
        return f"refused by {type(error).__name__}"
    return "accepted"


def _parameter_gradients(layer: nn.Module, *inputs: Tensor) -> dict[str, Any]:
    layer.zero_grad()
    result = layer(*inputs)
    (result * torch.linspace(0.5, 1.5, result.numel(), device=result.device).view_as(result)).sum().backward()
    return {name: parameter.grad for name, parameter in layer.named_parameters()}


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's, and numbers beside it."""
    layer = draw.fill_(candidate(12, heads=3))
    drawn = [draw.normal(2, 3, 12) for _ in range(3)]
    ones = [torch.ones(2, words, 12, device=draw.device) for words in (4, 7, 7)]
    return {"shape": list(layer(*ones).shape), "drawn": layer(*drawn)}

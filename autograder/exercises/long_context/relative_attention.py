"""What `relative_attention` must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import gradients, with_arguments

CONTENT = Idea("by what stands there: (a) and (c)", weight=2, point=True)
DISTANCE = Idea("by how far away it stands: (b) and (d)", weight=3, point=True)
FUTURE = Idea("no query sees what comes after it", weight=2, point=True)
D, WIDE = 4, 3  # of queries and keys, and of values


@exercise(points=3)
def relative_attention(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Attention of Transformer-XL."""
    lines, memory = draw.sizes(2, 3, 7)

    def inputs(*batch: int, lines: int = lines, memory: int = memory, dtype: torch.dtype = torch.float32) -> Inputs:
        return _inputs(draw, batch, lines, memory, dtype)

    yield "the docstring's example", lambda: _example(candidate, draw), DISTANCE
    for name, idea in {"a": CONTENT, "b": DISTANCE, "c": CONTENT, "d": DISTANCE}.items():
        yield f"term ({name}) alone", partial(_term, candidate, name, inputs), idea
    yield "all four, with a memory", lambda: candidate(*inputs()), DISTANCE
    yield "all four, without a memory", lambda: candidate(*inputs(memory=0)), DISTANCE
    yield "one query and its memory", lambda: candidate(*inputs(lines=1)), DISTANCE
    yield "a single word", lambda: candidate(*inputs(lines=1, memory=0))
    yield "several logs", lambda: candidate(*inputs(2)), DISTANCE
    yield "logs and heads, biases for each head", lambda: candidate(*_heads(draw, 2, 3, lines, memory)), DISTANCE
    yield "as many logs as heads, lines and keys", lambda: candidate(*_heads(draw, 4, 4, 4, 0)), DISTANCE
    yield "a future key that would win", lambda: candidate(*_winner(draw, inputs(), lines)), FUTURE
    yield "visible scores thousands below", lambda: candidate(*_losers(inputs(memory=0))), FUTURE
    yield "another last word, and those before it", lambda: _prefix(candidate, draw, inputs(2), lines), FUTURE
    yield "large scores", lambda: candidate(*_large(draw, inputs()))
    yield "float64", lambda: candidate(*inputs(2, dtype=torch.float64))
    yield "gradients", lambda: gradients(candidate, *inputs(2))
    yield "turned tables", lambda: candidate(*(x.mT.contiguous().mT if x.dim() > 1 else x for x in inputs(2)))
    yield "called by names", lambda: candidate(**dict(reversed(list(zip(NAMES, inputs(), strict=True)))))
    yield "the inputs are left alone", lambda: with_arguments(candidate, *inputs())


Inputs = tuple[Tensor, ...]
NAMES = ("query", "key", "value", "distance_keys", "content_bias", "position_bias")


def _inputs(draw: Draw, batch: tuple[int, ...], lines: int, memory: int, dtype: torch.dtype) -> Inputs:
    keys = lines + memory
    return (
        draw.normal(*batch, lines, D, dtype=dtype),
        draw.normal(*batch, keys, D, dtype=dtype),
        draw.normal(*batch, keys, WIDE, dtype=dtype),
        draw.normal(keys, D, dtype=dtype),
        draw.normal(D, dtype=dtype),
        draw.normal(D, dtype=dtype),
    )


def _heads(draw: Draw, logs: int, heads: int, lines: int, memory: int) -> Inputs:
    query, key, value, *_ = _inputs(draw, (logs, heads), lines, memory, torch.float32)
    biases = (draw.normal(heads, 1, D) for _ in range(2))
    return query, key, value, draw.normal(heads, lines + memory, D), *biases


def _term(candidate: Any, term: str, inputs: Callable[[], Inputs]) -> Any:
    return candidate(*_alone(term, inputs()))


def _alone(term: str, inputs: Inputs) -> Inputs:
    """All terms but one are zero."""
    query, key, value, distance_keys, content_bias, position_bias = inputs
    none = torch.zeros_like
    if term in "ab":
        content_bias, position_bias = none(content_bias), none(position_bias)
    if term in "cd":
        query = none(query)
    if term in "ac":
        distance_keys = none(distance_keys)
    if term in "bd":
        key = none(key)
    return query, key, value, distance_keys, content_bias, position_bias


def _winner(draw: Draw, inputs: Inputs, lines: int) -> Inputs:
    """The last key would win every query by far; all but the last query may not see it."""
    query, key, *others = inputs
    key[-1] = 0
    key[-1, 0] = 30.0
    query[:, 0] = draw.uniform(lines, low=10, high=20)
    return query, key, *others


def _losers(inputs: Inputs) -> Inputs:
    """Scores near −80,000 throughout: a hidden one of −10,000 would win."""
    query, key, value = inputs[:3]
    distance_keys, content_bias, position_bias = (torch.zeros_like(x) for x in inputs[3:])
    query = torch.zeros_like(query)
    query[:, 0] = 400.0
    key[:, 0] = -400.0 + torch.arange(len(key), device=key.device) / 128
    return query, key, value, distance_keys, content_bias, position_bias


def _prefix(candidate: Any, draw: Draw, inputs: Inputs, lines: int) -> Any:
    """What the last word is changes nothing for those before it, its own result apart."""
    query, key, value, *others = inputs
    other = key.clone(), value.clone()
    for each in other:
        each[:, -1] = 50 * draw.normal(*each[:, -1].shape)
    both = [candidate(query, *pair, *others) for pair in ((key, value), other)]
    return {"before the last": [each[:, :-1] for each in both], "the last": [each[:, -1] for each in both]}


def _large(draw: Draw, inputs: Inputs) -> Inputs:
    """Scores of several hundred, some of them near each other."""
    query, key, value, *others = inputs
    return 20 * query, 20 * key, value, *others


def _example(candidate: Any, draw: Draw) -> list[Any]:
    """The docstring's, and others."""
    zero = torch.zeros(2, 2, device=draw.device)
    value = torch.tensor([[6.0], [9.0]], device=draw.device)
    distance = torch.tensor([[1.0, 0.0], [0.0, 0.0]], device=draw.device)
    bias = torch.tensor([0.98026, 0.0], device=draw.device)
    shown = candidate(zero, zero, value, distance, zero[0], bias)
    return [shown, candidate(*(draw.normal(*x.shape) for x in (zero, zero, value, distance, bias, bias)))]

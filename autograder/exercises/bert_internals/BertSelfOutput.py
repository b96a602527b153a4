"""What `BertSelfOutput` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, evaluated, shapes, small


@exercise(points=2, without=[BERT + "BertSelfOutput", BERT + "BertOutput", BERT + "BertAttention", *WHOLE])
def BertSelfOutput(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Mix, add to what was there, normalise."""
    module, wide = evaluated(draw, candidate(small())), evaluated(draw, candidate(small(), 20))
    yield "names and shapes of what is saved", lambda: [shapes(module), shapes(wide)]
    yield "a batch", lambda: module(*_two(draw, 2, 5))
    yield "one token", lambda: module(*_two(draw, 1, 1))
    yield "after the feed-forward layer", lambda: wide(draw.normal(2, 5, 20), draw.normal(2, 5, 12))
    yield "numbers of a thousandth", lambda: _faint(evaluated(draw, candidate(small())), *_two(draw, 2, 5))
    yield "another eps", lambda: evaluated(draw, candidate(small(layer_norm_eps=0.5)))(*_two(draw, 2, 5))
    yield "numbers of several hundred", lambda: module(300 * draw.normal(2, 5, 12), draw.normal(2, 5, 12))
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(*(x.double() for x in _two(draw, 1, 3)))
    yield "training, with a dropout of 1", lambda: _all_dropped(candidate, draw)
    yield "gradients of both inputs", lambda: gradients(module, *_two(draw, 2, 3))
    yield "the inputs are left alone", lambda: with_arguments(module, *_two(draw, 2, 3))


def _two(draw: Draw, batch: int, tokens: int) -> tuple[Tensor, Tensor]:
    return draw.normal(batch, tokens, 12), draw.normal(batch, tokens, 12)


def _faint(module: nn.Module, new: Tensor, old: Tensor) -> Tensor:
    with torch.no_grad():
        module.get_parameter("dense.bias").mul_(1e-3)
    return module(1e-3 * new, 1e-3 * old)


def _all_dropped(candidate: Any, draw: Draw) -> Tensor:
    return draw.fill_(candidate(small(hidden_dropout_prob=1.0))).train()(*_two(draw, 2, 3))

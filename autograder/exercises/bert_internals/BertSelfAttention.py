"""What `BertSelfAttention` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.exercises.bert_internals._shared import BERT, WHOLE, evaluated, grads, hiding, shapes, small, sums


@exercise(
    points=3,
    without=[nn.MultiheadAttention, F.multi_head_attention_forward, BERT + "BertSelfAttention", *WHOLE],
)
def BertSelfAttention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Heads that look at tokens: what they bring back, and their weights."""
    three, two = evaluated(draw, candidate(small())), evaluated(draw, candidate(small(num_attention_heads=2)))
    one, four = (evaluated(draw, candidate(small(num_attention_heads=count))) for count in (1, 4))
    yield "names and shapes of what is saved", lambda: shapes(three)
    yield "a batch", lambda: three(draw.normal(2, 4, 12))
    yield "one token", lambda: three(draw.normal(1, 1, 12))
    yield "one head", lambda: one(draw.normal(2, 4, 12))
    yield "four heads", lambda: four(draw.normal(1, 3, 12))
    yield "masked", lambda: three(draw.normal(2, 4, 12), hiding(draw, 2, 1, 1, 4))
    yield "a mask for each query", lambda: three(draw.normal(2, 4, 12), hiding(draw, 2, 1, 4, 4))
    yield "as many heads as sentences, masked", lambda: two(draw.normal(2, 4, 12), hiding(draw, 2, 1, 1, 4))
    yield "a sentence that is all padding", lambda: three(draw.normal(2, 4, 12), _all_hidden(draw, 2, 4))
    yield "small numbers in the mask", lambda: three(draw.normal(2, 4, 12), draw.normal(2, 1, 1, 4))
    yield "scores of several hundred", lambda: three(30 * draw.normal(2, 4, 12))
    yield "float64", lambda: one.double()(draw.normal(1, 3, 12, dtype=torch.float64))
    yield "gradients", lambda: sums(grads(three, draw.normal(2, 4, 12), hiding(draw, 2, 1, 1, 4)))
    yield "training, with a dropout of 1", lambda: _context_in_training(candidate, draw)
    yield "5 heads for 12 numbers", lambda: candidate(small(num_attention_heads=5))


def _all_hidden(draw: Draw, batch: int, tokens: int) -> Tensor:
    mask = hiding(draw, batch, 1, 1, tokens)
    mask[0] = torch.finfo(torch.float32).min
    return mask


def _context_in_training(candidate: Any, draw: Draw) -> Tensor:
    module = draw.fill_(candidate(small(attention_probs_dropout_prob=1.0))).train()
    context, _ = module(draw.normal(2, 5, 12))
    return context

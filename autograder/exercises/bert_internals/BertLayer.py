"""What `BertLayer` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import (
    BERT,
    WHOLE,
    evaluated,
    grads,
    hiding,
    shapes,
    small,
    strange_config,
    sums,
)


@exercise(points=3, without=[BERT + "BertLayer", *WHOLE])
def BertLayer(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One layer: the mended wiring."""
    module = evaluated(draw, candidate(small()))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "a batch", lambda: module(draw.normal(2, 5, 12))
    yield "one token", lambda: module(draw.normal(1, 1, 12))
    yield "masked", lambda: module(draw.normal(2, 5, 12), hiding(draw, 2, 1, 1, 5))
    yield "a mask for each query", lambda: module(draw.normal(2, 5, 12), hiding(draw, 2, 1, 5, 5))
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(draw.normal(1, 3, 12, dtype=torch.float64))
    yield (
        "training, with a dropout of 1",
        lambda: draw.fill_(candidate(_dropping_all())).train()(draw.normal(2, 3, 12))[0],
    )
    yield "gradients", lambda: sums(grads(module, draw.normal(2, 3, 12)))
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, 12))
    yield (
        "parts of somebody else",
        lambda: evaluated(draw, candidate(small(), strange_config()))(draw.normal(2, 3, 12), 7.0),
    )


def _dropping_all() -> Any:
    return small(hidden_dropout_prob=1.0, attention_probs_dropout_prob=1.0)

"""What `BertEmbeddings` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, evaluated, grads, shapes, small


@exercise(points=2, without=[BERT + "BertEmbeddings", *WHOLE])
def BertEmbeddings(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Words, positions and segments, added and normalised."""
    module = evaluated(draw, candidate(small()))
    ids = draw.integers(2, 5, low=1, high=23)
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "a batch", lambda: module(draw.integers(2, 5, low=1, high=23))
    yield "one token", lambda: module(draw.integers(1, 1, low=1, high=23))
    yield "as many tokens as there are positions", lambda: module(draw.integers(2, 9, low=1, high=23))
    yield "two sentences in one input", lambda: module(draw.integers(2, 5, low=1, high=23), draw.integers(2, 5, high=4))
    yield "numbers of a thousandth", lambda: _shrunken(evaluated(draw, candidate(small())), ids)
    yield "another eps", lambda: evaluated(draw, candidate(small(layer_norm_eps=0.5)))(ids)
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(ids[:1])
    yield "training, with a dropout of 1", lambda: draw.fill_(candidate(small(hidden_dropout_prob=1.0))).train()(ids)
    yield "gradients, with padding", lambda: _table_gradients(module, ids)
    yield "the input is left alone", lambda: with_arguments(module, draw.integers(2, 4, low=1, high=23))


def _shrunken(module: nn.Module, ids: Tensor) -> Tensor:
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "embeddings" in name:
                parameter.mul_(1e-3)
    return module(ids)


def _table_gradients(module: nn.Module, ids: Tensor) -> dict[str, Any]:
    """Two columns of each table: where a row learns nothing shows, and the sheet stays small."""
    padded = ids.clone()
    padded[:, -2:] = 0
    return {name: value[:, :2] for name, value in grads(module, padded).items() if "embeddings" in name}

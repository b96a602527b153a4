"""What `BertIntermediate` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import BERT, WHOLE, evaluated, grads, shapes, small


@exercise(points=2, without=[F.gelu, nn.GELU, BERT + "BertIntermediate", *WHOLE])
def BertIntermediate(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The wide layer, with the activation that the configuration names."""
    module = evaluated(draw, candidate(small()))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "gelu", lambda: module(draw.normal(2, 5, 12))
    yield "gelu, one token", lambda: module(draw.normal(1, 1, 12))
    yield "gelu, far out", lambda: module(20 * draw.normal(2, 3, 12))
    yield "gelu in float64", lambda: _in_float64(candidate, draw, "gelu")
    yield "gelu_new in float64", lambda: _in_float64(candidate, draw, "gelu_new")
    yield "relu", lambda: evaluated(draw, candidate(small(hidden_act="relu")))(draw.normal(2, 5, 12))
    yield "gradients", lambda: grads(module, draw.normal(2, 3, 12))
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, 12))
    yield "an activation that nobody knows", lambda: candidate(small(hidden_act="gelu_old"))


def _in_float64(candidate: Any, draw: Draw, activation: str) -> Tensor:
    module = evaluated(draw, candidate(small(hidden_act=activation)).double())
    return module(draw.normal(1, 4, 12, dtype=torch.float64))
